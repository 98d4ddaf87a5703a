"""Boxes of NaCl for Ed25519 keys, and the packages that the legacy functions import on their first call."""

import secrets
from importlib import import_module
from types import ModuleType

__all__ = ["load_msgpack", "load_nacl", "make_box", "open_box", "open_sealed", "x25519_public"]


def x25519_public(verkey: bytes) -> bytes:
    """Return the X25519 key derived from an Ed25519 key."""
    public: bytes = load_nacl().bindings.crypto_sign_ed25519_pk_to_curve25519(verkey)
    return public


def _x25519_secret(sigkey: bytes) -> bytes:
    """Return the X25519 secret derived from an Ed25519 secret."""
    secret: bytes = load_nacl().bindings.crypto_sign_ed25519_sk_to_curve25519(sigkey)
    return secret


def open_sealed(sealed: bytes, verkey: bytes, sigkey: bytes) -> bytes:
    """Open a sealed box."""
    opened: bytes = load_nacl().bindings.crypto_box_seal_open(
        sealed, x25519_public(verkey), _x25519_secret(sigkey)
    )
    return opened


def make_box(message: bytes, to_verkey: bytes, from_sigkey: bytes) -> tuple[bytes, bytes]:
    """Make a box, and return it with its nonce."""
    bindings = load_nacl().bindings
    nonce = secrets.token_bytes(bindings.crypto_box_NONCEBYTES)
    return nonce, bindings.crypto_box(message, nonce, x25519_public(to_verkey), _x25519_secret(from_sigkey))


def open_box(box: bytes, nonce: bytes, from_verkey: bytes, my_sigkey: bytes) -> bytes:
    """Open a box."""
    opened: bytes = load_nacl().bindings.crypto_box_open(
        box, nonce, x25519_public(from_verkey), _x25519_secret(my_sigkey)
    )
    return opened


def load_nacl() -> ModuleType:
    """Import NaCl, which packing and unpacking do not need."""
    for part in ("nacl.bindings", "nacl.exceptions"):
        _package(part, "PyNaCl")
    return _package("nacl", "PyNaCl")


def load_msgpack() -> ModuleType:
    """Import msgpack, which only the format before the envelope needs."""
    return _package("msgpack", "msgpack")


def _package(module: str, package: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as missing:
        message = f"this function of the legacy module needs the package {package}: pip install {package}"
        raise ImportError(message) from missing
