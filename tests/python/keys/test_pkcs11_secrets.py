"""Keys in a token of PKCS#11: `Pkcs11Secrets` over SoftHSM 2, and the table of what goes wrong."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDCommMessaging,
    KeyMaker,
    PackEncryptedConfig,
    PeerMethod,
    Secret,
    UnsupportedError,
    short_form,
    sync,
)
from pydidcomm.secrets import KeyExistsError, SecretsLockedError, SecretsUnavailableError
from pydidcomm.secrets.pkcs11 import Pkcs11Secrets, SyncPkcs11Secrets
from support import softhsm
from support.parties import hello
from support.processes import ended
from support.softhsm import LABEL, PIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if softhsm.module() is None:
    pytest.skip("Pkcs11Secrets: SoftHSM 2 is not installed (make system)", allow_module_level=True)

import pkcs11
from pkcs11 import Attribute, ObjectClass

pytestmark = pytest.mark.slow

METHODS: list[PeerMethod] = [0, 1, 2, 3, 4]
# python-pkcs11 ends the search of a session that is gone when the search is garbage
DEAD_SESSION = pytest.mark.filterwarnings(
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)
AGREE = ("P-256", "P-384", "P-521", "secp256k1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tokens"
    made.mkdir()
    return made


@pytest.fixture
def module(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The path of the module, with a new token."""
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    path = softhsm.initialize(folder)
    yield path
    pkcs11.unload(path)


def opened(module: str, pin: str = PIN, token: str = LABEL) -> Pkcs11Secrets:
    return Pkcs11Secrets.open(module, token=token, pin=pin)


def attributes(module: str) -> list[dict[Attribute, Any]]:
    """What the private keys of the token are, seen by a session of the test."""
    names = (Attribute.LABEL, Attribute.SENSITIVE, Attribute.EXTRACTABLE, Attribute.NEVER_EXTRACTABLE)
    library: Any = pkcs11.lib(module)
    # the process is logged in
    with library.get_token(token_label=LABEL).open() as session:
        found = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
        return [{name: key[name] for name in names} for key in found]


async def talks(party: DIDCommMessaging, did: str, curve: str = "P-256") -> bool:
    config = PackEncryptedConfig(curves=[curve])
    packed = await party.pack(hello(to=[did]), to=did, frm=did, config=config)
    return (await party.unpack(packed.message)).metadata.authenticated


async def test_a_did_is_usable_after_a_restart_and_its_keys_stay_in_the_token(module: str) -> None:
    async with opened(module) as secrets:
        assert isinstance(secrets, KeyMaker)
        party = DIDCommMessaging(secrets=secrets)
        dids = [
            await party.create_peer_did(
                auth_keys_count=int(method != 0), agreement_curves=["P-256"], method=method
            )
            for method in METHODS
        ]
        dids += [await party.create_key_did(curve="P-256"), await party.create_jwk_did()]
        kids = await secrets.kids()
        assert len(kids) == 11
        for key in attributes(module):
            assert not key[Attribute.LABEL].startswith("pydidcomm new")
            assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE]) == (True, False)
            assert key[Attribute.NEVER_EXTRACTABLE]
    async with opened(module) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        for did in dids:
            assert await talks(party, did)
            assert await talks(party, short_form(did))
        assert await secrets.kids() == kids
        assert await secrets.get_keys([*kids, "did:example:a#1"]) == kids


@pytest.mark.parametrize("curve", AGREE)
async def test_keys_agree_and_sign_on_every_curve(module: str, curve: str) -> None:
    config = PackEncryptedConfig(curves=[curve])
    peer = DIDCommMessaging()
    async with opened(module) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        did = await party.create_peer_did(
            agreement_curves=[curve], auth_curves=["Ed25519", "P-256", "secp256k1"]
        )
        other = await peer.create_peer_did(agreement_curves=[curve])
        for kid in (await party.resolve(did)).authentication:
            packed = await party.pack(hello(to=[other]), to=other, frm=did, sign_frm=kid, config=config)
            received = await peer.unpack(packed.message)
            assert (received.sender, received.metadata.sign_from) == (did, kid)
        back = await peer.pack(hello(to=[did]), to=did, frm=other, config=config)
        assert (await party.unpack(back.message)).sender == other


