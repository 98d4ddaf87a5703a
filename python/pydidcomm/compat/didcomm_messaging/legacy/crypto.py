"""DIDComm v1 as functions over bytes; `v1` has the current API.

`pack_message` and `unpack_message` call `pydidcomm.v1`. The other functions use NaCl: they need the package
PyNaCl, and those for the format before the envelope also msgpack.
"""

import json
import secrets
import struct
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import base58

from pydidcomm import v1
from pydidcomm._core import LocalResolver, PublicKey, Secret
from pydidcomm.compat._json import read_object
from pydidcomm.compat.didcomm_messaging.legacy._boxes import (
    load_msgpack,
    load_nacl,
    make_box,
    open_box,
    open_sealed,
    x25519_public,
)
from pydidcomm.compat.didcomm_messaging.multiformats.multibase import Base64UrlEncoder
from pydidcomm.compat.didcomm_messaging.v1.crypto.core import Nothing, One
from pydidcomm.compat.didcomm_messaging.v1.crypto.nacl import key_pair
from pydidcomm.config import ResolversConfig
from pydidcomm.errors import DIDCommError
from pydidcomm.sync import v1 as sync_v1

__all__ = [
    "CryptoError",
    "anon_crypt_message",
    "anon_decrypt_message",
    "auth_crypt_message",
    "auth_decrypt_message",
    "b58_to_bytes",
    "b64_to_bytes",
    "bytes_to_b58",
    "bytes_to_b64",
    "create_keypair",
    "decrypt_plaintext",
    "encrypt_plaintext",
    "locate_pack_recipient_key",
    "pack_message",
    "prepare_pack_recipient_keys",
    "random_seed",
    "recipients_from_packed_message",
    "sign_message",
    "sign_message_field",
    "unpack_message",
    "validate_seed",
    "verify_signed_message",
    "verify_signed_message_field",
]

b64url = Base64UrlEncoder()

_SEED = 32
_SIGNATURE = 64
_TIMESTAMP = 8


class CryptoError(Exception):
    """An operation failed."""


def b64_to_bytes(val: str) -> bytes:
    """Return the bytes of a base64url text."""
    return b64url.decode(val)


def bytes_to_b64(val: bytes) -> str:
    """Return the bytes as base64url without padding."""
    return b64url.encode(val)


def b58_to_bytes(val: str) -> bytes:
    """Return the bytes of a base58 text."""
    return base58.b58decode(val)


def bytes_to_b58(val: bytes) -> str:
    """Return the bytes in base58."""
    return base58.b58encode(val).decode()


def create_keypair(seed: str | bytes | None = None) -> tuple[bytes, bytes]:
    """Create a public and a secret Ed25519 key, from this seed or a random one.

    Raises:
        CryptoError: `seed` does not have 32 bytes.
    """
    return key_pair(validate_seed(seed) if seed else None)


def random_seed() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(_SEED)


def validate_seed(seed: str | bytes) -> bytes:
    """Return the bytes of a seed from padded base64url, from other text, or from bytes.

    Raises:
        CryptoError: The seed does not have 32 bytes.
    """
    raw = _seed_bytes(seed)
    if len(raw) != _SEED:
        message = "Seed value must be 32 bytes in length"
        raise CryptoError(message)
    return raw


def _seed_bytes(seed: object) -> bytes:
    if isinstance(seed, str):
        return b64_to_bytes(seed) if "=" in seed else seed.encode()
    if isinstance(seed, bytes):
        return seed
    message = "Seed value is not a string or bytes"
    raise CryptoError(message)


def sign_message(message: bytes, secret: bytes) -> bytes:
    """Return the Ed25519 signature over the message."""
    signed: bytes = load_nacl().bindings.crypto_sign(message, secret)
    return signed[:_SIGNATURE]


def verify_signed_message(signed: bytes, verkey: bytes) -> bool:
    """Return whether the signature before the message is valid for the key."""
    nacl = load_nacl()
    try:
        nacl.bindings.crypto_sign_open(signed, verkey)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def sign_message_field(field_value: Mapping[str, Any], signer: str, secret: bytes) -> dict[str, Any]:
    """Sign a value with the time, as a decorator of a message (Aries RFC 0234)."""
    data = struct.pack(">Q", int(time.time())) + json.dumps(field_value).encode()
    return {
        "@type": "did:sov:BzCbsNYhMrjHiqZDTUASHg;spec/signature/1.0/ed25519Sha512_single",
        "signer": signer,
        "sig_data": bytes_to_b64(data),
        "signature": bytes_to_b64(sign_message(data, secret)),
    }


