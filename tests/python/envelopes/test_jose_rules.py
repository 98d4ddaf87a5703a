"""Rules of the JOSE and EdDSA RFCs for signatures and encrypted messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm.errors import (
    DecryptionError,
    DIDCommError,
    InvalidSignatureError,
    MalformedMessageError,
)
from support import forge
from support.forge import jwt, plaintext
from support.parties import Key, b64, unb64

if TYPE_CHECKING:
    from support.parties import Documents, Party

ORDER = 2**252 + 27742317777372353535851937790883648493
"""The order of the group of Ed25519 (RFC 8032, 5.1)."""


@pytest.mark.spec("SIG-28", "SIG-13")
@pytest.mark.parametrize("place", ["protected", "header"])
def test_a_key_in_a_header_is_not_the_key_that_verifies(
    documents: Documents, alice: Party, bob: Party, mallory: Party, place: str
) -> None:
    url = "https://example.com/keys"
    key: dict[str, Any] = {"jwk": mallory.signing.jwk, "jku": url, "x5u": url, "x5c": ["MIIB"]}
    message = plaintext(from_=alice.did, to=[bob.did])
    headers: dict[str, Any] = {"protected": {"kid": None}, "header": {"kid": alice.signing.kid}}
    headers[place] |= key
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, forge.sign(message, mallory.signing, **headers))
    # and it does no harm next to the signature of the right key
    received = documents.unpack(bob, forge.sign(message, alice.signing, **headers))
    assert received.metadata.sign_from == alice.signing.kid


@pytest.mark.spec("SIG-29")
def test_a_signature_with_the_order_added_to_s_is_refused(
    documents: Documents, alice: Party, bob: Party
) -> None:
    signed = forge.sign(plaintext(from_=alice.did, to=[bob.did]), alice.signing)
    entry = signed["signatures"][0]
    signature = unb64(entry["signature"])
    s = int.from_bytes(signature[32:], "little") + ORDER
    entry["signature"] = b64(signature[:32] + s.to_bytes(32, "little"))
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, signed)


def spoiled(text: str) -> list[str]:
    """Other texts that a lenient reader takes for the same bytes."""
    stray = {"A": "B", "Q": "R", "g": "h", "w": "x"}.get(text[-1])
    others = [text + "=" * (-len(text) % 4 or 4), text[:4] + "\n" + text[4:], text[:4] + " " + text[4:]]
    return [*others, text[:-1] + stray] if stray and len(text) % 4 else others


@pytest.mark.spec("SIG-31")
@pytest.mark.parametrize("member", ["payload", "protected", "signature"])
def test_a_signed_message_with_another_base64_is_refused(
    documents: Documents, alice: Party, bob: Party, member: str
) -> None:
    signed = forge.sign(plaintext(from_=alice.did, to=[bob.did]), alice.signing)
    documents.unpack(bob, signed)
    place = signed if member == "payload" else signed["signatures"][0]
    for text in spoiled(place[member]):
        place[member] = text
        # the payload is signed as it was written, so the signature is what fails
        kind = InvalidSignatureError if member == "payload" else MalformedMessageError
        with pytest.raises(kind):
            documents.unpack(bob, signed)


@pytest.mark.spec("SIG-31")
@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_rotation_with_another_base64_is_refused(
    documents: Documents, alice: Party, carol: Party, bob: Party, part: int
) -> None:
    parts = jwt({"iss": carol.did, "sub": alice.did, "iat": 1}, carol.signing).split(".")
    for text in spoiled(parts[part]):
        token = ".".join([*parts[:part], text, *parts[part + 1 :]])
        message = plaintext(from_=alice.did, to=[bob.did], from_prior=token)
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, forge.encrypt(message, bob.agreement, sender=alice.key))


@pytest.mark.spec("JWE-29", "REQ-01")
@pytest.mark.parametrize("authenticated", [False, True])
def test_decryption_failures_are_indistinguishable(
    documents: Documents, alice: Party, bob: Party, *, authenticated: bool
) -> None:
    sender = alice.key if authenticated else None
    honest = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=sender)
    documents.unpack(bob, honest)

    def flipped(text: str, place: int) -> str:
        content = bytearray(unb64(text))
        content[place] ^= 1
        return b64(bytes(content))

    key = honest["recipients"][0]["encrypted_key"]
    changed: list[dict[str, Any]] = [
        honest | {"recipients": [{**entry, "encrypted_key": wrong} for entry in honest["recipients"]]}
        for wrong in (flipped(key, 0), flipped(key, -1), "", b64(unb64(key)[:-8]), b64(bytes(24)), b64(b"x"))
    ]
    changed += [honest | {"tag": flipped(honest["tag"], place)} for place in (0, -1)]
    # the last block holds the padding; the last but one decides what it becomes
    changed += [
        honest | {"ciphertext": flipped(honest["ciphertext"], place)} for place in (0, -1, -16, -17, -32)
    ]
    changed += [honest | {"ciphertext": b64(unb64(honest["ciphertext"])[:-length])} for length in (1, 16)]
    errors: set[tuple[type[DIDCommError], str]] = set()
    for forged in changed:
        with pytest.raises(DIDCommError) as caught:
            documents.unpack(bob, forged)
        errors.add((type(caught.value), str(caught.value)))
    ((kind, _),) = errors
    assert kind is DecryptionError


@pytest.mark.spec("REQ-01")
@pytest.mark.parametrize("member", ["payload", "protected", "signature"])
def test_a_signed_message_with_a_flipped_bit_is_refused(
    documents: Documents, alice: Party, bob: Party, member: str
) -> None:
    signed = forge.sign(plaintext(from_=alice.did, to=[bob.did]), alice.signing)
    place = signed if member == "payload" else signed["signatures"][0]
    honest = unb64(place[member])
    for bit in range(0, 8 * len(honest), 7):
        content = bytearray(honest)
        content[bit // 8] ^= 1 << bit % 8
        place[member] = b64(bytes(content))
        with pytest.raises(DIDCommError):
            documents.unpack(bob, signed)


@pytest.mark.spec("KID-03", "SIG-13")
@pytest.mark.parametrize("between", ["/path", "?versionId=1", "/?x#"])
def test_a_key_of_another_resource_than_the_document_proves_no_sender(
    documents: Documents, alice: Party, bob: Party, between: str
) -> None:
    message = plaintext(from_=alice.did, to=[bob.did])
    fragment = alice.key.kid.partition("#")[2]
    odd = Key(f"{alice.did}{between.rstrip('#')}#{fragment}", alice.key.curve)
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, forge.encrypt(message, bob.agreement, sender=odd))
    assert caught.value.part == "jwe.protected.skid"
    kid = f"{alice.did}{between.rstrip('#')}#ed"
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, forge.sign(message, alice.signing, kid=kid))
    assert caught.value.part == "jws.header.kid"
    token = jwt({"iss": alice.did, "iat": 1}, alice.signing, header={"kid": kid})
    ending = plaintext(to=[bob.did], from_prior=json.loads(json.dumps(token)))
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, forge.encrypt(ending, bob.agreement))
    assert caught.value.part == "from_prior.header.kid"
