"""The interfaces of crypto services and secrets.

`crypto.backend.core` has the services over pydidcomm's core.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from pydid import VerificationMethod

from pydidcomm.compat.didcomm_messaging.multiformats import multibase, multicodec

__all__ = ["CryptoService", "CryptoServiceError", "PublicKey", "SecretKey", "SecretsManager"]

_BARE_KEY = 32
"""The bytes of a key on Curve25519; older documents write them without a multicodec."""


class CryptoServiceError(Exception):
    """A crypto service cannot perform or refuses an operation."""


class PublicKey(ABC):
    """A public key in the form of its crypto service."""

    type_to_codec: ClassVar[Mapping[str, str]] = {
        "Ed25519VerificationKey2018": "ed25519-pub",
        "X25519KeyAgreementKey2019": "x25519-pub",
        "Ed25519VerificationKey2020": "ed25519-pub",
        "X25519KeyAgreementKey2020": "x25519-pub",
    }

    @classmethod
    @abstractmethod
    def from_verification_method(cls, vm: VerificationMethod) -> "PublicKey":
        """Return the key of a verification method."""

    @classmethod
    def key_bytes_from_verification_method(cls, vm: VerificationMethod) -> bytes:
        """Return the bytes of the key of a verification method in multibase or base58.

        Raises:
            ValueError: It has neither, or both, or its codec is not that of its type.
        """
        if vm.public_key_base58 and vm.public_key_multibase:
            message = "Only one of public_key_multibase or public_key_base58 must be given"
            raise ValueError(message)
        if vm.public_key_base58:
            return multibase.decode(f"z{vm.public_key_base58}")
        if not vm.public_key_multibase:
            message = "One of public_key_multibase or public_key_base58 must be given)"
            raise ValueError(message)
        decoded = multibase.decode(vm.public_key_multibase)
        if len(decoded) == _BARE_KEY:
            return decoded
        codec, raw = multicodec.unwrap(decoded)
        expected = cls.type_to_codec.get(vm.type, codec.name if vm.type == "Multikey" else None)
        if expected is None:
            message = "Unsupported verification method type"
            raise ValueError(message)
        if codec.name != expected:
            message = "Type and codec mismatch"
            raise ValueError(message)
        return raw

    @property
    @abstractmethod
    def kid(self) -> str:
        """The id of the key."""

    @property
    @abstractmethod
    def multikey(self) -> str:
        """Return the key as a Multikey."""


class SecretKey(ABC):
    """A secret key in the form of its crypto service, for instance a handle."""

    @property
    @abstractmethod
    def kid(self) -> str:
        """The id of the key."""


P = TypeVar("P", bound=PublicKey)
S = TypeVar("S", bound=SecretKey)


class CryptoService(ABC, Generic[P, S]):
    """Encrypts and decrypts one layer of a message."""

    @abstractmethod
    async def ecdh_es_encrypt(self, to_keys: Sequence[P], message: bytes) -> bytes:
        """Encrypt a message by anoncrypt for these keys."""

    @abstractmethod
    async def ecdh_es_decrypt(self, enc_message: str | bytes, recip_key: S) -> bytes:
        """Decrypt an anoncrypt layer."""

    @abstractmethod
    async def ecdh_1pu_encrypt(self, to_keys: Sequence[P], sender_key: S, message: bytes) -> bytes:
        """Encrypt a message by authcrypt for these keys, from the sender's key."""

    @abstractmethod
    async def ecdh_1pu_decrypt(self, enc_message: str | bytes, recip_key: S, sender_key: P) -> bytes:
        """Decrypt an authcrypt layer."""

    @classmethod
    @abstractmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> P:
        """Return the key of a verification method, in the form of the service."""


class SecretsManager(ABC, Generic[S]):
    """Finds the secrets of a crypto service."""

    @abstractmethod
    async def get_secret_by_kid(self, kid: str) -> S | None:
        """Return the secret with that kid, or None."""
