"""Foreign encryption: read where it does no harm, and refused where it would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import UnpackConfig, sync
from pydidcomm.errors import (
    DecryptionError,
    MalformedMessageError,
    SecretNotFoundError,
    UnsupportedError,
)
from support import forge
from support.forge import plaintext
from support.parties import Key, b64, header_of

if TYPE_CHECKING:
    from support.parties import Documents, Party

LOW_ORDER = [
    bytes(32),
    bytes([1]) + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]


# encrypted, and read


@pytest.mark.spec("MED-08", "MED-09", "MED-10", "JWE-24")
@pytest.mark.parametrize("typ", [forge.ENCRYPTED, "didcomm-encrypted+json", "JWM", None])
@pytest.mark.parametrize("sent", [False, True])
def test_typ_of_a_jwe_may_be_absent_or_different(
    documents: Documents, alice: Party, bob: Party, typ: str | None, *, sent: bool
) -> None:
    sender = alice.key if sent else None
    packed = forge.encrypt(
        plaintext(from_=alice.did), bob.agreement, sender=sender, protected={"typ": typ, "foo": 1, "cty": "x"}
    )
    assert documents.unpack(bob, packed).message.body == {"msg": "Hi"}


@pytest.mark.spec("KID-07")
def test_without_skid_the_sender_is_read_from_apu(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forge.encrypt(
        plaintext(from_=alice.did), bob.agreement, sender=alice.key, protected={"skid": None}
    )
    assert documents.unpack(bob, packed).metadata.encrypted_from == alice.key.kid


@pytest.mark.spec("JWE-17")
def test_the_protected_header_is_authenticated_as_it_was_sent(
    documents: Documents, alice: Party, bob: Party
) -> None:
    def odd(header: dict[str, Any]) -> str:
        return json.dumps(dict(reversed(header.items())), indent=3).replace("{", "{\n\t ")

    packed = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key, write_header=odd)
    assert documents.unpack(bob, packed).metadata.authenticated
    packed["protected"] = b64(json.dumps(header_of(packed["protected"])))
    with pytest.raises(DecryptionError):
        documents.unpack(bob, packed)


@pytest.mark.spec("JWE-03")
def test_anoncrypt_without_apv_is_read_only_on_demand(documents: Documents, bob: Party) -> None:
    packed = forge.encrypt(plaintext(), bob.agreement, protected={"apv": None})
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, packed)
    assert caught.value.part == "jwe.protected.apv"
    received = sync.unpack(documents.of(bob), packed, UnpackConfig(accept_missing_apv=True))
    assert received.metadata.encrypted


@pytest.mark.spec("ENC-11", "JWE-08")
def test_one_available_secret_at_any_position_opens_the_message(documents: Documents, bob: Party) -> None:
    keys = [*bob.agreement, Key(f"{bob.did}#x10")]
    packed = forge.encrypt(plaintext(), keys)
    for key in bob.agreement:
        bob.secrets.remove_key(key.kid)
    for key in keys:
        bob.secrets.add_key(key.secret_jwk)
        assert documents.unpack(bob, packed).metadata.recipient_kid == key.kid
        bob.secrets.remove_key(key.kid)
    with pytest.raises(SecretNotFoundError) as caught:
        documents.unpack(bob, packed)
    assert set(caught.value.kids) >= {key.kid for key in keys}


def test_all_secrets_can_be_required(documents: Documents, bob: Party) -> None:
    config = UnpackConfig(expect_decrypt_by_all_keys=True)
    packed = forge.encrypt(plaintext(), bob.agreement)
    assert documents.unpack(bob, packed, config).metadata.encrypted_to == tuple(bob.kids)
    bob.secrets.remove_key(bob.kids[1])
    with pytest.raises(SecretNotFoundError) as caught:
        documents.unpack(bob, packed, config)
    assert caught.value.kids == (bob.kids[1],)


# encrypted, and refused


@pytest.mark.spec("ENC-02", "ENC-01")
def test_keys_of_two_parties_in_one_envelope_are_refused(
    documents: Documents, bob: Party, carol: Party
) -> None:
    with pytest.raises(MalformedMessageError, match="must be keys of one DID"):
        documents.unpack(bob, forge.encrypt(plaintext(), [*bob.agreement, carol.key]))


@pytest.mark.spec("JWE-10")
@pytest.mark.parametrize("extra", [{"skid": "did:example:alice#x1"}, {"apu": b64("did:example:alice#x1")}])
def test_anoncrypt_that_names_a_sender_is_refused(
    documents: Documents, bob: Party, extra: dict[str, str]
) -> None:
    with pytest.raises(MalformedMessageError, match="skid"):
        documents.unpack(bob, forge.encrypt(plaintext(), bob.agreement, protected=extra))


@pytest.mark.spec("JWE-23", "JWE-28", "SIG-24", "SIG-27")
@pytest.mark.parametrize(
    "extra", [{"crit": ["foo"], "foo": 1}, {"crit": []}, {"zip": "DEF"}, {"b64": False}], ids=str
)
def test_an_extension_that_must_be_understood_is_refused(
    documents: Documents, alice: Party, bob: Party, extra: dict[str, Any]
) -> None:
    for forged in (
        forge.encrypt(plaintext(), bob.agreement, protected=extra),
        forge.sign(plaintext(from_=alice.did), alice.signing, protected=extra),
    ):
        with pytest.raises(UnsupportedError):
            documents.unpack(bob, forged)


@pytest.mark.spec("JWE-23")
def test_a_name_in_two_headers_is_refused(documents: Documents, bob: Party) -> None:
    for name in ("alg", "epk", "apv"):
        packed = forge.encrypt(plaintext(), bob.agreement)
        value = header_of(packed["protected"])[name]
        packed["recipients"][1]["header"][name] = value
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, packed)
        unprotected = {**forge.encrypt(plaintext(), bob.agreement), "unprotected": {name: value}}
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, unprotected)


@pytest.mark.spec("ALG-08")
def test_authcrypt_with_a_cipher_that_does_not_commit_is_refused(
    documents: Documents, alice: Party, bob: Party
) -> None:
    forged = forge.encrypt(plaintext(from_=alice.did), bob.agreement, sender=alice.key, enc="A256GCM")
    with pytest.raises(UnsupportedError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.algorithm == "A256GCM"
    assert documents.unpack(bob, forge.encrypt(plaintext(), bob.agreement, enc="A256GCM")).message.id == "one"


@pytest.mark.spec("ALG-10", "ENC-04")
@pytest.mark.parametrize(
    "alg", ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-1PU", "RSA-OAEP-256", "dir", "none", "", "ecdh-es+a256kw"]
)
def test_an_unknown_key_agreement_algorithm_is_refused(documents: Documents, bob: Party, alg: str) -> None:
    forged = forge.encrypt(plaintext(), bob.agreement, protected={"alg": alg})
    with pytest.raises(UnsupportedError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.algorithm == alg


@pytest.mark.spec("ALG-11")
@pytest.mark.parametrize("enc", ["A128GCM", "A128CBC-HS256", "A192CBC-HS384", "a256gcm", ""])
def test_an_unknown_content_encryption_is_refused(documents: Documents, bob: Party, enc: str) -> None:
    forged = forge.encrypt(plaintext(), bob.agreement, protected={"enc": enc})
    with pytest.raises(UnsupportedError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.algorithm == enc


@pytest.mark.spec("ALG-15")
@pytest.mark.parametrize("point", LOW_ORDER, ids=lambda point: point.hex()[:8])
def test_a_low_order_epk_is_refused(documents: Documents, bob: Party, point: bytes) -> None:
    # with such a point every key agreement gives zeros
    epk = {"kty": "OKP", "crv": "X25519", "x": b64(point)}
    forged = forge.encrypt(plaintext(), bob.agreement, protected={"epk": epk}, agreed=bytes(32))
    with pytest.raises((DecryptionError, MalformedMessageError)):
        documents.unpack(bob, forged)


@pytest.mark.spec("ALG-13", "ALG-16")
def test_an_epk_of_another_form_or_curve_is_refused(documents: Documents, bob: Party) -> None:
    x = b64(bob.key.public)
    wrong: list[Any] = [
        {"kty": "OKP", "crv": "Ed25519", "x": b64(bob.signing.public)},
        {"kty": "EC", "crv": "P-256", "x": x, "y": x},
        {"kty": "EC", "crv": "X25519", "x": x},
        {"kty": "OKP", "crv": "X25519", "x": x, "d": x},
        {"kty": "OKP", "crv": "X25519", "x": x[:-3]},
        {"kty": "OKP", "crv": "X25519", "x": 1},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        [],
        "epk",
    ]
    for epk in wrong:
        forged = forge.encrypt(plaintext(), bob.agreement, protected={"epk": epk})
        with pytest.raises((MalformedMessageError, UnsupportedError)):
            documents.unpack(bob, forged)


@pytest.mark.spec("JWE-03", "JWE-22", "ENC-05")
def test_a_jwe_that_lacks_a_part_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    for name in ("alg", "enc", "epk", "apv", "apu"):
        forged = forge.encrypt(
            plaintext(from_=alice.did), bob.agreement, sender=alice.key, protected={name: None, "skid": None}
        )
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, forged)
    packed = forge.encrypt(plaintext(), bob.agreement)
    for name in ("protected", "recipients", "iv", "ciphertext", "tag"):
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, {member: value for member, value in packed.items() if member != name})
    entry = packed["recipients"][0]
    incomplete: list[Any] = [
        {"header": entry["header"]},
        {"encrypted_key": entry["encrypted_key"]},
        {**entry, "header": {}},
    ]
    for broken in incomplete:
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, {**packed, "recipients": [broken, *packed["recipients"][1:]]})
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, {**packed, "recipients": []})
