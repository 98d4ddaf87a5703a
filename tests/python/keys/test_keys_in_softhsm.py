"""Keys in an HSM: every use of a secret works with P-256 keys that never leave their token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    Attachment,
    DIDCommMessaging,
    KeyAgreementKey,
    PackEncryptedConfig,
    PeerEnded,
    PeerRotated,
    Secret,
    SigningKey,
    sync,
)
from support.external_keys import Keys, method
from support.parties import hello

pytest.importorskip("pkcs11", reason="keys in SoftHSM: the package python-pkcs11 is not installed")

from pkcs11 import Attribute, MechanismFlag, Session
from pkcs11.exceptions import AttributeSensitive, PKCS11Error

from support import softhsm
from support.softhsm import AwaitedKey, KeyInToken

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

if softhsm.module() is None:
    pytest.skip(
        "keys in SoftHSM: softhsm2-util or its module is not installed, or SOFTHSM2_MODULE leads nowhere",
        allow_module_level=True,
    )

ALICE, NEW, BOB = "did:example:alice", "did:example:alice2", "did:example:bob"


# no longer than this file: the tests of Pkcs11Secrets initialize the same library anew
@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("softhsm")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        with softhsm.session_in(folder) as session:
            yield session


class World:
    """Alice, all of whose keys are in the token, by her old DID and her new one; Bob keeps his own."""

    def __init__(self, token: Session) -> None:
        self.keys = {
            f"{did}#{name}": KeyInToken(token, use)
            for did in (ALICE, NEW)
            for name, use in (("agree", MechanismFlag.DERIVE), ("sign", MechanismFlag.SIGN))
        }
        self.bob_key = Secret.generate("P-256", kid=f"{BOB}#agree")
        self.bob_signs = Secret.generate("P-256", kid=f"{BOB}#sign")
        self.documents = {
            did: {
                "id": did,
                "keyAgreement": [method(f"{did}#agree", self.keys[f"{did}#agree"].public_key)],
                "authentication": [method(f"{did}#sign", self.keys[f"{did}#sign"].public_key)],
            }
            for did in (ALICE, NEW)
        }
        self.documents[BOB] = {
            "id": BOB,
            "keyAgreement": [method(self.bob_key.kid, self.bob_key.public_key)],
            "authentication": [method(self.bob_signs.kid, self.bob_signs.public_key)],
        }

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.get(did)

    @property
    def operations(self) -> dict[str, list[str]]:
        """The keys that were used, and their operations."""
        return {kid: key.operations for kid, key in self.keys.items() if key.operations}


@pytest.fixture
def world(token: Session) -> World:
    return World(token)


@pytest.fixture
def alice(world: World) -> sync.DIDCommMessaging:
    return sync.DIDCommMessaging(Keys({**world.keys}), world)


@pytest.fixture
def bob(world: World) -> sync.DIDCommMessaging:
    return sync.DIDCommMessaging(Keys({key.kid: key for key in (world.bob_key, world.bob_signs)}), world)


def test_the_private_keys_cannot_leave_the_token(world: World) -> None:
    for key in world.keys.values():
        assert isinstance(key, KeyAgreementKey)
        assert isinstance(key, SigningKey)
        assert key.private[Attribute.SENSITIVE]
        assert key.private[Attribute.ALWAYS_SENSITIVE]
        assert not key.private[Attribute.EXTRACTABLE]
        assert key.private[Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(AttributeSensitive):
            key.private[Attribute.VALUE]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_key_in_the_token_proves_the_sender(
    world: World, alice: sync.DIDCommMessaging, bob: sync.DIDCommMessaging, *, hidden: bool
) -> None:
    config = PackEncryptedConfig(protect_sender_id=hidden)
    packed = alice.pack(hello(), to=BOB, frm=ALICE, config=config)
    assert world.operations == {f"{ALICE}#agree": ["agree"]}
    received = bob.unpack(packed.message)
    assert received.metadata.authenticated
    assert received.metadata.encrypted_from == f"{ALICE}#agree"
    assert received.metadata.anonymous_sender is hidden


@pytest.mark.parametrize("frm", [None, BOB])
def test_a_key_in_the_token_opens_messages_encrypted_to_it(
    world: World, alice: sync.DIDCommMessaging, bob: sync.DIDCommMessaging, frm: str | None
) -> None:
    received = alice.unpack(bob.pack(hello(), to=ALICE, frm=frm).message)
    assert received.message.body == hello().body
    assert received.metadata.recipient_kid == f"{ALICE}#agree"
    assert received.metadata.authenticated is (frm is not None)
    assert set(world.operations) == {f"{ALICE}#agree"}


def test_a_key_in_the_token_signs_messages_and_attachments(
    world: World, alice: sync.DIDCommMessaging, bob: sync.DIDCommMessaging
) -> None:
    signed = alice.pack_signed(hello(to=[BOB]), sign_frm=ALICE)
    assert bob.unpack(signed.packed_msg).metadata.sign_from == f"{ALICE}#sign"
    deed = alice.sign_attachment(Attachment.from_bytes(b"It is yours."), sign_frm=ALICE)
    assert bob.verify_attachment(deed).kid == f"{ALICE}#sign"
    assert world.operations == {f"{ALICE}#sign": ["sign", "sign"]}
    both = alice.pack(hello(to=[BOB]), to=BOB, frm=ALICE, sign_frm=ALICE)
    assert bob.unpack(both.message).metadata.sign_from == f"{ALICE}#sign"


def test_keys_in_the_token_rotate_a_did_and_end_a_relationship(
    world: World, alice: sync.DIDCommMessaging, bob: sync.DIDCommMessaging
) -> None:
    moved = bob.unpack(alice.rotate(to=BOB, old=ALICE, new=NEW).message)
    assert isinstance(moved.relationship_change, PeerRotated)
    assert (moved.relationship_change.old, moved.relationship_change.new) == (ALICE, NEW)
    assert moved.metadata.from_prior_issuer_kid == f"{ALICE}#sign"
    assert world.operations == {f"{ALICE}#sign": ["sign"], f"{NEW}#agree": ["agree"]}
    ended = bob.unpack(alice.end_relationship(to=BOB, frm=NEW).message)
    assert isinstance(ended.relationship_change, PeerEnded)
    assert ended.metadata.from_prior_issuer_kid == f"{NEW}#sign"


async def test_in_an_event_loop_the_keys_are_awaited(world: World) -> None:
    keys = {kid: AwaitedKey(key) for kid, key in world.keys.items()}
    alice = DIDCommMessaging(Keys({**keys}), world)
    bob = DIDCommMessaging(Keys({world.bob_key.kid: world.bob_key}), world)
    moved = await bob.unpack((await alice.rotate(to=BOB, old=ALICE, new=NEW)).message)
    assert moved.metadata.encrypted_from == f"{NEW}#agree"
    assert isinstance(moved.relationship_change, PeerRotated)
    answer = await bob.pack(hello(), to=NEW, frm=BOB)
    assert (await alice.unpack(answer.message)).metadata.authenticated
    signed = await alice.pack_signed(hello(to=[BOB]), sign_frm=NEW)
    assert (await bob.unpack(signed.packed_msg)).metadata.sign_from == f"{NEW}#sign"


def test_an_error_of_the_token_is_raised_unchanged(world: World, alice: sync.DIDCommMessaging) -> None:
    for key in world.keys.values():
        key.private.destroy()
    with pytest.raises(PKCS11Error):
        alice.pack(hello(), to=BOB, frm=ALICE)
    with pytest.raises(PKCS11Error):
        alice.pack_signed(hello(), sign_frm=ALICE)
