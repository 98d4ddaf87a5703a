"""Cancellation at every await: nothing is lost, nothing is half done, and nothing stays behind."""

from __future__ import annotations

import gc
import warnings
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from pydidcomm import (
    Attachment,
    DIDCommMessaging,
    DIDDocument,
    InMemorySecrets,
    Outcome,
    Outgoing,
    PublicKey,
    ReplayEntry,
    ResolversConfig,
    Secret,
    SignAlg,
    UnpackConfig,
    sync,
    v1,
)
from pydidcomm.sync import v1 as sync_v1
from support.parties import Documents, Key, Party, hello

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.anyio

MOST_AWAITS = 60
"""More than any operation here has."""


class Awaits:
    """Counts the awaits of resolver, store, window and keys, and cancels the caller at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.count = 0
        self.scope = anyio.CancelScope()

    async def __call__(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.scope.cancel()
        await anyio.lowlevel.checkpoint()


class External:
    """A key whose operations are coroutine functions."""

    def __init__(self, key: Key, awaits: Awaits) -> None:
        self.key = key
        self.awaits = awaits

    async def agree(self, public_key: PublicKey, /) -> bytes:
        await self.awaits()
        octets: bytes = self.key.private.exchange(X25519PublicKey.from_public_bytes(public_key.octets()))
        return octets

    async def sign(self, _algorithm: SignAlg, data: bytes, /) -> bytes:
        await self.awaits()
        signature: bytes = self.key.private.sign(data)
        return signature


class World:
    """A party whose resolver, secrets, keys and replay window are coroutine functions."""

    def __init__(self, awaits: Awaits, documents: Documents, own: Party, *, external: bool) -> None:
        self.awaits = awaits
        self.external = {key.kid: key for key in (*own.agreement, own.signing) if external}
        self.documents = documents
        self.own = own
        self.window: dict[str, str] = {}
        self.handed_out: list[Outcome[Any]] = []
        self.added = InMemorySecrets()
        self.party = DIDCommMessaging(self, self, replay_window=self)

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, a document
        await self.awaits()
        document = self.documents.resolve(did)
        return DIDDocument(document) if document else None

    async def get_key(self, kid: str, /) -> Secret | External | None:
        await self.awaits()
        if kid in self.external:
            return External(self.external[kid], self.awaits)
        return self.own.secrets.get_key(kid) or self.added.get_key(kid)

    async def get_keys(self, kids: list[str], /) -> list[str]:
        await self.awaits()
        return [*self.own.secrets.get_keys(kids), *self.added.get_keys(kids)]

    async def add_key(self, secret: Secret, /) -> None:
        await self.awaits()
        self.added.add_key(secret)

    async def add_keys(self, secrets: list[Secret], /) -> None:
        await self.awaits()
        for secret in secrets:
            self.added.add_key(secret)

    async def seen(self, entry: ReplayEntry, /) -> bool:
        await self.awaits()
        known = self.window.setdefault(entry.digest, entry.delivery) != entry.delivery
        # the answer of a store can be lost after it has remembered
        await self.awaits()
        return known

    async def forget(self, entry: ReplayEntry, /) -> None:
        await anyio.lowlevel.checkpoint()
        if self.window.get(entry.digest) == entry.delivery:
            del self.window[entry.digest]


class Packed:
    """What the operations are given."""

    def __init__(self, alice: Party, bob: Party, documents: Documents) -> None:
        sender = sync.DIDCommMessaging(alice.secrets, documents)
        self.me, self.peer = bob.did, alice.did
        self.texts = [
            sender.pack(hello(id=f"{n}"), to=bob.did, frm=alice.did, sign_frm=alice.did).text
            for n in range(2)
        ]
        self.signed = sender.pack_signed(hello(to=[bob.did]), sign_frm=alice.did).text
        self.attachment = sender.sign_attachment(Attachment.from_bytes(b"deed"), sign_frm=alice.did)
        config = ResolversConfig(secrets_resolver=bob.secrets, did_resolver=documents)
        self.verkey = sync_v1.create_verkey(bob.secrets)
        self.v1 = sync_v1.pack(config, {"@id": "1"}, [self.verkey], self.verkey).text
        self.v1_forward = sync_v1.forward(config, self.v1, self.verkey, [self.verkey]).text
        self.forward = sender.wrap_in_forward(
            self.texts[0], to="did:example:next", routing_keys=[bob.kids[0]]
        ).text


async def each(world: World, packed: Packed) -> None:
    async for outcome in world.party.unpack_each(packed.texts):
        world.handed_out.append(outcome)


OPERATIONS: dict[str, Callable[[World, Packed], Awaitable[Any]]] = {
    "pack": lambda w, p: w.party.pack(hello(), to=p.peer, frm=p.me),
    "pack, signed": lambda w, p: w.party.pack(hello(), to=p.peer, frm=p.me, sign_frm=p.me),
    "pack, anonymous": lambda w, p: w.party.pack(hello(), to=p.peer),
    "pack_to_each": lambda w, p: w.party.pack_to_each(hello(), to=[p.peer, p.me], frm=p.me),
    "pack_many": lambda w, p: w.party.pack_many([Outgoing(message=hello(), to=p.peer, frm=p.me)] * 2),
    "pack_signed": lambda w, p: w.party.pack_signed(hello(to=[p.peer]), sign_frm=p.me),
    "unpack": lambda w, p: w.party.unpack(p.texts[0]),
    "unpack, all keys": lambda w, p: w.party.unpack(
        p.texts[0], config=UnpackConfig(expect_decrypt_by_all_keys=True)
    ),
    "unpack, signed": lambda w, p: w.party.unpack(p.signed),
    "receive": lambda w, p: w.party.receive(p.texts[0]),
    "unpack_many": lambda w, p: w.party.unpack_many(p.texts),
    "unpack_each": each,
    "diagnose": lambda w, p: w.party.diagnose(p.texts[0]),
    "sign_attachment": lambda w, p: w.party.sign_attachment(Attachment.from_bytes(b"deed"), sign_frm=p.me),
    "verify_attachment": lambda w, p: w.party.verify_attachment(p.attachment, signer=p.peer),
    "unpack_forward": lambda w, p: w.party.unpack_forward(p.forward),
    "wrap_in_forward": lambda w, p: w.party.wrap_in_forward(
        p.texts[0], to="did:example:next", routing_keys=[f"{p.peer}#x1"]
    ),
    "rewrap": lambda w, p: w.party.rewrap(p.texts[0], "did:example:next", [f"{p.peer}#x1"]),
    "rotate": lambda w, p: w.party.rotate(to=p.peer, old=p.me, new=p.me + ":new"),
    "end_relationship": lambda w, p: w.party.end_relationship(to=p.peer, frm=p.me),
    "resolve": lambda w, p: w.party.resolve(p.peer),
    "create_peer_did": lambda w, _: w.party.create_peer_did(),
    "create_key_did": lambda w, _: w.party.create_key_did(),
    "create_jwk_did": lambda w, _: w.party.create_jwk_did(),
    "v1.pack": lambda w, p: v1.pack(w.party.resolvers_config, {"@id": "2"}, [p.verkey], p.verkey),
    "v1.unpack": lambda w, p: v1.unpack(w.party.resolvers_config, p.v1),
    "v1, receive": lambda w, p: w.party.receive(p.v1),
    "v1.unpack_forward": lambda w, p: v1.unpack_forward(w.party.resolvers_config, p.v1_forward),
    "v1.create_verkey": lambda w, _: v1.create_verkey(w),
}


@pytest.fixture
def own() -> Party:
    return Party("did:example:bob", agreement=3)


def world_of(at: int | None, alice: Party, own: Party, *, external: bool) -> World:
    renewed = Party(own.did + ":new")
    for key in (*renewed.agreement, renewed.signing):
        own.secrets.add_key(Secret(key.secret_jwk))
    return World(Awaits(at), Documents(alice, own, renewed), own, external=external)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("external", [False, True], ids=["secrets", "external keys"])
async def test_an_operation_can_be_cancelled_at_every_await(
    name: str, alice: Party, own: Party, *, external: bool
) -> None:
    packed = Packed(alice, own, Documents(alice, own))
    complete = world_of(None, alice, own, external=external)
    await OPERATIONS[name](complete, packed)
    awaits = complete.awaits.count
    assert 0 < awaits < MOST_AWAITS
    complete_count = len(complete.added)
    with warnings.catch_warnings():
        # a coroutine that nothing awaits, a task that is destroyed
        warnings.simplefilter("error")
        for at in range(1, awaits + 1):
            world = world_of(at, alice, own, external=external)
            with world.awaits.scope:
                await OPERATIONS[name](world, packed)
            # messages that wait for one DID ask once, or twice where the first answer was there already
            assert world.awaits.scope.cancelled_caught or world.awaits.count < at, at
            awaited = world.awaits.count
            # nothing is left behind: no entry, no part of the keys of a DID, no task that goes on
            assert len(world.window) == len(world.handed_out), at
            assert len(world.added) in {0, complete_count}, at
            for _ in range(10):
                await anyio.lowlevel.checkpoint()
            assert world.awaits.count == awaited, at
            # and the same message can be delivered again
            world.awaits.at = None
            await OPERATIONS[name](world, packed)
        gc.collect()


def test_every_method_of_a_party_is_in_the_table() -> None:
    methods = {name for name in dir(DIDCommMessaging) if not name.startswith("_")}
    known = {name.split(",")[0] for name in OPERATIONS}
    # a forward of v1 is encrypted to keys that the caller gives, and two functions are plain
    awaiting = {f"v1.{name}" for name in v1.__all__ if name.islower()}
    assert awaiting - known == {"v1.forward", "v1.public_key", "v1.verkey"}
    assert methods - known == {"aclose", "pack_plaintext", "resolver", "secrets"}
