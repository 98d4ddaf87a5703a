"""Secret keys in an Askar store: SQLite and PostgreSQL, on every event loop and on none."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDCommMessaging,
    DIDResolver,
    KeyMaker,
    LocalResolver,
    Outcome,
    PackEncryptedConfig,
    PeerMethod,
    PrefixResolver,
    Secret,
    SecretsStore,
    UnpackResult,
    UnsupportedError,
    short_form,
    sync,
)
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.fallback import FallbackResolver
from pydidcomm.secrets import KeyExistsError, SecretsLockedError, SecretsUnavailableError
from pydidcomm.secrets.askar import AskarSecrets, SyncAskarSecrets
from support import postgres
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

pytestmark = pytest.mark.slow

PASSPHRASE, OTHER = "correct horse", "incorrect horse"
RAW_KEY = AskarSecrets.generate_raw_key()
METHODS: list[PeerMethod] = [0, 1, 2, 3, 4]
CURVES = ("X25519", "P-256", "secp256k1")


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return postgres.location(request, tmp_path / "wallet.db")


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "wallet.db")


def opened(location: str, **options: object) -> AskarSecrets:
    return AskarSecrets.open(location, raw_key=RAW_KEY, **options)  # type: ignore[arg-type]


def at_once(answer: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    """What the coroutine returns without a wait; None if it waits for anything."""
    try:
        answer.send(None)
    except StopIteration as ended:
        return ended.value
    answer.close()
    return None


async def talks(party: DIDCommMessaging, did: str) -> bool:
    """Whether a message of the DID to itself is signed, packed, unpacked and proved."""
    packed = await party.pack(hello(to=[did]), to=did, frm=did)
    return (await party.unpack(packed.message)).metadata.authenticated


async def test_a_did_is_usable_after_a_restart(location: str) -> None:
    async with opened(location) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        dids = [await party.create_peer_did(method=method) for method in METHODS]
        dids += [await party.create_key_did(), await party.create_jwk_did()]
        kids = await secrets.kids()
    async with opened(location, create=False) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        for did in dids:
            assert await talks(party, did)
            assert await talks(party, short_form(did))
        assert await secrets.kids() == kids


async def test_the_keys_sign_and_agree_on_every_curve(file: str) -> None:
    async with opened(file) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        peer = DIDCommMessaging()
        for curve in CURVES:
            config = PackEncryptedConfig(curves=[curve])
            did = await party.create_peer_did(
                agreement_curves=[curve], auth_curves=["Ed25519", "P-256", "secp256k1"]
            )
            other = await peer.create_peer_did(agreement_curves=[curve])
            document = await party.resolve(did)
            for kid in document.authentication:
                packed = await party.pack(hello(to=[other]), to=other, frm=did, sign_frm=kid, config=config)
                received = await peer.unpack(packed.message)
                assert (received.metadata.sign_from, received.sender) == (kid, did)
            back = await peer.pack(hello(to=[did]), to=did, frm=other, config=config)
            assert (await party.unpack(back.message)).sender == other


async def from_each(party: DIDCommMessaging, packed: str) -> str | None:
    """The sender of the one message of a stream."""
    senders = [outcome.unwrap().sender async for outcome in party.unpack_each([packed])]
    return senders[0]


WAYS_TO_UNPACK: dict[str, Callable[[DIDCommMessaging, str], Awaitable[str | None]]] = {
    "unpack": lambda party, packed: _sender(party.unpack(packed)),
    "receive": lambda party, packed: _sender(party.receive(packed)),
    "unpack_many": lambda party, packed: _only_sender(party.unpack_many([packed])),
    "unpack_each": from_each,
}


async def _sender(received: Awaitable[Any]) -> str | None:
    sender: str | None = (await received).sender
    return sender


async def _only_sender(outcomes: Awaitable[list[Outcome[UnpackResult]]]) -> str | None:
    return (await outcomes)[0].unwrap().sender


@pytest.mark.parametrize("way", WAYS_TO_UNPACK)
async def test_a_peer_that_writes_with_its_short_form_is_read_after_a_restart(
    location: str, way: str
) -> None:
    peer = DIDCommMessaging()
    their = await peer.create_peer_did(method=4)
    async with opened(location) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        ours = await party.create_peer_did(method=4)
        first = await peer.pack(hello(to=[ours], frm=their), to=ours, frm=their)
        assert await WAYS_TO_UNPACK[way](party, first.message) == short_form(their)
    short = short_form(their)
    later = await peer.pack(hello(to=[short_form(ours)], frm=short), to=ours, frm=short)
    async with opened(location) as secrets:
        received = await DIDCommMessaging(secrets=secrets).unpack(later.message)
        assert received.sender == short


RESOLVERS_IN_FRONT: dict[str, Callable[[DIDResolver], DIDResolver]] = {
    "prefix": lambda resolver: PrefixResolver({"did:": resolver}),
    "caching": CachingResolver,
    "fallback": FallbackResolver,
}


@pytest.mark.parametrize("front", RESOLVERS_IN_FRONT)
async def test_long_forms_are_stored_through_resolvers_in_front(file: str, front: str) -> None:
    peer = DIDCommMessaging()
    their = await peer.create_peer_did(method=4)
    async with opened(file) as secrets:
        party = DIDCommMessaging(secrets=secrets, resolver=RESOLVERS_IN_FRONT[front](secrets.did_resolver()))
        ours = await party.create_peer_did()
        packed = await peer.pack(hello(to=[ours], frm=their), to=ours, frm=their)
        await party.unpack(packed.text)
    async with opened(file) as secrets:
        document: Any = secrets.did_resolver().resolve(short_form(their))
        assert (await document).id == short_form(their)


async def test_a_message_that_proves_no_sender_stores_no_long_form(file: str) -> None:
    peer = DIDCommMessaging()
    their = await peer.create_peer_did(method=4)
    async with opened(file) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        ours = await party.create_peer_did()
        packed = await peer.pack(hello(to=[ours]), to=ours, anonymous=True)
        await party.unpack(packed.message)
    async with opened(file) as secrets:
        assert await secrets.did_resolver().resolve(short_form(their)) is None  # type: ignore[misc]


def test_a_did_is_usable_after_a_restart_without_an_event_loop(location: str) -> None:
    with opened(location) as secrets:
        assert isinstance(secrets, SyncAskarSecrets)
        party = sync.DIDCommMessaging(secrets=secrets)
        did = party.create_peer_did(method=4)
    peer = sync.DIDCommMessaging()
    their = peer.create_peer_did(method=4)
    with opened(location) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        packed = peer.pack(hello(to=[did]), to=did, frm=their)
        assert party.unpack(packed.message).sender == short_form(their)
    with opened(location) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        short = short_form(their)
        packed = peer.pack(hello(to=[short_form(did)], frm=short), to=did, frm=short)
        assert party.unpack(packed.message).sender == short
        assert secrets.kids() == sorted(f"{short_form(did)}#key-{number}" for number in (1, 2))


async def test_a_with_block_in_an_event_loop_is_refused(file: str) -> None:
    with pytest.raises(TypeError, match="async with"), opened(file):
        pass


async def test_the_store_is_used_by_the_protocols(file: str) -> None:
    async with opened(file) as secrets:
        for one in (secrets, secrets.sync):
            assert isinstance(one, KeyMaker)
            assert isinstance(one, SecretsStore)


async def test_imported_keys_are_found_stored_and_removed(location: str) -> None:
    keys = [Secret.generate(curve, kid=f"did:example:a#{curve}") for curve in (*CURVES, "Ed25519")]
    kids = [key.kid for key in keys]
    async with opened(location) as secrets:
        await secrets.add_keys(keys)
        # again, as after an answer that was lost
        await secrets.add_keys(keys)
        await secrets.add_key(keys[0].expose_jwk())
        assert await secrets.kids() == sorted(kids)
        other = Secret.generate("X25519", kid=kids[0])
        with pytest.raises(KeyExistsError, match="remove_key"):
            await secrets.add_key(other)
        with pytest.raises(KeyExistsError):
            # all or none
            await secrets.add_keys([Secret.generate("X25519", kid="did:example:a#new"), other])
    async with opened(location) as secrets:
        assert await secrets.get_keys(["did:example:a#new", *kids, "did:example:b#1"]) == kids
        assert at_once(secrets.get_keys(kids)) == kids
        assert await secrets.get_key("did:example:b#1") is None
        assert await secrets.remove_key(kids[0])
        assert not await secrets.remove_key(kids[0])
        assert await secrets.get_key(kids[0]) is None
        await secrets.add_key(other)


@pytest.mark.parametrize("stored", ["long", "short"])
async def test_a_key_is_found_under_either_form_of_its_did(file: str, stored: str) -> None:
    did = sync.create_peer_did(sync.InMemorySecrets(), method=4)
    kids = {"long": f"{did}#key-1", "short": f"{short_form(did)}#key-1"}
    other = next(name for name in kids if name != stored)
    async with opened(file) as secrets:
        await secrets.add_key(Secret.generate("X25519", kid=kids[stored]))
        assert await secrets.kids() == [kids[stored]]
        with pytest.raises(KeyExistsError):
            await secrets.add_key(Secret.generate("X25519", kid=kids[other]))
    async with opened(file) as secrets:
        assert await secrets.get_key(kids["long"]) is at_once(secrets.get_key(kids["short"]))
        assert await secrets.remove_key(kids["long"])
        assert await secrets.get_key(kids["short"]) is None


def test_cached_handles_do_not_exceed_the_limit(file: str) -> None:
    keys = [Secret.generate("X25519", kid=f"did:example:a#{number}") for number in range(4)]
    kids = [key.kid for key in keys]

    async def main() -> None:
        async with opened(file, remember=2) as secrets:
            await secrets.add_keys(keys)
            assert [at_once(secrets.get_keys([kid])) for kid in kids] == [None, None, [kids[2]], [kids[3]]]
            assert await secrets.get_keys(kids[:1]) == kids[:1]
            assert at_once(secrets.get_keys(kids[:1])) == kids[:1]
            assert at_once(secrets.get_keys(kids[2:3])) is None

    # a coroutine that waits for trio cannot be left half-way
    asyncio.run(main())


async def test_profiles_are_tenants(location: str) -> None:
    async with opened(location, profile="tenant-1") as one, opened(location, profile="tenant-2") as two:
        did = await DIDCommMessaging(secrets=one).create_peer_did()
        assert len(await one.kids()) == 2
        assert await two.kids() == []
        assert await two.get_key(f"{did}#key-1") is None
        assert "tenant-2" in repr(two)
        assert "postgres" not in repr(two)
    with pytest.raises(SecretsUnavailableError, match="tenant-3"):
        async with opened(location, profile="tenant-3", create=False):
            pass


def test_a_passphrase_opens_the_store(file: str) -> None:
    with AskarSecrets.open(file, passphrase=PASSPHRASE) as secrets:
        kids = secrets.kids()
        secrets.add_key(Secret.generate("X25519", kid="did:example:a#1"))
    with AskarSecrets.open(file, passphrase=PASSPHRASE, create=False) as secrets:
        assert (kids, secrets.kids()) == ([], ["did:example:a#1"])
        assert "correct" not in repr(secrets)
    with (
        pytest.raises(SecretsLockedError, match="passphrase"),
        AskarSecrets.open(file, passphrase=OTHER),
    ):
        pass


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with opened(str(tmp_path / "wallet.db")) as secrets:
        sync.DIDCommMessaging(secrets=secrets).create_peer_did()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert "wallet.db" in modes
    assert set(modes.values()) == {0o600}


def test_no_private_key_is_in_the_file(tmp_path: Path) -> None:
    key = Secret.generate("Ed25519", kid="did:example:a#1")
    with opened(str(tmp_path / "wallet.db")) as secrets:
        secrets.add_key(key)
    found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key.expose_jwk()["d"].encode() not in found
    assert b"did:example:a" not in found


async def test_a_store_that_the_program_has_open_is_used_and_left_open(tmp_path: Path) -> None:
    from aries_askar import Store  # noqa: PLC0415

    uri = f"sqlite://{tmp_path}/wallet.db"

    def provisioned() -> Store:
        return asyncio.run(Store.provision(uri, "raw", RAW_KEY))

    async def still_open(store: Store) -> bool:
        return bool(await store.list_profiles())

    # Askar knows asyncio alone, and its store belongs to no event loop
    store = await anyio.to_thread.run_sync(provisioned)
    secrets = AskarSecrets(store)
    did = await DIDCommMessaging(secrets=secrets).create_peer_did()
    assert await talks(DIDCommMessaging(secrets=secrets), did)
    assert len(secrets.sync.get_keys([f"{did}#key-1", f"{did}#key-2"])) == 2
    await secrets.aclose()
    assert await anyio.to_thread.run_sync(lambda: asyncio.run(still_open(store)))
    await anyio.to_thread.run_sync(lambda: asyncio.run(store.close()))


async def test_other_resolvers_are_added_to_that_of_the_store(file: str) -> None:
    class Web:
        def resolve(self, did: str, /) -> dict[str, str]:
            return {"id": did}

    async with opened(file) as secrets:
        resolver = secrets.did_resolver({"did:web:": Web()})
        assert isinstance(resolver, PrefixResolver)
        party = DIDCommMessaging(secrets, resolver)
        did = await party.create_peer_did(method=1)
        assert await talks(party, did)
        assert (await party.resolve("did:web:example.com")).id == "did:web:example.com"
        assert DIDCommMessaging(secrets, LocalResolver()).resolver is not resolver


@pytest.mark.parametrize("curve", ["P-384", "P-521"])
async def test_a_curve_without_a_handle_is_refused_with_the_reason(file: str, curve: str) -> None:
    reason = 'load=\\("P-384",\\)' if curve == "P-384" else "supported: X25519, P-256, Ed25519, secp256k1"
    async with opened(file) as secrets:
        with pytest.raises(UnsupportedError, match=reason):
            await secrets.add_key(Secret.generate(curve, kid="did:example:a#1"))
        with pytest.raises(UnsupportedError, match=reason):
            await DIDCommMessaging(secrets=secrets).create_peer_did(agreement_curves=[curve])
        assert await secrets.kids() == []


async def test_p384_agrees_where_it_may_be_loaded(file: str) -> None:
    async with opened(file, load=["P-384"]) as secrets:
        did = await DIDCommMessaging(secrets=secrets).create_peer_did(agreement_curves=["P-384"])
    async with opened(file, load=["P-384"]) as secrets:
        assert await talks(DIDCommMessaging(secrets=secrets), did)
        assert isinstance(await secrets.get_key(f"{did}#key-1"), Secret)
    with pytest.raises(ValueError, match="load"):
        opened(file, load=["P-521"])


async def test_many_tasks_use_one_store(location: str) -> None:
    async with opened(location) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        dids: list[str] = []

        async def create() -> None:
            did = await party.create_peer_did()
            dids.append(did)
            assert await talks(party, did)

        async with anyio.create_task_group() as group:
            for _ in range(30):
                group.start_soon(create)
        assert len(await secrets.kids()) == 60


async def test_a_cancelled_call_leaves_the_store_usable(location: str) -> None:
    async with opened(location) as secrets:
        for _ in range(20):
            with anyio.move_on_after(0.0005):
                await DIDCommMessaging(secrets=secrets).create_peer_did()
        did = await DIDCommMessaging(secrets=secrets).create_peer_did()
        assert await talks(DIDCommMessaging(secrets=secrets), did)


async def test_a_handle_agrees_and_is_not_pickled(file: str) -> None:
    keys = [Secret.generate("X25519", kid="did:example:a#1")]
    async with opened(file) as secrets:
        await secrets.add_keys(keys)
        handle = await secrets.get_key("did:example:a#1")
        peer = Secret.generate("X25519", kid="did:example:b#1")
        assert len(handle.agree(peer.public_key)) == 32
        with pytest.raises(TypeError, match="must not be pickled"):
            handle.__reduce__()