def test_it_works_without_an_event_loop(module: str) -> None:
    with opened(module) as secrets:
        assert isinstance(secrets, SyncPkcs11Secrets)
        party = sync.DIDCommMessaging(secrets=secrets)
        did = party.create_peer_did(agreement_curves=["P-256"], method=4)
        packed = party.pack(hello(to=[did]), to=did, frm=did, sign_frm=did)
        assert party.unpack(packed.message).sender == short_form(did)
        assert secrets.kids() == [f"{short_form(did)}#key-1", f"{short_form(did)}#key-2"]
        assert secrets.remove_key(f"{did}#key-1")
        assert not secrets.remove_key(f"{did}#key-1")
        assert secrets.get_key(f"{did}#key-1") is None
        with pytest.raises(TypeError, match="must not be pickled"):
            secrets.get_key(f"{did}#key-2").__reduce__()


async def test_a_peer_is_read_by_its_short_form_after_a_restart(module: str) -> None:
    peer = DIDCommMessaging()
    their = await peer.create_peer_did(method=4, agreement_curves=["P-256"])
    async with opened(module) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        ours = await party.create_peer_did(agreement_curves=["P-256"])
        first = await peer.pack(hello(to=[ours], frm=their), to=ours, frm=their)
        await party.unpack(first.message)
    short = short_form(their)
    later = await peer.pack(hello(to=[ours], frm=short), to=ours, frm=short)
    async with opened(module) as secrets:
        assert (await DIDCommMessaging(secrets=secrets).unpack(later.message)).sender == short


@pytest.mark.parametrize(
    ("method", "curve"),
    [("create_peer_did", "X25519"), ("create_key_did", "Ed25519"), ("create_key_did", "X25519")],
)
async def test_x25519_is_refused_with_what_to_use_instead(module: str, method: str, curve: str) -> None:
    async with opened(module) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        create = party.create_peer_did() if method == "create_peer_did" else party.create_key_did(curve=curve)
        with pytest.raises(UnsupportedError, match=r'agreement_curves=\["P-256"\]'):
            await create
        assert await secrets.kids() == []


async def test_keys_from_outside_and_unknown_curves_are_refused(module: str) -> None:
    async with opened(module) as secrets:
        with pytest.raises(UnsupportedError, match="create_peer_did"):
            await secrets.add_key(Secret.generate("P-256", kid="did:example:a#1"))
        with pytest.raises(UnsupportedError, match="P-256"):
            await secrets.make_key("P-999", "agreement")


async def test_many_tasks_and_two_stores_share_one_login(module: str) -> None:
    async with opened(module) as one, opened(module) as two:
        party, other = DIDCommMessaging(secrets=one), DIDCommMessaging(secrets=two)
        did = await party.create_peer_did(agreement_curves=["P-256"])

        async def exchange(who: DIDCommMessaging) -> None:
            assert await talks(who, did)

        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(exchange, (party, other)[number % 2])
        with pytest.raises(SecretsLockedError, match="logged in"):
            opened(module, pin="9999")
        await one.aclose()
        # the login lasts as long as its last store
        assert await talks(other, did)
        with pytest.raises(SecretsUnavailableError, match="closed"):
            await one.get_key(f"{did}#key-1")


# what goes wrong


def test_a_wrong_pin_a_wrong_token_and_a_wrong_module_are_named(module: str) -> None:
    with pytest.raises(SecretsLockedError, match="pin") as caught, opened(module, pin="4321"):
        pass
    assert "4321" not in str(caught.value)
    with pytest.raises(SecretsUnavailableError, match="elsewhere"), opened(module, token="elsewhere"):  # noqa: S106
        pass
    for path in ("/nowhere/lib.so", __file__):
        with pytest.raises(SecretsUnavailableError, match="module"), opened(path):
            pass
    # the right one opens afterwards
    with opened(module) as secrets:
        assert secrets.kids() == []


