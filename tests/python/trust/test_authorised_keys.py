"""Keys count only where their DID document lists them, and only under the ids that were bound."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm.errors import (
    DIDCommError,
    DidNotFoundError,
    InvalidSignatureError,
    KeyNotFoundError,
    MalformedDocumentError,
    UntrustedMessageError,
)
from support import forge
from support.forge import plaintext
from support.parties import Key, b64, refused

if TYPE_CHECKING:
    from support.parties import Documents, Party


# the sender's key stands in keyAgreement


@pytest.mark.spec("MSG-17", "KID-05", "KID-08")
@pytest.mark.parametrize("listed", ["verificationMethod", "authentication", "assertionMethod"])
def test_a_sender_key_outside_of_key_agreement_is_refused(
    documents: Documents, alice: Party, bob: Party, listed: str
) -> None:
    key = Key(f"{alice.did}#x9")
    alice.document["verificationMethod"].append(key.method)
    if listed != "verificationMethod":
        alice.document.setdefault(listed, []).append(key.kid)
    forged = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=key)
    with pytest.raises(KeyNotFoundError) as caught:
        documents.unpack(bob, forged)
    error = caught.value
    assert (error.did, error.kid, error.relationship) == (alice.did, key.kid, "keyAgreement")
    alice.document["keyAgreement"].append(key.kid)
    assert documents.unpack(bob, forged).metadata.encrypted_from == key.kid


@pytest.mark.spec("KID-08", "DID-22")
def test_a_sender_that_does_not_resolve_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key)
    del documents.parties[alice.did]
    with pytest.raises(DidNotFoundError) as caught:
        documents.unpack(bob, packed)
    assert caught.value.did == alice.did


@pytest.mark.spec("MSG-17")
def test_a_key_of_another_did_in_a_document_does_not_prove_that_did(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    # mallory publishes her own key under alice's name
    claimed = Key(f"{alice.did}#x1-of-mallory")
    mallory.document["keyAgreement"].append(claimed.method)
    forged = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=claimed)
    with pytest.raises(KeyNotFoundError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.did == alice.did


@pytest.mark.spec("MSG-17")
def test_a_document_with_another_id_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key)
    documents.parties[alice.did] = mallory
    with pytest.raises(MalformedDocumentError) as caught:
        documents.unpack(bob, packed)
    assert caught.value.did == alice.did
    assert mallory.did in caught.value.reason


# the signer's key stands in authentication


@pytest.mark.spec("SIG-13", "SIG-05")
@pytest.mark.parametrize("listed", ["verificationMethod", "assertionMethod", "keyAgreement"])
def test_a_signing_key_outside_of_authentication_is_refused(
    documents: Documents, alice: Party, bob: Party, listed: str
) -> None:
    key = Key(f"{alice.did}#ed9", "Ed25519")
    alice.document["verificationMethod"].append(key.method)
    if listed != "verificationMethod":
        alice.document.setdefault(listed, []).append(key.kid)
    forged = forge.sign(plaintext(from_=alice.did, to=[bob.did]), key)
    with pytest.raises(KeyNotFoundError) as caught:
        documents.unpack(bob, forged)
    error = caught.value
    assert (error.did, error.kid, error.relationship) == (alice.did, key.kid, "authentication")
    alice.document["authentication"].append(key.kid)
    assert documents.unpack(bob, forged).metadata.sign_from == key.kid


@pytest.mark.spec("SIG-14")
def test_authorisation_is_checked_before_the_signature(
    documents: Documents, alice: Party, bob: Party
) -> None:
    unlisted = forge.sign(plaintext(from_=alice.did), alice.signing, kid=f"{alice.did}#nowhere")
    unlisted["signatures"][0]["signature"] = b64(bytes(64))
    with pytest.raises(KeyNotFoundError):
        documents.unpack(bob, unlisted)


@pytest.mark.spec("SIG-13", "SIG-18")
def test_a_signature_by_another_key_than_the_listed_one_is_invalid(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    forged = forge.sign(plaintext(from_=alice.did), mallory.signing, kid=alice.signing.kid)
    with pytest.raises(InvalidSignatureError) as caught:
        documents.unpack(bob, forged)
    assert str(caught.value) == "the signature is not valid"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


# apv, apu and skid


@pytest.mark.spec("JWE-09")
def test_a_removed_or_added_recipient_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key)
    entries: list[Any] = packed["recipients"]
    unknown = {**entries[0], "header": {"kid": f"{bob.did}#x9"}}
    for recipients in (entries[:2], entries[:1], [*entries, unknown]):
        forged = {**packed, "recipients": recipients}
        assert refused(partial(documents.unpack, bob, forged)) == ("apv=recipients", None, None)


@pytest.mark.spec("JWE-08", "ENC-11")
def test_recipients_in_another_order_are_the_same_recipients(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key)
    packed["recipients"].reverse()
    assert documents.unpack(bob, packed).metadata.authenticated


@pytest.mark.spec("JWE-06")
def test_apu_of_another_key_than_skid_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    forged = forge.encrypt(
        plaintext(from_=alice.did), bob.agreement, sender=mallory.key, protected={"skid": alice.key.kid}
    )
    assert refused(lambda: documents.unpack(bob, forged)) == ("skid=apu", alice.key.kid, None)


@pytest.mark.spec("ADR-04")
def test_an_unproved_claim_and_a_decryption_failure_raise_different_errors() -> None:
    assert UntrustedMessageError.__mro__[1] is DIDCommError
