"""The crypto service over pydidcomm's core, for keys of pydidcomm on every curve.

Hands on to `encrypt_layer` and `decrypt_layer` of the core. The services for keys of Askar and of Authlib are
this one; they only tell how a key of theirs is read.
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
"""The curve of each type that does not write it into the key."""


class UnfitError(CryptoServiceError, ValueError):
    """The envelope is malformed or not for the key, or no key was found.

    One backend of the original tells it by a `ValueError`, the other one by a `CryptoServiceError`.
    """


class CoreBackedService(CryptoService[P, S]):
    """A crypto service that computes in pydidcomm's core, whatever its keys are.

    A service for keys of another kind says how they are read: `public`, `held` and `named`.
    """

    @abstractmethod
    def public(self, key: P) -> NativeKey:
        """The key as the core reads it."""

    @abstractmethod
    def held(self, secret: S) -> Held:
        """What agrees on a secret: a key of ours, or an object with `agree` that keeps it where it is."""

    @abstractmethod
    def named(self, key: NativeKey, kid: str) -> P:
        """A key that the core found, as the service hands it out."""

    async def ecdh_es_encrypt(self, to_keys: Sequence[P], message: bytes) -> bytes:
        """The message in anoncrypt for these keys, all of one DID and on one curve.

        Raises:
            CryptoServiceError: The keys do not go into one envelope; an `UnfitError` where there is none.
        """
        _check_recipients(to_keys)
        with translate_errors(CryptoServiceError, ValueError):
            return await _steps.encrypt(message, self._recipients(to_keys), None)

    async def ecdh_es_decrypt(self, enc_message: str | bytes, recip_key: S) -> bytes:
        """What is in an anoncrypt layer.

        Raises:
            CryptoServiceError: It does not open, or its algorithms are not on offer; an `UnfitError` where it
                is not such a layer, or not for this key.
        """
        return await self._decrypt(enc_message, recip_key, None)

    async def ecdh_1pu_encrypt(self, to_keys: Sequence[P], sender_key: S, message: bytes) -> bytes:
        """The message in authcrypt for these keys, all of one DID and on the curve of the sender's.

        Raises:
            CryptoServiceError: The keys do not go into one envelope; an `UnfitError` where there is none.
        """
        _check_recipients(to_keys)
        sender = (sender_key.kid, self.held(sender_key))
        with translate_errors(CryptoServiceError, ValueError):
            return await _steps.encrypt(message, self._recipients(to_keys), sender)

    async def ecdh_1pu_decrypt(self, enc_message: str | bytes, recip_key: S, sender_key: P) -> bytes:
        """What is in an authcrypt layer that the sender's key made.

        Raises:
            CryptoServiceError: It does not open, its algorithms are not on offer, or it names another sender;
                an `UnfitError` where it is not such a layer, or not for this key.
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
        """The key as a Multikey."""
        return self.key.multikey()

    @classmethod
    def from_verification_method(cls, vm: VerificationMethod) -> "CoreKey":
        """The key of a verification method.

        Raises:
            ValueError: It has none that can be read.
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
        """The key as the core reads it."""
        return key.key

    def held(self, secret: CoreSecretKey) -> Held:
        """What agrees on a secret."""
        return secret.key

    def named(self, key: NativeKey, kid: str) -> CoreKey:
        """A key that the core found."""
        return CoreKey(key, kid)

    @classmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> CoreKey:
        """The key of a verification method."""
        return CoreKey.from_verification_method(vm)


def _check_recipients(keys: Sequence[PublicKey]) -> None:
    if not keys:
        message = "No message recipients"
        raise UnfitError(message)


def absolute_kid(vm: VerificationMethod) -> str:
    """The id of a verification method, in the name of its controller where it is relative."""
    return str(vm.id if vm.id.did else vm.id.as_absolute(vm.controller))


def native_key(reader: type[PublicKey], vm: VerificationMethod) -> NativeKey:
    """The key of a verification method, of which `reader` takes the bytes where it is written in bytes."""
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
