"""A `from` or a `to` without its proof is refused, and the error names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm import (
    DIDCommMessaging,
    MissingToWarning,
    PackEncryptedConfig,
    UnpackConfig,
    WarningCode,
    pack_signed,
    sync,
)
from pydidcomm.errors import (
    KeyNotFoundError,
    MalformedMessageError,
    UntrustedMessageError,
)
from pydidcomm.out_of_band import invitation
from support import forge
from support.forge import plaintext
from support.parties import hello, refused

if TYPE_CHECKING:
    from support.parties import Documents, Party

NEAR_MISSES = ["did:example:alice2", "did:example:alic", "did:example:Alice", "did:example:alice:x"]


# from = DID of skid


@pytest.mark.spec("ADR-01", "ADR-04", "REQ-02")
def test_authcrypt_whose_from_is_another_party_is_refused(
    documents: Documents, mallory: Party, alice: Party, bob: Party
) -> None:
    honest = forge.encrypt(plaintext(from_=mallory.did, to=[bob.did]), bob.agreement, sender=mallory.key)
    assert documents.unpack(bob, honest).metadata.encrypted_from == mallory.key.kid
    forged = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=mallory.key)
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=skid", mallory.key.kid, alice.did)


@pytest.mark.spec("ADR-05")
@pytest.mark.parametrize("frm", NEAR_MISSES)
def test_a_did_that_only_resembles_the_senders_is_another_one(
    documents: Documents, alice: Party, bob: Party, frm: str
) -> None:
    forged = forge.encrypt(plaintext(from_=frm, to=[bob.did]), bob.agreement, sender=alice.key)
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=skid", alice.key.kid, frm)


@pytest.mark.spec("ADR-05")
def test_a_did_in_capitals_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    forged = forge.encrypt(plaintext(from_="DID:example:alice"), bob.agreement, sender=alice.key)
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.part == "message.from"


@pytest.mark.spec("ADR-05")
def test_a_did_url_is_compared_by_its_did(documents: Documents, alice: Party, bob: Party) -> None:
    url = f"{alice.did}?versionId=1"
    packed = forge.encrypt(plaintext(from_=url), bob.agreement, sender=alice.key)
    assert documents.unpack(bob, packed).message.frm == url


@pytest.mark.spec("ADR-06", "MSG-13")
def test_authcrypt_without_from_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    forged = forge.encrypt(plaintext(to=[bob.did]), bob.agreement, sender=alice.key)
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=skid", alice.key.kid, None)


@pytest.mark.spec("ADR-08")
def test_the_sender_is_checked_inside_anoncrypt(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    inner = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=mallory.key)
    forged = forge.encrypt(inner, bob.agreement)
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=skid", mallory.key.kid, alice.did)


# from = DID of the signer


@pytest.mark.spec("ADR-03", "ADR-04", "ADR-08")
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_signature_by_another_party_than_from_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party, *, encrypted: bool
) -> None:
    forged = forge.sign(plaintext(from_=alice.did, to=[bob.did]), mallory.signing)
    forged = forge.encrypt(forged, bob.agreement) if encrypted else forged
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=signer", mallory.signing.kid, alice.did)


@pytest.mark.spec("ADR-07")
def test_a_signed_message_without_from_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    forged = forge.sign(plaintext(to=[bob.did]), alice.signing)
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=signer", alice.signing.kid, None)


@pytest.mark.spec("ENV-05", "ENV-06")
def test_authcrypt_and_signature_of_two_parties_are_refused(
    documents: Documents, alice: Party, carol: Party, bob: Party
) -> None:
    signed = forge.sign(plaintext(from_=alice.did, to=[bob.did]), alice.signing)
    assert documents.unpack(
        bob, forge.encrypt(signed, bob.agreement, sender=alice.key)
    ).metadata.authenticated
    stolen = forge.encrypt(signed, bob.agreement, sender=carol.key)
    assert refused(lambda: documents.unpack(bob, stolen)) == ("from=skid", carol.key.kid, alice.did)
    by_carol = forge.sign(plaintext(from_=alice.did, to=[bob.did]), carol.signing)
    forged = forge.encrypt(by_carol, bob.agreement, sender=alice.key)
    assert refused(lambda: documents.unpack(bob, forged)) == ("from=signer", carol.signing.kid, alice.did)


@pytest.mark.spec("ENV-09")
@pytest.mark.parametrize("encrypted", [False, True])
def test_from_without_proof_is_not_a_sender(
    documents: Documents, alice: Party, bob: Party, *, encrypted: bool
) -> None:
    message = plaintext(from_=alice.did)
    received = documents.unpack(bob, forge.encrypt(message, bob.agreement) if encrypted else message)
    assert received.message.frm == alice.did
    metadata = received.metadata
    assert (metadata.authenticated, metadata.non_repudiation) == (False, False)
    assert (metadata.encrypted_from, metadata.sign_from) == (None, None)
    assert metadata.sender is None


# the recipient is in to


@pytest.mark.spec("ADR-02", "ADR-04", "MSG-09")
@pytest.mark.parametrize("authcrypted", [False, True])
def test_a_message_to_carol_that_is_encrypted_for_bob_is_refused(
    documents: Documents, alice: Party, bob: Party, carol: Party, *, authcrypted: bool
) -> None:
    sender = alice.key if authcrypted else None
    forged = forge.encrypt(plaintext(from_=alice.did, to=[carol.did]), bob.agreement, sender=sender)
    assert refused(lambda: documents.unpack(bob, forged)) == ("to=recipient", bob.key.kid, bob.did)
    both = forge.encrypt(plaintext(from_=alice.did, to=[carol.did, bob.did]), bob.agreement, sender=sender)
    assert documents.unpack(bob, both).message.to == (carol.did, bob.did)


@pytest.mark.spec("ADR-02", "ADR-05")
def test_an_empty_to_does_not_name_the_recipient(documents: Documents, bob: Party) -> None:
    forged = forge.encrypt(plaintext(to=[]), bob.agreement)
    assert refused(lambda: documents.unpack(bob, forged))[0] == "to=recipient"


@pytest.mark.spec("ADR-08", "SIG-12")
def test_a_signed_message_passed_on_to_another_is_refused(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    received = forge.sign(plaintext(from_=alice.did, to=[carol.did]), alice.signing)
    passed_on = forge.encrypt(received, bob.agreement)
    assert refused(lambda: documents.unpack(bob, passed_on)) == ("to=recipient", bob.key.kid, bob.did)


@pytest.mark.spec("SIG-12", "SIG-11")
@pytest.mark.parametrize("authcrypted", [False, True])
def test_a_signature_that_names_no_recipient_is_refused_inside_of_encryption(
    documents: Documents, alice: Party, bob: Party, *, authcrypted: bool
) -> None:
    signed = forge.sign(plaintext(from_=alice.did), alice.signing)
    forged = forge.encrypt(signed, bob.agreement, sender=alice.key if authcrypted else None)
    assert refused(lambda: documents.unpack(bob, forged)) == ("to=recipient", bob.key.kid, bob.did)


@pytest.mark.spec("SIG-10")
@pytest.mark.parametrize("to", [None, []])
def test_a_signed_message_without_to_is_refused_or_warned_of(
    documents: Documents, alice: Party, bob: Party, to: list[str] | None
) -> None:
    signed = forge.sign(plaintext(from_=alice.did, to=to), alice.signing)
    assert refused(lambda: documents.unpack(bob, signed)) == ("to=recipient", None, None)
    with pytest.raises(UntrustedMessageError, match="the signed message has no `to`"):
        documents.unpack(bob, signed)
    received = documents.unpack(bob, signed, UnpackConfig(to_mismatch="warning"))
    assert [warning.code for warning in received.metadata.warnings] == [WarningCode.MISSING_TO]
    assert received.sender == alice.did


@pytest.mark.spec("SIG-10")
@pytest.mark.parametrize("to", [None, []])
async def test_signing_a_message_without_to_warns(
    documents: Documents, alice: Party, bob: Party, to: list[str] | None
) -> None:
    config = documents.of(alice)
    party = DIDCommMessaging(secrets=alice.secrets, resolver=documents)
    twin = sync.DIDCommMessaging(secrets=alice.secrets, resolver=documents)
    unnamed = hello(frm=alice.did, to=to)
    for message in (unnamed, unnamed.as_dict()):
        with pytest.warns(MissingToWarning, match="refuse it by default") as awaited:
            packed = await pack_signed(config, message, sign_frm=alice.did)
        with pytest.warns(MissingToWarning) as of_the_party:
            await party.pack_signed(message, sign_frm=alice.did)
        with pytest.warns(MissingToWarning) as plain:
            sync.pack_signed(config, message, sign_frm=alice.did)
        with pytest.warns(MissingToWarning) as of_its_twin:
            twin.pack_signed(message, sign_frm=alice.did)
        warned = [*awaited, *of_the_party, *plain, *of_its_twin]
        assert [entry.filename for entry in warned] == [__file__] * 4
        with pytest.raises(UntrustedMessageError, match="no `to`"):
            documents.unpack(bob, packed.text)
    for message in (hello(frm=alice.did, to=[bob.did]), invitation(alice.did)):
        documents.unpack(bob, (await pack_signed(config, message, sign_frm=alice.did)).text)
        await party.pack_signed(message.as_dict(), sign_frm=alice.did)


@pytest.mark.spec("SIG-12", "SIG-11")
def test_a_warning_of_to_is_not_enough_inside_of_encryption(
    documents: Documents, alice: Party, bob: Party
) -> None:
    forged = forge.encrypt(forge.sign(plaintext(from_=alice.did), alice.signing), bob.agreement)
    config = UnpackConfig(to_mismatch="warning")
    assert refused(lambda: documents.unpack(bob, forged, config)) == ("to=recipient", bob.key.kid, bob.did)


@pytest.mark.spec("SIG-22")
def test_a_signed_invitation_needs_no_to(documents: Documents, alice: Party, bob: Party) -> None:
    invitation = plaintext(from_=alice.did, type="https://didcomm.org/out-of-band/2.0/invitation")
    received = documents.unpack(bob, forge.sign(invitation, alice.signing))
    assert received.sender == alice.did
    assert received.metadata.warnings == ()
    forged = forge.encrypt(forge.sign(invitation, alice.signing), bob.agreement)
    assert refused(lambda: documents.unpack(bob, forged))[0] == "to=recipient"


@pytest.mark.spec("ADR-09")
def test_without_to_there_is_nothing_to_compare(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key)
    assert documents.unpack(bob, packed).message.to is None


@pytest.mark.spec("MSG-10")
def test_a_plaintext_message_to_another_recipient_is_returned(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    message = plaintext(from_=alice.did, to=[carol.did])
    for packed in (message, forge.sign(message, alice.signing)):
        assert documents.unpack(bob, packed).message.to == (carol.did,)


@pytest.mark.spec("ADR-08")
def test_both_layers_of_encryption_are_for_one_party(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    # one program may hold the keys of two DIDs; what was meant for one may not seem meant for the other
    inner = forge.encrypt(plaintext(from_=alice.did), carol.agreement, sender=alice.key)
    forged = forge.encrypt(inner, bob.agreement)
    for key in carol.agreement:
        bob.secrets.add_key(key.secret_jwk)
    assert refused(lambda: documents.unpack(bob, forged))[0] == "to=recipient"


# what every recipient would refuse is refused when it is packed


@pytest.mark.spec("ADR-10")
def test_arguments_that_contradict_the_message_raise_value_error(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    resolvers = documents.of(alice)
    with pytest.raises(ValueError, match="from"):
        sync.pack_encrypted(resolvers, hello(frm=bob.did), to=bob.did, frm=alice.did)
    with pytest.raises(ValueError, match="from"):
        sync.pack_encrypted(resolvers, hello(frm=alice.did), to=bob.did, sign_frm=carol.did)
    with pytest.raises(ValueError, match="from"):
        sync.pack_signed(resolvers, hello(frm=alice.did), sign_frm=carol.did)
    with pytest.raises(ValueError, match="to"):
        sync.pack_encrypted(resolvers, hello(to=[carol.did]), to=bob.did, frm=alice.did)
    with pytest.raises(ValueError, match="from"):
        sync.pack_encrypted(
            resolvers,
            hello(),
            to=bob.did,
            frm=alice.did,
            sign_frm=carol.did,
            config=PackEncryptedConfig(authcrypt_signed=True),
        )


@pytest.mark.spec("MSG-16", "KID-02")
def test_a_key_that_is_not_for_agreement_neither_sends_nor_receives(
    documents: Documents, alice: Party, bob: Party
) -> None:
    resolvers = documents.of(alice)
    for to, frm in ((bob.did, alice.signing.kid), (bob.signing.kid, alice.did)):
        with pytest.raises(KeyNotFoundError) as caught:
            sync.pack_encrypted(resolvers, hello(), to=to, frm=frm)
        assert caught.value.relationship == "keyAgreement"
    with pytest.raises(KeyNotFoundError) as caught:
        sync.pack_signed(resolvers, hello(), sign_frm=alice.key.kid)
    assert caught.value.relationship == "authentication"
