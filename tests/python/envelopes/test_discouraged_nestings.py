"""Layers that the specification discourages: written on explicit demand alone, and read with a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import DIDCommMessaging, PackEncryptedConfig, PolicyError, UnpackConfig, inspect, sync
from pydidcomm.errors import UntrustedMessageError
from support import forge
from support.forge import plaintext
from support.parties import hello

if TYPE_CHECKING:
    from support.parties import Documents, Party

ADVISED = "authcrypt around a signature, which the specification advises against"
FORBIDDEN = "anoncrypt around authcrypt around a signature, which the specification forbids to send"


def summary(received: Any) -> tuple[bool, str | None, str | None, list[str]]:  # noqa: ANN401, an UnpackResult
    metadata = received.metadata
    return metadata.anonymous_sender, metadata.encrypted_from, metadata.sign_from, [*metadata.warnings]


@pytest.mark.spec("ENV-03", "ENV-04", "ENV-07", "ENV-11")
@pytest.mark.parametrize(
    ("options", "is_hidden", "is_authcrypted", "warnings"),
    [
        ({}, True, False, []),
        ({"protect_sender_id": True}, True, False, []),
        ({"authcrypt_signed": True}, False, True, [ADVISED]),
        # who asks for both gets what hides and proves without a nesting that is forbidden
        ({"authcrypt_signed": True, "protect_sender_id": True}, True, False, []),
        ({"anoncrypt_authcrypt_signed": True}, True, True, [FORBIDDEN]),
        ({"anoncrypt_authcrypt_signed": True, "protect_sender_id": True}, True, True, [FORBIDDEN]),
        ({"anoncrypt_authcrypt_signed": True, "authcrypt_signed": True}, True, True, [FORBIDDEN]),
    ],
)
async def test_a_signed_message_from_a_sender_has_the_requested_layers(  # noqa: PLR0913, PLR0917, fixtures
    documents: Documents,
    alice: Party,
    bob: Party,
    options: dict[str, Any],
    is_hidden: bool,  # noqa: FBT001, a parameter of the test
    is_authcrypted: bool,  # noqa: FBT001
    warnings: list[str],
) -> None:
    sender = DIDCommMessaging(alice.secrets, documents)
    recipient = DIDCommMessaging(bob.secrets, documents)
    config = PackEncryptedConfig(**options)
    packed = await sender.pack(hello(), to=bob.did, frm=alice.did, sign_frm=alice.did, config=config)
    received = await recipient.unpack(packed.message)
    encrypted_from = alice.key.kid if is_authcrypted else None
    assert summary(received) == (is_hidden, encrypted_from, alice.signing.kid, warnings)
    assert packed.from_kid == encrypted_from
    # who looks on learns of the sender only where nothing hides it
    assert (alice.did in str(inspect(packed.message))) is not is_hidden


@pytest.mark.spec("ENV-03")
def test_three_layers_take_a_sender_and_a_signer(documents: Documents, alice: Party, bob: Party) -> None:
    sender = sync.DIDCommMessaging(alice.secrets, documents)
    config = PackEncryptedConfig(anoncrypt_authcrypt_signed=True)
    choices: list[dict[str, Any]] = [{}, {"frm": alice.did}, {"sign_frm": alice.did}]
    for parties in choices:
        with pytest.raises(ValueError, match="anoncrypt_authcrypt_signed"):
            sender.pack(hello(), to=bob.did, config=config, **parties)


def nestings(alice: Party, bob: Party) -> dict[str, Any]:
    """The two as other implementations write them."""
    signed = forge.sign(plaintext(from_=alice.did, to=[bob.did]), alice.signing)
    inner = forge.encrypt(signed, bob.agreement, sender=alice.key)
    return {ADVISED: inner, FORBIDDEN: forge.encrypt(inner, bob.agreement)}


@pytest.mark.spec("ENV-05")
def test_discouraged_nestings_are_read_with_a_warning(documents: Documents, alice: Party, bob: Party) -> None:
    for warning, packed in nestings(alice, bob).items():
        received = documents.unpack(bob, packed)
        assert summary(received) == (warning is FORBIDDEN, alice.key.kid, alice.signing.kid, [warning])
        demand = UnpackConfig(require_profile="didcomm/v2")
        if warning is FORBIDDEN:
            with pytest.raises(PolicyError, match="require_profile"):
                documents.unpack(bob, packed, demand)
        else:
            documents.unpack(bob, packed, demand)


@pytest.mark.spec("ENV-06")
def test_signer_of_a_discouraged_nesting_must_be_its_sender(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    for frm in (alice.did, carol.did):
        signed = forge.sign(plaintext(from_=frm, to=[bob.did]), carol.signing)
        inner = forge.encrypt(signed, bob.agreement, sender=alice.key)
        for packed in (inner, forge.encrypt(inner, bob.agreement)):
            with pytest.raises(UntrustedMessageError):
                documents.unpack(bob, packed)


@pytest.mark.parametrize("options", [{}, {"protect_sender_id": True}])
def test_encryption_without_a_signature_has_no_nesting_warning(
    documents: Documents, alice: Party, bob: Party, options: dict[str, Any]
) -> None:
    sender = sync.DIDCommMessaging(alice.secrets, documents)
    packed = sender.pack(hello(), to=bob.did, frm=alice.did, config=PackEncryptedConfig(**options))
    assert documents.unpack(bob, packed.message).metadata.warnings == ()
