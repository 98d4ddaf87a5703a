"""Envelopes that pydidcomm refuses to write, made with `cryptography` alone.

Honest arguments make honest envelopes, so a test can first show that the very same forger is believed.
"""

from __future__ import annotations

import json
import os
import struct
from hashlib import sha256
from hmac import digest
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from cryptography.hazmat.primitives.padding import PKCS7

from support.parties import HELLO, b64, unb64

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from support.parties import Key

Json = dict[str, Any]
ENCRYPTED = "application/didcomm-encrypted+json"
SIGNED = "application/didcomm-signed+json"


def plaintext(**headers: Any) -> Json:  # noqa: ANN401, any JSON
    """A plaintext message; `from_` stands for `from`, and None leaves a header out."""
    message: Json = {
        "id": "one",
        "typ": "application/didcomm-plain+json",
        "type": HELLO,
        "body": {"msg": "Hi"},
    }
    message |= {
        name.rstrip("_").replace("accept_lang", "accept-lang"): value for name, value in headers.items()
    }
    return {name: value for name, value in message.items() if value is not None}


def merged(header: Json, changes: Mapping[str, Any]) -> Json:
    """The header with members changed, or left out where the change is None."""
    return {name: value for name, value in {**header, **changes}.items() if value is not None}


def apv(kids: Sequence[str]) -> bytes:
    return sha256(".".join(sorted(kids)).encode()).digest()


def concat_kdf(shared: bytes, alg: str, apu: bytes, apv: bytes, tag: bytes | None) -> bytes:
    """RFC 7518 4.6.2, and with a tag draft-madden-jose-ecdh-1pu-04 2.3."""

    def sized(octets: bytes) -> bytes:
        return struct.pack(">I", len(octets)) + octets

    info = sized(alg.encode()) + sized(apu) + sized(apv) + struct.pack(">I", 256)
    if tag is not None:
        info += sized(tag)
    return sha256(struct.pack(">I", 1) + shared + info).digest()


def content_key(jwe: Json, key: Key, sender: Key | None = None) -> bytes:
    """The content key, unwrapped with the key of a recipient: of anoncrypt, or of authcrypt by draft 3."""
    header = json.loads(unb64(jwe["protected"]))
    shared = key.private.exchange(X25519PublicKey.from_public_bytes(unb64(header["epk"]["x"])))
    if sender:
        shared += key.private.exchange(X25519PublicKey.from_public_bytes(sender.public))
    kek = concat_kdf(shared, header["alg"], b"", unb64(header.get("apv", "")), None)
    (wrapped,) = [each["encrypted_key"] for each in jwe["recipients"] if each["header"]["kid"] == key.kid]
    return aes_key_unwrap(kek, unb64(wrapped))


def seal(enc: str, cek: bytes, iv: bytes, aad: bytes, octets: bytes) -> tuple[bytes, bytes]:
    """The ciphertext and its tag."""
    if enc == "A256GCM":
        sealed = AESGCM(cek).encrypt(iv, octets, aad)
        return sealed[:-16], sealed[-16:]
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES256(cek[32:]), CBC(iv)).encryptor()
    padded = padder.update(octets) + padder.finalize()
    ciphertext = encryptor.update(padded) + encryptor.finalize()
    mac = digest(cek[:32], aad + iv + ciphertext + struct.pack(">Q", len(aad) * 8), "sha512")
    return ciphertext, mac[:32]


def encrypt(  # noqa: PLR0913, every part of an envelope can be forged
    content: Json | str | bytes,
    to: Sequence[Key],
    *,
    sender: Key | None = None,
    skid: str | None = None,
    enc: str = "A256CBC-HS512",
    protected: Mapping[str, Any] | None = None,
    write_header: Callable[[Json], str] = json.dumps,
    bind_tag: bool = True,
    agreed: bytes | None = None,
    odd_one_out: Key | None = None,
) -> Json:
    """Authcrypt with a sender, else anoncrypt.

    `protected` changes the header before anything is computed, `agreed` takes the place of what ECDH
    agrees on, and `odd_one_out` is given another content key than the others.
    """
    kids = [key.kid for key in to]
    alg = "ECDH-1PU+A256KW" if sender else "ECDH-ES+A256KW"
    skid = skid or (sender.kid if sender else None)
    ephemeral = X25519PrivateKey.generate()
    epk = {"kty": "OKP", "crv": "X25519", "x": b64(ephemeral.public_key().public_bytes_raw())}
    header: Json = {"typ": ENCRYPTED, "alg": alg, "enc": enc, "epk": epk, "apv": b64(apv(kids))}
    if skid:
        header |= {"skid": skid, "apu": b64(skid)}
    header = merged(header, protected or {})
    encoded = b64(write_header(header))
    cek = os.urandom(32 if enc == "A256GCM" else 64)
    iv = os.urandom(12 if enc == "A256GCM" else 16)
    octets = content if isinstance(content, bytes) else text(content).encode()
    ciphertext, tag = seal(enc, cek, iv, encoded.encode(), octets)
    apu = b"" if skid is None or "apu" not in header else skid.encode()
    bound = apv(kids) if "apv" in header else b""
    entries: list[Json] = []
    for key in to:
        public = X25519PublicKey.from_public_bytes(key.public)
        shared = ephemeral.exchange(public)
        if sender:
            shared += sender.private.exchange(public)
        kek = concat_kdf(agreed or shared, alg, apu, bound, tag if sender and bind_tag else None)
        wrapped = aes_key_wrap(kek, os.urandom(len(cek)) if key is odd_one_out else cek)
        entries.append({"header": {"kid": key.kid}, "encrypted_key": b64(wrapped)})
    return {
        "protected": encoded,
        "recipients": entries,
        "iv": b64(iv),
        "ciphertext": b64(ciphertext),
        "tag": b64(tag),
    }


def text(content: Json | str) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def sign(  # noqa: PLR0913, every part of a signature can be forged
    content: Json | str,
    key: Key,
    *,
    kid: str | None = None,
    protected: Mapping[str, Any] | None = None,
    header: Json | None = None,
    write_header: Callable[[Json], str] = json.dumps,
) -> Json:
    """A JWS in the general form, its kid in both headers."""
    kid = kid or key.kid
    encoded = b64(write_header(merged({"typ": SIGNED, "alg": "EdDSA", "kid": kid}, protected or {})))
    payload = b64(text(content))
    signature: bytes = key.private.sign(f"{encoded}.{payload}".encode())
    entry: Json = {"protected": encoded, "signature": b64(signature)}
    unprotected = {"kid": kid} if header is None else header
    if unprotected:
        entry["header"] = unprotected
    return {"payload": payload, "signatures": [entry]}


def flattened(jws: Json) -> Json:
    return {"payload": jws["payload"], **jws["signatures"][0]}


def jwt(
    claims: Json,
    key: Key,
    *,
    header: Mapping[str, Any] | None = None,
    write_header: Callable[[Json], str] = json.dumps,
    write_claims: Callable[[Json], str] = json.dumps,
) -> str:
    """A compact JWT, as `from_prior` carries it; a None claim is left out."""
    encoded = b64(write_header(merged({"typ": "JWT", "alg": "EdDSA", "kid": key.kid}, header or {})))
    signing_input = f"{encoded}.{b64(write_claims(merged(claims, {})))}"
    return f"{signing_input}.{b64(key.private.sign(signing_input.encode()))}"