def verify_signed_message_field(signed_field: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the signer and the value of a decorator; NaCl raises an exception for an invalid signature."""
    signer: str = signed_field["signer"]
    data, signature = b64_to_bytes(signed_field["sig_data"]), b64_to_bytes(signed_field["signature"])
    load_nacl().bindings.crypto_sign_open(signature + data, b58_to_bytes(signer))
    return signer, json.loads(data[_TIMESTAMP:])


def anon_crypt_message(message: bytes, to_verkey: bytes) -> bytes:
    """Encrypt a message in a sealed box."""
    sealed: bytes = load_nacl().bindings.crypto_box_seal(message, x25519_public(to_verkey))
    return sealed


def anon_decrypt_message(enc_message: bytes, secret: bytes) -> bytes:
    """Decrypt a sealed box; `secret` is the seed of the key."""
    return open_sealed(enc_message, *create_keypair(secret))


def auth_crypt_message(message: bytes, to_verkey: bytes, from_verkey: bytes, from_sigkey: bytes) -> bytes:
    """Encrypt a message in a box inside a sealed box with the sender: the format before the envelope."""
    nonce, body = make_box(message, to_verkey, from_sigkey)
    combined = {"msg": bytes_to_b64(body), "sender": bytes_to_b58(from_verkey), "nonce": bytes_to_b64(nonce)}
    return anon_crypt_message(load_msgpack().packb(combined, use_bin_type=True), to_verkey)


def auth_decrypt_message(enc_message: bytes, my_verkey: bytes, my_sigkey: bytes) -> tuple[bytes, str]:
    """Decrypt a message of `auth_crypt_message`, and return it with the sender's verkey."""
    combined = load_msgpack().unpackb(open_sealed(enc_message, my_verkey, my_sigkey), raw=False)
    sender: str = combined["sender"]
    body, nonce = b64_to_bytes(combined["msg"]), b64_to_bytes(combined["nonce"])
    return open_box(body, nonce, b58_to_bytes(sender), my_sigkey), sender


def prepare_pack_recipient_keys(
    to_verkeys: Sequence[bytes], from_verkey: bytes | None = None, from_sigkey: bytes | None = None
) -> tuple[str, bytes]:
    """Return the protected header of an envelope as JSON, and the content key.

    Raises:
        CryptoError: Only one half of the sender's key is given.
    """
    _check_sender(from_verkey, from_sigkey)
    cek: bytes = load_nacl().bindings.crypto_secretstream_xchacha20poly1305_keygen()
    recipients: list[dict[str, Any]] = []
    for verkey in to_verkeys:
        header: dict[str, Any] = {"kid": bytes_to_b58(verkey), "sender": None, "iv": None}
        if from_verkey and from_sigkey:
            nonce, encrypted_key = make_box(cek, verkey, from_sigkey)
            sender = anon_crypt_message(bytes_to_b58(from_verkey).encode(), verkey)
            header.update(sender=bytes_to_b64(sender), iv=bytes_to_b64(nonce))
        else:
            encrypted_key = anon_crypt_message(cek, verkey)
        recipients.append({"encrypted_key": bytes_to_b64(encrypted_key), "header": header})
    protected = {
        "enc": "xchacha20poly1305_ietf",
        "typ": "JWM/1.0",
        "alg": "Authcrypt" if from_verkey else "Anoncrypt",
        "recipients": recipients,
    }
    return json.dumps(protected), cek


def locate_pack_recipient_key(
    recipients: Sequence[Mapping[str, Any]], my_verkey: bytes, my_sigkey: bytes
) -> tuple[bytes, str | None, str]:
    """Return the content key, the sender's verkey or None, and our verkey.

    Raises:
        ValueError: The message is not for the key, or a recipient is malformed.
    """
    own = bytes_to_b58(my_verkey)
    others: list[Any] = []
    for recipient in recipients:
        if not recipient or "header" not in recipient or "encrypted_key" not in recipient:
            message = "Invalid recipient header"
            raise ValueError(message)
        header = recipient["header"]
        if header.get("kid") != own:
            others.append(header.get("kid"))
            continue
        encrypted_key = b64_to_bytes(recipient["encrypted_key"])
        if not (header.get("iv") and header.get("sender")):
            return open_sealed(encrypted_key, my_verkey, my_sigkey), None, own
        sender = open_sealed(b64_to_bytes(header["sender"]), my_verkey, my_sigkey).decode()
        cek = open_box(encrypted_key, b64_to_bytes(header["iv"]), b58_to_bytes(sender), my_sigkey)
        return cek, sender, own
    message = f"Verkey {own} not found among the {len(others)} recipients"
    raise ValueError(message)


def encrypt_plaintext(message: str, add_data: bytes, key: bytes) -> tuple[bytes, bytes, bytes]:
    """Encrypt the content of an envelope, and return ciphertext, nonce and tag."""
    bindings = load_nacl().bindings
    nonce = secrets.token_bytes(bindings.crypto_aead_chacha20poly1305_ietf_NPUBBYTES)
    raw = message.encode()
    sealed: bytes = bindings.crypto_aead_chacha20poly1305_ietf_encrypt(raw, add_data, nonce, key)
    return sealed[: len(raw)], nonce, sealed[len(raw) :]


def decrypt_plaintext(ciphertext: bytes, recips_bin: bytes, nonce: bytes, key: bytes) -> str:
    """Decrypt the content of an envelope, from the ciphertext followed by its tag."""
    decrypt = load_nacl().bindings.crypto_aead_chacha20poly1305_ietf_decrypt
    raw: bytes = decrypt(ciphertext, recips_bin, nonce, key)
    return raw.decode()


def pack_message(
    message: str,
    to_verkeys: Sequence[bytes],
    from_verkey: bytes | None = None,
    from_sigkey: bytes | None = None,
) -> dict[str, Any]:
    """Encrypt a text: authcrypt with both halves of the sender's key, anoncrypt without a key.

    Raises:
        CryptoError: Only one half of the sender's key is given, or a key cannot be encrypted to.
    """
    _check_sender(from_verkey, from_sigkey)
    try:
        to = [_verkey(raw) for raw in to_verkeys]
        frm = _verkey(from_verkey) if from_verkey else None
        packed = sync_v1.pack(_resolvers(from_verkey, from_sigkey), message, to, frm)
    except (DIDCommError, ValueError) as error:
        raise CryptoError(str(error)) from error
    envelope: dict[str, Any] = json.loads(packed.message)
    return envelope


def recipients_from_packed_message(message_bytes: bytes) -> list[str]:
    """Return the verkeys of the recipients of an envelope.

    Raises:
        ValueError: It is not an envelope.
    """
    try:
        return [
            recipient["header"]["kid"]
            for recipient in _read_protected(_envelope(message_bytes))["recipients"]
        ]
    except (KeyError, TypeError) as error:
        message = "Invalid packed message recipients"
        raise ValueError(message) from error


def unpack_message(
    enc_message: Mapping[str, Any] | bytes, my_verkey: bytes, my_sigkey: bytes
) -> tuple[str, str | None, str]:
    """Decrypt an envelope, and return its text, the sender's verkey or None, and our verkey.

    Raises:
        ValueError: It is not an envelope, or is not for the key.
        CryptoError: The envelope cannot be decrypted.
        TypeError: It has another type.
    """
    envelope = _envelope(enc_message)
    alg = _read_protected(envelope).get("alg")
    if alg not in ("Authcrypt", "Anoncrypt"):  # not a set, since `alg` may be unhashable
        message = f"Unsupported pack algorithm: {alg}"
        raise ValueError(message)
    if _verkey(my_verkey) not in recipients_from_packed_message(json.dumps(envelope).encode()):
        message = f"Verkey {_verkey(my_verkey)} not found"
        raise ValueError(message)
    try:
        unpacked = sync_v1.unpack(_resolvers(my_verkey, my_sigkey), envelope)
        return unpacked.content.decode(), unpacked.sender_verkey, unpacked.recipient_verkey
    except DIDCommError as error:
        raise CryptoError(str(error)) from error


def _check_sender(verkey: bytes | None, sigkey: bytes | None) -> None:
    if (verkey is None) != (sigkey is None):
        message = "Both verkey and sigkey needed to authenticated encrypt message"
        raise CryptoError(message)


def _resolvers(verkey: bytes | None, sigkey: bytes | None) -> ResolversConfig:
    held: One | Nothing = Nothing()
    if verkey and sigkey:
        name = _verkey(verkey)
        held = One(name, Secret.from_octets("Ed25519", sigkey[:_SEED], kid=name))
    return ResolversConfig(secrets_resolver=held, did_resolver=LocalResolver())


def _verkey(raw: bytes) -> str:
    return v1.verkey(PublicKey.from_octets("Ed25519", raw))


def _envelope(message: object) -> dict[str, Any]:
    if isinstance(message, bytes):
        try:
            return read_object(message)
        except DIDCommError as error:
            text = "Invalid packed message"
            raise ValueError(text) from error
    if not isinstance(message, dict):
        text = f"Expected bytes or dict, got {type(message)}"
        raise TypeError(text)
    return cast("dict[str, Any]", message)


def _read_protected(envelope: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return read_object(b64_to_bytes(envelope["protected"]))
    except (ValueError, KeyError, TypeError, AttributeError, DIDCommError) as error:
        text = "Invalid packed message recipients"
        raise ValueError(text) from error
