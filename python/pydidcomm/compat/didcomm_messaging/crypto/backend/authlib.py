"""The crypto service for keys of Authlib; the core performs the cryptography.

Derives from `crypto.backend.core`: keys are read from their JWKs, a secret key once, at its first use.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from pydid import VerificationMethod

from pydidcomm._core import PublicKey as NativeKey
from pydidcomm._core import Secret
from pydidcomm.compat.didcomm_messaging._steps import Held, translate_errors
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import (
    CoreBackedService,
    absolute_kid,
    native_key,
)
from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoServiceError, PublicKey, SecretKey

__all__ = ["AsymmetricKey", "AuthlibCryptoService", "AuthlibKey", "AuthlibSecretKey"]


class AsymmetricKey(Protocol):
    """The interface of Authlib keys, for instance of an `OKPKey`."""

    def as_dict(self, is_private: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002, as Authlib has it
        """The key as a JWK."""
        ...


class AuthlibKey(PublicKey):
    """A public key of Authlib.

    Args:
        key: The key; its secret half, where it has one, is not used.
        kid: Its id.

    Raises:
        ValueError: Its curve is not supported.
    """

    kty_crv_to_codec: ClassVar[Mapping[tuple[str, str | None], str]] = {
        ("OKP", "Ed25519"): "ed25519-pub",
        ("OKP", "X25519"): "x25519-pub",
    }
    codec_to_kty_crv: ClassVar[Mapping[str, tuple[str, str]]] = {
        "ed25519-pub": ("OKP", "Ed25519"),
        "x25519-pub": ("OKP", "X25519"),
    }

    def __init__(self, key: AsymmetricKey, kid: str) -> None:
        self.key = key
        self.native = _native(key)
        self._kid = kid

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid

    @property
    def multikey(self) -> str:
        """Return the key as a Multikey."""
        return self.native.multikey()

    @classmethod
    def key_to_multikey(cls, key: AsymmetricKey) -> str:
        """Return the key as a Multikey."""
        return _native(key).multikey()

    @classmethod
    def multikey_to_key(cls, multikey: str) -> AsymmetricKey:
        """Return the Authlib key of a Multikey.

        Raises:
            ValueError: It is not a Multikey.
        """
        with translate_errors(ValueError):
            return _authlib(NativeKey(multikey))

    @classmethod
    def from_verification_method(cls, vm: VerificationMethod) -> "AuthlibKey":
        """Return the key of a verification method.

        Raises:
            ValueError: It has no readable key.
        """
        return cls(_authlib(native_key(cls, vm)), absolute_kid(vm))


class AuthlibSecretKey(SecretKey):
    """A secret key of Authlib.

    Args:
        key: The key.
        kid: Its id.
    """

    def __init__(self, key: AsymmetricKey, kid: str) -> None:
        self.key = key
        self._kid = kid
        self._secret: Secret | None = None

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid

    @property
    def native(self) -> Secret:
        """Return the secret of pydidcomm, parsed once."""
        if self._secret is None:
            with translate_errors(CryptoServiceError, ValueError):
                self._secret = Secret(self.key.as_dict(is_private=True), self._kid)
        return self._secret


class AuthlibCryptoService(CoreBackedService[AuthlibKey, AuthlibSecretKey]):
    """The crypto service for keys of Authlib."""

    def public(self, key: AuthlibKey) -> NativeKey:
        """Return the key in the form of the core."""
        return key.native

    def held(self, secret: AuthlibSecretKey) -> Held:
        """Return the secret in the form of the core."""
        return secret.native

    def named(self, key: NativeKey, kid: str) -> AuthlibKey:
        """Return a key that the core found."""
        return AuthlibKey(_authlib(key), kid)

    @classmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> AuthlibKey:
        """Return the key of a verification method."""
        return AuthlibKey.from_verification_method(vm)


def _native(key: AsymmetricKey) -> NativeKey:
    with translate_errors(ValueError):
        return NativeKey(key.as_dict(is_private=False))


def _authlib(key: NativeKey) -> AsymmetricKey:
    # only programs with Authlib keys need it
    try:
        from authlib.jose import JsonWebKey  # noqa: PLC0415
    except ImportError as missing:
        message = "the Authlib backend needs the package Authlib: pip install Authlib"
        raise ImportError(message) from missing
    made: AsymmetricKey = JsonWebKey.import_key(key.jwk())
    return made
