"""The crypto service over pydidcomm's core, for keys of pydidcomm on every curve.

Calls `encrypt_layer` and `decrypt_layer` of the core. The services for keys of Askar and of Authlib derive
from this one, and define how their keys are read.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, cast

from pydid import VerificationMethod

from pydidcomm._core import PublicKey as NativeKey
from pydidcomm._core import Secret
from pydidcomm.compat.didcomm_messaging import _steps
from pydidcomm.compat.didcomm_messaging._steps import Held, translate_errors
from pydidcomm.compat.didcomm_messaging.crypto.base import (
    CryptoService,
    CryptoServiceError,
    P,
    PublicKey,
    S,
    SecretKey,
)
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope
from pydidcomm.errors import DIDCommError

__all__ = ["CoreCryptoService", "CoreKey", "CoreSecretKey"]

_CURVES = {
    "Ed25519VerificationKey2018": "Ed25519",
    "Ed25519VerificationKey2020": "Ed25519",
    "X25519KeyAgreementKey2019": "X25519",
    "X25519KeyAgreementKey2020": "X25519",
    "EcdsaSecp256k1VerificationKey2019": "secp256k1",
}
"""The curve of each type whose keys do not contain it."""


class UnfitError(CryptoServiceError, ValueError):
    """The envelope is malformed or not for the key, or no key was found.

    One backend of the original raises `ValueError`, the other one `CryptoServiceError`.
    """


class CoreBackedService(CryptoService[P, S]):
    """A crypto service over pydidcomm's core, for keys of any type.

    A service for keys of another type defines how they are read: `public`, `held` and `named`.
    """

    @abstractmethod
    def public(self, key: P) -> NativeKey:
        """Return the key in the form of the core."""

    @abstractmethod
    def held(self, secret: S) -> Held:
        """Return the key that agrees: a secret of pydidcomm, or an external key with `agree`."""

    @abstractmethod
    def named(self, key: NativeKey, kid: str) -> P:
        """Return a key that the core found, in the form of the service."""

    async def ecdh_es_encrypt(self, to_keys: Sequence[P], message: bytes) -> bytes:
        """Encrypt a message by anoncrypt for these keys, all of one DID and on one curve.

        Raises:
            CryptoServiceError: The keys cannot share one envelope; `UnfitError` where there are none.
        """
        _check_recipients(to_keys)
        with translate_errors(CryptoServiceError, ValueError):
            return await _steps.encrypt(message, self._recipients(to_keys), None)

    async def ecdh_es_decrypt(self, enc_message: str | bytes, recip_key: S) -> bytes:
        """Decrypt an anoncrypt layer.

        Raises:
            CryptoServiceError: It cannot be decrypted, or its algorithms are not supported; `UnfitError`
                where it is not such a layer, or is not for this key.
        """
        return await self._decrypt(enc_message, recip_key, None)

    async def ecdh_1pu_encrypt(self, to_keys: Sequence[P], sender_key: S, message: bytes) -> bytes:
        """Encrypt a message by authcrypt for these keys, all of one DID and on the curve of the sender.

        Raises:
            CryptoServiceError: The keys cannot share one envelope; `UnfitError` where there are none.
        """
        _check_recipients(to_keys)
        sender = (sender_key.kid, self.held(sender_key))
        with translate_errors(CryptoServiceError, ValueError):
            return await _steps.encrypt(message, self._recipients(to_keys), sender)

    async def ecdh_1pu_decrypt(self, enc_message: str | bytes, recip_key: S, sender_key: P) -> bytes:
        """Decrypt an authcrypt layer from the sender's key.

        Raises:
            CryptoServiceError: It cannot be decrypted, its algorithms are not supported, or it has another
                sender; `UnfitError` where it is not such a layer, or is not for this key.
        """
        return await self._decrypt(enc_message, recip_key, (sender_key.kid, self.public(sender_key)))

    async def _decrypt(self, packed: str | bytes, recip_key: S, sender: _steps.NamedKey | None) -> bytes:
        try:
            return await _steps.decrypt(packed, (recip_key.kid, self.held(recip_key)), sender)
        except DIDCommError as refused:
            try:
                JweEnvelope.from_json(packed).get_recipient(recip_key.kid)
            except ValueError as unfit:
                raise UnfitError(str(unfit)) from refused
            raise CryptoServiceError(str(refused)) from refused

    def _recipients(self, keys: Sequence[P]) -> list[_steps.NamedKey]:
        return [(key.kid, self.public(key)) for key in keys]


class CoreKey(PublicKey):
    """A public key of pydidcomm.

    Args:
        key: The key.
        kid: Its id.
    """

    def __init__(self, key: NativeKey, kid: str) -> None:
        self.key = key
        self._kid = kid

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid

    @property
    def multikey(self) -> str:
        """Return the key as a Multikey."""
        return self.key.multikey()

    @classmethod
    def from_verification_method(cls, vm: VerificationMethod) -> "CoreKey":
        """Return the key of a verification method.

        Raises:
            ValueError: It has no readable key.
        """
        return cls(native_key(cls, vm), absolute_kid(vm))


class CoreSecretKey(SecretKey):
    """A secret of pydidcomm, or an external key.

    Args:
        key: The secret, or an object with `agree`.
        kid: Its id; by default that of the secret.
    """

    def __init__(self, key: Held, kid: str | None = None) -> None:
        self.key: Held = key.renamed(kid) if isinstance(key, Secret) and kid is not None else key
        if kid is None and not isinstance(key, Secret):
            message = "`kid` must be passed with an external key"
            raise ValueError(message)
        self._kid = key.kid if kid is None and isinstance(key, Secret) else str(kid)

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid


class CoreCryptoService(CoreBackedService[CoreKey, CoreSecretKey]):
    """The crypto service with pydidcomm's own keys."""

    def public(self, key: CoreKey) -> NativeKey:
        """Return the key in the form of the core."""
        return key.key

    def held(self, secret: CoreSecretKey) -> Held:
        """Return the key that agrees."""
        return secret.key

    def named(self, key: NativeKey, kid: str) -> CoreKey:
        """Return a key that the core found."""
        return CoreKey(key, kid)

    @classmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> CoreKey:
        """Return the key of a verification method."""
        return CoreKey.from_verification_method(vm)


def _check_recipients(keys: Sequence[PublicKey]) -> None:
    if not keys:
        message = "No message recipients"
        raise UnfitError(message)


def absolute_kid(vm: VerificationMethod) -> str:
    """Return the absolute id of a verification method, relative to its controller."""
    return str(vm.id if vm.id.did else vm.id.as_absolute(vm.controller))


def native_key(reader: type[PublicKey], vm: VerificationMethod) -> NativeKey:
    """Return the key of a verification method; `reader` reads a key in bytes."""
    with translate_errors(ValueError):
        if vm.type == "Multikey":
            if not vm.public_key_multibase:
                message = "Multikey verification method missing key"
                raise ValueError(message)
            return NativeKey(vm.public_key_multibase)
        if vm.type == "JsonWebKey2020":
            jwk = cast("dict[str, Any]", vm.public_key_jwk)  # pyright: ignore[reportUnknownMemberType], pydid writes `dict` without its types
            if not jwk:
                message = "JWK verification method missing key"
                raise ValueError(message)
            return NativeKey(jwk)
        curve = _CURVES.get(vm.type)
        if curve is None:
            message = f"Unsupported verification method type: {vm.type}"
            raise ValueError(message)
        return NativeKey.from_octets(curve, reader.key_bytes_from_verification_method(vm))
