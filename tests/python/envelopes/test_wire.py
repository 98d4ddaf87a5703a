"""The wire format: the forms that every other implementation reads."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from pydidcomm import AnonCryptAlg, Attachment, PackEncryptedConfig, sync
from support.forge import ENCRYPTED, SIGNED, concat_kdf, content_key, seal
from support.parties import Key, Party, b64, header_of, hello, unb64

if TYPE_CHECKING:
    from support.parties import Documents

PLAIN = "application/didcomm-plain+json"
SIZES = {"A256CBC-HS512": (16, 32, 72), "A256GCM": (12, 16, 40), "XC20P": (24, 16, 40)}
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
Json = dict[str, Any]


def encrypted(
    documents: Documents,
    alice: Party,
    to: str,
    *,
    auth: bool = False,
    enc: AnonCryptAlg = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
    **headers: Any,  # noqa: ANN401, the headers of the message
) -> Json:
    config = PackEncryptedConfig(enc_alg_anon=enc)
    frm = alice.did if auth else None
    packed = sync.pack_encrypted(documents.of(alice), hello(**headers), to=to, frm=frm, config=config)
    jwe: Json = json.loads(packed.packed_msg)
    return jwe


def opened(jwe: Json, key: Key, sender: Key | None = None) -> tuple[bytes, bytes]:
    """The content key and the content, by an implementation of its own."""
    header = header_of(jwe["protected"])
    entry = next(entry for entry in jwe["recipients"] if entry["header"]["kid"] == key.kid)
    shared = key.private.exchange(X25519PublicKey.from_public_bytes(unb64(header["epk"]["x"])))
    if sender:
        shared += key.private.exchange(X25519PublicKey.from_public_bytes(sender.public))
    apu, tag = unb64(header.get("apu", "")), unb64(jwe["tag"]) if sender else None
    kek = concat_kdf(shared, header["alg"], apu, unb64(header["apv"]), tag)
    cek = aes_key_unwrap(kek, unb64(entry["encrypted_key"]))
    ciphertext = unb64(jwe["ciphertext"])
    decryptor = Cipher(AES256(cek[32:]), CBC(unb64(jwe["iv"]))).decryptor()
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    content = padded[: -padded[-1]]
    aad = jwe["protected"].encode()
    assert seal(header["enc"], cek, unb64(jwe["iv"]), aad, content) == (ciphertext, unb64(jwe["tag"]))
    return cek, content


@pytest.mark.spec("JWE-01", "JWE-05", "JWE-20", "KID-01", "KID-04", "MED-07", "ENC-05", "ENV-01", "ALG-13")
def test_authcrypt_has_its_headers_where_they_belong(documents: Documents, alice: Party, bob: Party) -> None:
    jwe = encrypted(documents, alice, bob.did, auth=True)
    assert list(jwe) == ["protected", "recipients", "iv", "ciphertext", "tag"]
    header = header_of(jwe["protected"])
    assert set(header) == {"typ", "alg", "enc", "skid", "apu", "apv", "epk"}
    assert (header["typ"], header["alg"], header["enc"]) == (ENCRYPTED, "ECDH-1PU+A256KW", "A256CBC-HS512")
    assert header["skid"] == alice.key.kid
    assert header["skid"] in alice.document["keyAgreement"]
    assert header["apu"] == b64(alice.key.kid)
    assert set(header["epk"]) == {"kty", "crv", "x"}
    assert (header["epk"]["kty"], header["epk"]["crv"]) == ("OKP", "X25519")
    assert len(unb64(header["epk"]["x"])) == 32
    for entry in jwe["recipients"]:
        assert set(entry) == {"header", "encrypted_key"}
        assert set(entry["header"]) == {"kid"}


@pytest.mark.spec("JWE-02", "JWE-04", "JWE-10", "JWE-20", "MED-07", "ENC-04")
@pytest.mark.parametrize("enc", AnonCryptAlg)
def test_anoncrypt_has_its_headers_where_they_belong(
    documents: Documents, alice: Party, bob: Party, enc: AnonCryptAlg
) -> None:
    jwe = encrypted(documents, alice, bob.did, enc=enc)
    header = header_of(jwe["protected"])
    assert set(header) == {"typ", "alg", "enc", "apv", "epk"}
    assert (header["typ"], header["alg"], header["enc"]) == (ENCRYPTED, "ECDH-ES+A256KW", enc.value)


@pytest.mark.spec("JWE-16", "JWE-18", "JWE-19", "JWE-20")
@pytest.mark.parametrize("enc", AnonCryptAlg)
def test_every_binary_member_has_its_size_and_no_padding(
    documents: Documents, alice: Party, bob: Party, enc: AnonCryptAlg
) -> None:
    jwe = encrypted(documents, alice, bob.did, enc=enc)
    keys = [entry["encrypted_key"] for entry in jwe["recipients"]]
    for text in (jwe["protected"], jwe["iv"], jwe["ciphertext"], jwe["tag"], *keys):
        assert BASE64URL.fullmatch(text)
    iv, tag, wrapped = SIZES[enc.value]
    assert (len(unb64(jwe["iv"])), len(unb64(jwe["tag"]))) == (iv, tag)
    assert {len(unb64(key)) for key in keys} == {wrapped}


def test_the_default_content_encryption_is_the_one_that_every_peer_reads(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert header_of(json.loads(packed.packed_msg)["protected"])["enc"] == "A256CBC-HS512"


@pytest.mark.spec("JWE-07", "JWE-08")
def test_recipients_are_sorted_by_the_bytes_of_their_kids(
    documents: Documents, alice: Party, bob: Party
) -> None:
    keys = [Key(f"{bob.did}#{name}") for name in ("key-2", "key-10", "key-1", "Key-3")]
    bob.document["keyAgreement"] = [key.method for key in keys]
    jwe = encrypted(documents, alice, bob.did, auth=True)
    kids = [entry["header"]["kid"] for entry in jwe["recipients"]]
    assert kids == [f"{bob.did}#{name}" for name in ("Key-3", "key-1", "key-10", "key-2")]
    assert header_of(jwe["protected"])["apv"] == b64(sha256(".".join(kids).encode()).digest())


@pytest.mark.spec("JWE-07")
def test_apv_is_that_of_the_specifications_example(documents: Documents, alice: Party, bob: Party) -> None:
    kids = [f"{bob.did}#key-x25519-{number}" for number in (1, 2, 3)]
    bob.document["keyAgreement"] = [Key(kid).method for kid in kids]
    header = header_of(encrypted(documents, alice, bob.did)["protected"])
    assert header["apv"] == "NcsuAnrRfPK69A-rkZ0L9XWUG4jMvNC3Zg74BPz53PA"


@pytest.mark.spec("JWE-05")
def test_apu_is_that_of_the_specifications_example(documents: Documents, bob: Party) -> None:
    sender = Party("did:example:123456789abcdefghi")
    key = Key(f"{sender.did}#keys-1")
    sender.document["keyAgreement"] = [key.method]
    sender.secrets.add_key(key.secret_jwk)
    documents.parties[sender.did] = sender
    header = header_of(encrypted(documents, sender, bob.did, auth=True)["protected"])
    assert header["apu"] == "ZGlkOmV4YW1wbGU6MTIzNDU2Nzg5YWJjZGVmZ2hpI2tleXMtMQ"


@pytest.mark.spec(
    "ENC-06", "ENC-07", "ENC-09", "ENC-10", "JWE-12", "JWE-13", "JWE-14", "JWE-15", "JWE-17", "KID-03"
)
@pytest.mark.parametrize("auth", [False, True])
def test_an_independent_implementation_opens_it_with_each_key(
    documents: Documents, alice: Party, bob: Party, *, auth: bool
) -> None:
    jwe = encrypted(documents, alice, bob.did, auth=auth, id="one")
    assert len(jwe["recipients"]) == 3
    results = [opened(jwe, key, alice.key if auth else None) for key in bob.agreement]
    assert len({cek for cek, _ in results}) == 1
    assert {json.loads(content)["id"] for _, content in results} == {"one"}


@pytest.mark.spec("ENV-10")
def test_the_outer_layer_of_a_protected_sender_does_not_contain_its_did(
    documents: Documents, alice: Party, bob: Party
) -> None:
    config = PackEncryptedConfig(protect_sender_id=True)
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did, config=config)
    outer = json.loads(packed.packed_msg)
    header = header_of(outer["protected"])
    assert header["alg"] == "ECDH-ES+A256KW"
    assert "skid" not in header
    assert "apu" not in header
    inner = json.loads(opened(outer, bob.key)[1])
    assert header_of(inner["protected"])["alg"] == "ECDH-1PU+A256KW"
    assert json.loads(opened(inner, bob.key, alice.key)[1])["from"] == alice.did


@pytest.mark.spec("ENV-03", "SIG-02", "SIG-11")
@pytest.mark.parametrize("protect", [False, True])
@pytest.mark.parametrize("authcrypt_signed", [False, True])
def test_a_signed_message_is_in_one_encryption_and_names_its_recipient(
    documents: Documents, alice: Party, bob: Party, *, protect: bool, authcrypt_signed: bool
) -> None:
    config = PackEncryptedConfig(protect_sender_id=protect, authcrypt_signed=authcrypt_signed)
    packed = sync.pack_encrypted(
        documents.of(alice), hello(), to=bob.did, frm=alice.did, sign_frm=alice.did, config=config
    )
    outer = json.loads(packed.packed_msg)
    authcrypted = authcrypt_signed and not protect
    assert ("skid" in header_of(outer["protected"])) == authcrypted
    inner = json.loads(opened(outer, bob.key, alice.key if authcrypted else None)[1])
    assert set(inner) == {"payload", "signatures"}
    plaintext = json.loads(unb64(inner["payload"]))
    assert (plaintext["from"], plaintext["to"]) == (alice.did, [bob.did])


@pytest.mark.spec("SIG-05", "SIG-06", "SIG-07", "SIG-15", "SIG-17", "SIG-18", "SIG-25", "MED-05")
@pytest.mark.parametrize("kid_in", ["header", "protected"])
def test_a_jws_is_general_with_its_kid_in_one_header(
    documents: Documents, alice: Party, bob: Party, kid_in: Literal["header", "protected"]
) -> None:
    config = documents.of(alice)
    message = hello(id="one", to=[bob.did])
    jws = json.loads(sync.pack_signed(config, message, alice.did, kid_in=kid_in).packed_msg)
    assert set(jws) == {"payload", "signatures"}
    (entry,) = jws["signatures"]
    header, kid = {"typ": SIGNED, "alg": "EdDSA"}, {"kid": alice.signing.kid}
    if kid_in == "protected":
        assert header_of(entry["protected"]) == header | kid
        assert "header" not in entry
    else:
        assert header_of(entry["protected"]) == header
        assert entry["header"] == kid
    assert documents.unpack(bob, jws).metadata.sign_from == alice.signing.kid
    plaintext = json.loads(unb64(jws["payload"]))
    assert (plaintext["id"], plaintext["from"], plaintext["typ"]) == ("one", alice.did, PLAIN)
    signature = unb64(entry["signature"])
    assert len(signature) == 64
    alice.signing.private.public_key().verify(signature, f"{entry['protected']}.{jws['payload']}".encode())


@pytest.mark.spec("SIG-15", "SIG-25")
@pytest.mark.parametrize("kid_in", ["header", "protected"])
def test_the_signature_inside_an_encrypted_message_has_its_kid_where_the_config_says(
    documents: Documents, alice: Party, bob: Party, kid_in: Literal["header", "protected"]
) -> None:
    packed = sync.pack_encrypted(
        documents.of(alice),
        hello(),
        to=bob.did,
        sign_frm=alice.did,
        config=PackEncryptedConfig(kid_in=kid_in),
    )
    signed = documents.unpack(bob, packed.packed_msg).metadata.signed_message
    assert signed is not None
    (entry,) = json.loads(signed)["signatures"]
    assert ("kid" in header_of(entry["protected"])) == (kid_in == "protected")
    assert ("kid" in entry.get("header", {})) == (kid_in == "header")


def test_another_place_for_the_kid_is_refused_by_its_name(documents: Documents, alice: Party) -> None:
    for kid_in in ("unprotected", None, 7):
        wrong: Any = kid_in
        with pytest.raises(ValueError, match="`kid_in` must be"):
            sync.pack_signed(documents.of(alice), hello(), alice.did, kid_in=wrong)


@pytest.mark.spec("MED-01", "MED-03", "MSG-21", "ATT-02")
def test_a_plaintext_has_typ_body_and_ids_and_nothing_empty(documents: Documents, alice: Party) -> None:
    message = hello(body=None, attachments=[Attachment(data={"json": 1})], created_time=1516269022)
    plaintext = json.loads(sync.pack_plaintext(documents.of(alice), message).packed_msg)
    assert plaintext["typ"] == PLAIN
    assert plaintext["body"] == {}
    assert plaintext["attachments"][0]["id"]
    assert plaintext["created_time"] == 1516269022
    assert type(plaintext["created_time"]) is int
    assert set(plaintext) == {"id", "typ", "type", "created_time", "body", "attachments"}


@pytest.mark.spec("MSG-13")
def test_authcrypt_writes_from_where_the_message_has_none(
    documents: Documents, alice: Party, bob: Party
) -> None:
    jwe = encrypted(documents, alice, bob.did, auth=True)
    assert json.loads(opened(jwe, bob.key, alice.key)[1])["from"] == alice.did


@pytest.mark.spec("MSG-30")
@pytest.mark.parametrize("auth", [False, True])
def test_headers_of_the_message_are_not_in_the_open_header(
    documents: Documents, alice: Party, bob: Party, *, auth: bool
) -> None:
    jwe = encrypted(documents, alice, bob.did, auth=auth, custom_headers={"secretly": "whispered"}, lang="fr")
    visible = json.dumps(jwe) + json.dumps(header_of(jwe["protected"]))
    for word in ("secretly", "whispered", "fr", "greeting"):
        assert f'"{word}"' not in visible
        assert b64(word) not in visible


@pytest.mark.spec("ALG-09", "ALG-14")
def test_random_values_do_not_repeat(documents: Documents, alice: Party, bob: Party) -> None:
    envelopes = [encrypted(documents, alice, bob.did, auth=True, id="one") for _ in range(100)]
    drawn = [
        text
        for jwe in envelopes
        for text in (
            jwe["iv"],
            header_of(jwe["protected"])["epk"]["x"],
            *(entry["encrypted_key"] for entry in jwe["recipients"]),
        )
    ]
    assert len(set(drawn)) == len(drawn) == 500


@pytest.mark.spec("ALG-14")
def test_each_message_has_its_own_content_key(documents: Documents, alice: Party, bob: Party) -> None:
    # the wrapped keys differ whenever the ephemeral keys do: only what is inside of them tells
    envelopes = [encrypted(documents, alice, bob.did, auth=False, id="one") for _ in range(20)]
    keys = [content_key(jwe, bob.key) for jwe in envelopes]
    assert {len(key) for key in keys} == {64}
    assert len(set(keys)) == 20


@pytest.mark.spec("ENC-01")
def test_a_message_for_two_is_encrypted_twice(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    message = hello(to=[bob.did, carol.did])
    for party in (bob, carol):
        packed = sync.pack_encrypted(documents.of(alice), message, to=party.did)
        assert packed.to_kids == tuple(party.kids)
        assert documents.unpack(party, packed.packed_msg).message == message


@pytest.mark.spec("MED-06")
def test_every_encrypted_message_has_one_media_type(documents: Documents, alice: Party, bob: Party) -> None:
    protect = PackEncryptedConfig(protect_sender_id=True)
    for frm, sign_frm, config in (
        (None, None, None),
        (alice.did, None, None),
        (None, alice.did, None),
        (alice.did, None, protect),
    ):
        packed = sync.pack_encrypted(documents.of(alice), hello(), bob.did, frm, sign_frm, config)
        assert packed.media_type == ENCRYPTED
        assert header_of(json.loads(packed.text)["protected"])["typ"] == ENCRYPTED
