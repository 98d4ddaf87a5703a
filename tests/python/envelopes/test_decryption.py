"""One opaque error for a failed decryption, whatever the cause."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import UnpackConfig
from pydidcomm.errors import DecryptionError, DIDCommError
from support import forge
from support.forge import plaintext
from support.parties import Key, b64, unb64

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.parties import Documents, Party


def flip(text: str, bit: int = 0) -> str:
    octets = bytearray(unb64(text))
    octets[bit // 8 % len(octets)] ^= 1 << (bit % 8)
    return b64(bytes(octets))


def change(name: str, changed: Callable[[str], str]) -> Callable[[dict[str, Any]], None]:
    def act(jwe: dict[str, Any]) -> None:
        for part in [jwe] if name in jwe else jwe["recipients"]:
            part[name] = changed(part[name])

    return act


HOW: dict[str, Callable[[str], str]] = {
    "with its first bit flipped": flip,
    "with its last bit flipped": lambda text: flip(text, len(unb64(text)) * 8 - 1),
    "truncated": lambda text: b64(unb64(text)[:-8]),
    "longer": lambda text: b64(unb64(text) + bytes(8)),
    "empty": lambda _: "",
    "random": lambda text: b64(os.urandom(len(unb64(text)))),
}


def swap_keys(jwe: dict[str, Any]) -> None:
    keys = [entry["encrypted_key"] for entry in jwe["recipients"]]
    for place, entry in enumerate(jwe["recipients"]):
        entry["encrypted_key"] = keys[place - 1]


def add_aad(jwe: dict[str, Any]) -> None:
    jwe["aad"] = "AAAA"


TAMPERED = {
    f"{name} {how}": change(name, changed)
    for name in ("iv", "ciphertext", "tag", "encrypted_key")
    for how, changed in HOW.items()
} | {"keys swapped": swap_keys, "aad added": add_aad}


def opaque(
    documents: Documents, party: Party, jwe: dict[str, Any], config: UnpackConfig | None = None
) -> None:
    """The error says one thing only, and nothing else can be learned from it."""
    with pytest.raises(DIDCommError) as caught:
        documents.unpack(party, jwe, config)
    error = caught.value
    assert type(error) is DecryptionError
    assert str(error) == "the message cannot be decrypted"
    # all that it repeats is the open header
    kids = tuple(recipient["header"]["kid"] for recipient in jwe["recipients"])
    assert error.args == ([*kids],)
    assert (error.__cause__, error.__context__, getattr(error, "__notes__", None)) == (None, None, None)
    assert vars(error) == {"kids": kids}


@pytest.mark.spec("REQ-01", "JWE-11", "JWE-16", "JWE-18", "JWE-19")
@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
@pytest.mark.parametrize("mode", ["anoncrypt", "authcrypt", "gcm", "inner"])
def test_every_tampered_part_raises_the_same_decryption_error(
    documents: Documents, alice: Party, bob: Party, mode: str, tamper: Callable[[dict[str, Any]], None]
) -> None:
    message = plaintext(from_=alice.did, to=[bob.did])
    sender = alice.key if mode in {"authcrypt", "inner"} else None
    jwe = forge.encrypt(
        message, bob.agreement, sender=sender, enc="A256GCM" if mode == "gcm" else "A256CBC-HS512"
    )
    assert documents.unpack(bob, jwe).message.id == "one"
    tamper(jwe)
    opaque(documents, bob, forge.encrypt(jwe, bob.agreement) if mode == "inner" else jwe)


@pytest.mark.spec("KID-03")
def test_a_wrong_secret_under_the_right_kid_raises_the_same_error(documents: Documents, bob: Party) -> None:
    jwe = forge.encrypt(plaintext(), bob.agreement)
    bob.secrets.add_key({**Key("did:example:other#x1").secret_jwk, "kid": bob.key.kid})
    opaque(documents, bob, jwe)


@pytest.mark.spec("MSG-17", "KID-03")
def test_a_sender_without_the_secret_of_its_skid_raises_the_same_error(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    opaque(
        documents,
        bob,
        forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=mallory.key, skid=alice.key.kid),
    )


@pytest.mark.spec("JWE-14", "ENC-06")
def test_authcrypt_with_a_key_not_bound_to_the_tag_raises_the_same_error(
    documents: Documents, alice: Party, bob: Party
) -> None:
    message = plaintext(from_=alice.did)
    opaque(documents, bob, forge.encrypt(message, bob.agreement, sender=alice.key, bind_tag=False))


@pytest.mark.spec("JWE-13")
def test_a_changed_header_of_the_key_derivation_raises_the_same_error(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    # mallory renames the sender of what she has sealed: apu is another one, so the key is
    renamed = {"skid": alice.key.kid, "apu": b64(alice.key.kid)}
    forged = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=mallory.key, protected=renamed)
    opaque(documents, bob, forged)


@pytest.mark.spec("ENC-10")
def test_keys_that_unwrap_to_different_content_keys_raise_the_same_error(
    documents: Documents, bob: Party
) -> None:
    config = UnpackConfig(expect_decrypt_by_all_keys=True)
    jwe = forge.encrypt(plaintext(), bob.agreement, odd_one_out=bob.agreement[2])
    assert documents.unpack(bob, jwe).metadata.recipient_kid == bob.kids[0]
    opaque(documents, bob, jwe, config)
    assert documents.unpack(bob, forge.encrypt(plaintext(), bob.agreement), config).message.id == "one"


@pytest.mark.slow
@pytest.mark.spec("REQ-01")
@pytest.mark.parametrize("authcrypted", [False, True])
def test_no_message_opens_after_a_bit_has_flipped(
    documents: Documents, alice: Party, bob: Party, *, authcrypted: bool
) -> None:
    sender = alice.key if authcrypted else None
    jwe = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=sender)
    places = [("protected", None), ("iv", None), ("ciphertext", None), ("tag", None), ("encrypted_key", 0)]
    for name, place in places:
        value = jwe[name] if place is None else jwe["recipients"][place][name]
        for bit in range(0, len(unb64(value)) * 8, 7):
            changed = json.loads(json.dumps(jwe))
            holder = changed if place is None else changed["recipients"][place]
            holder[name] = flip(value, bit)
            with pytest.raises(DIDCommError):
                documents.unpack(bob, changed)


def test_decrypted_text_that_is_not_a_message_is_malformed(documents: Documents, bob: Party) -> None:
    # it was decrypted, so its sender, not the key, is at fault; the text itself is not repeated
    for content in (b"\xff\xfe secret", b"secret", b"", b"[]"):
        with pytest.raises(DIDCommError) as caught:
            documents.unpack(bob, forge.encrypt(content, bob.agreement))
        assert type(caught.value) is not DecryptionError
        assert "secret" not in str(caught.value)
        assert caught.value.__context__ is None