@DEAD_SESSION
def test_a_session_that_is_closed_under_the_store_is_opened_again(module: str) -> None:
    with opened(module) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        did = party.create_peer_did(agreement_curves=["P-256"])
        library: Any = pkcs11.lib(module)
        library.reinitialize()
        packed = party.pack(hello(to=[did]), to=did, frm=did)
        assert party.unpack(packed.message).sender == did


@DEAD_SESSION
def test_a_token_that_is_pulled_is_named_and_found_again(module: str, folder: Path) -> None:
    with opened(module) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        did = party.create_peer_did(agreement_curves=["P-256"])
        away = folder.with_name("away")
        shutil.move(folder, away)
        folder.mkdir()
        library: Any = pkcs11.lib(module)
        library.reinitialize()
        with pytest.raises(SecretsUnavailableError, match="no token"):
            party.pack(hello(to=[did]), to=did, frm=did)
        shutil.rmtree(folder)
        shutil.move(away, folder)
        library.reinitialize()
        packed = party.pack(hello(to=[did]), to=did, frm=did)
        assert party.unpack(packed.message).sender == did


def test_duplicate_labels_are_refused_and_a_key_without_derive_is_not_used(module: str) -> None:
    with opened(module) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        did = party.create_peer_did(agreement_curves=["P-256"], auth_curves=["P-256"])
        document = party.resolve(did)
        signing = secrets.get_key(document.authentication[0])
        assert hasattr(signing, "sign")
        assert not hasattr(signing, "agree")
        library: Any = pkcs11.lib(module)
        # another program copies the label
        with library.get_token(token_label=LABEL).open(rw=True) as session:
            for private in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}):
                private[Attribute.LABEL] = "did:example:a#twice"
        fresh = opened(module).sync
        with pytest.raises(SecretsUnavailableError, match="private keys with the label did:example:a#twice"):
            fresh.get_key("did:example:a#twice")
        fresh.close()


def test_a_kid_is_not_given_to_a_second_key(module: str) -> None:
    with opened(module) as secrets:
        key, other = (secrets.make_key("P-256", "agreement") for _ in range(2))
        secrets.store_did("did:example:a", {"did:example:a#1": key}, {})
        with pytest.raises(KeyExistsError):
            secrets.store_did("did:example:a", {"did:example:a#1": other}, {})
        assert secrets.get_keys(["did:example:a#1"]) == ["did:example:a#1"]


FORKING = """
import os, sys
from pydidcomm import sync, Message
from pydidcomm.secrets.pkcs11 import Pkcs11Secrets
secrets = Pkcs11Secrets.open(sys.argv[1], token=sys.argv[2], pin=sys.argv[3]).sync
party = sync.DIDCommMessaging(secrets=secrets)
did = party.create_peer_did(agreement_curves=["P-256"])
def exchange():
    packed = party.pack(Message(type="https://example.org/note/1.0/note"), to=did, frm=did)
    assert party.unpack(packed.message).sender == did
exchange()
child = os.fork()
exchange()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
LEFT_OPEN = """
import asyncio, sys
from pydidcomm import DIDCommMessaging
from pydidcomm.secrets.pkcs11 import Pkcs11Secrets
async def main():
    secrets = Pkcs11Secrets.open(sys.argv[1], token=sys.argv[2], pin=sys.argv[3])
    party = DIDCommMessaging(secrets=secrets)
    tasks = [asyncio.ensure_future(party.create_peer_did(agreement_curves=["P-256"])) for _ in range(5)]
    await asyncio.wait(tasks, timeout=0.05)
asyncio.run(main())
"""


@pytest.mark.parametrize("program", [FORKING, LEFT_OPEN], ids=["fork", "left open"])
def test_a_process_forks_and_ends_with_a_token(module: str, program: str) -> None:
    if program is FORKING and not hasattr(os, "fork"):
        pytest.skip("fork: not on this system")
    end = ended(["-W", "ignore::DeprecationWarning", "-c", program, module, LABEL, PIN])
    assert (end.status, end.stderr) == (0, "")


def test_without_the_extra_the_import_names_it() -> None:
    end = ended(["-c", "import sys; sys.modules['pkcs11'] = None; import pydidcomm.secrets.pkcs11"])
    assert end.status == 1
    assert "pip install 'pydidcomm[hsm]'" in end.stderr.splitlines()[-1]
