"""The crypto service of DIDComm v1 for keys as bytes, as in NaCl; it does not need NaCl.

Derives from `v1.crypto.core`.
"""

from dataclasses import dataclass

from pydid import VerificationMethod

from pydidcomm import v1
from pydidcomm._core import PublicKey as NativeKey
from pydidcomm._core import Secret
from pydidcomm.compat.didcomm_messaging._steps import Held, translate_errors
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import native_key
from pydidcomm.compat.didcomm_messaging.crypto.base import PublicKey, SecretKey, SecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.jwe import from_b64url
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import V1CryptoServiceError
from pydidcomm.compat.didcomm_messaging.v1.crypto.core import CoreBackedV1Service

__all__ = ["EdPublicKey", "InMemSecretsManager", "KeyPair", "NaclV1CryptoService"]

_SEED = 32
"""The bytes of an Ed25519 secret, which NaCl writes before the public key."""


@dataclass
class KeyPair(SecretKey):
    """An Ed25519 key.

    Attributes:
        verkey: The bytes of the public key.
        sigkey: The bytes of the secret key, followed by those of the public key.
    """

    verkey: bytes
    sigkey: bytes

    @property
    def verkey_b58(self) -> str:
        """Return the verkey in base58."""
        return v1.verkey(_native(self.verkey))

    @property
    def kid(self) -> str:
        """The id of the key, which is its verkey."""
        return self.verkey_b58

    def __repr__(self) -> str:
        return f"KeyPair(verkey={self.verkey!r})"


@dataclass
class EdPublicKey(PublicKey):
    """An Ed25519 public key.

    Attributes:
        value: Its bytes.
    """

    value: bytes

    @classmethod
    def from_verification_method(cls, vm: VerificationMethod) -> "EdPublicKey":
        """Return the key of a verification method.

        Raises:
            ValueError: It has no readable key.
        """
        return cls(native_key(cls, vm).octets())

    @property
    def key(self) -> str:
        """Return the verkey in base58."""
        return v1.verkey(_native(self.value))

    @property
    def kid(self) -> str:
        """Raises NotImplementedError, since the key has no id."""
        raise NotImplementedError

    @property
    def multikey(self) -> str:
        """Return the key as a Multikey."""
        return _native(self.value).multikey()


class NaclV1CryptoService(CoreBackedV1Service[EdPublicKey, KeyPair]):
    """The crypto service of DIDComm v1 for keys as bytes."""

    def v1_kid_to_public_key(self, kid: str) -> EdPublicKey:
        """Return the public key of a verkey.

        Raises:
            ValueError: It is not a verkey.
        """
        return EdPublicKey(v1.public_key(kid).octets())

    def public(self, key: EdPublicKey) -> NativeKey:
        """Return the key in the form of the core."""
        with translate_errors(V1CryptoServiceError, ValueError):
            return _native(key.value)

    def held(self, secret: KeyPair) -> tuple[str, Held]:
        """Return the verkey of a secret, and the secret."""
        with translate_errors(V1CryptoServiceError, ValueError):
            verkey = secret.verkey_b58
            return verkey, Secret.from_octets("Ed25519", secret.sigkey[:_SEED], kid=verkey)

    @classmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> EdPublicKey:
        """Return the key of a verification method."""
        return EdPublicKey.from_verification_method(vm)


class InMemSecretsManager(SecretsManager[KeyPair]):
    """Ed25519 keys in memory, by verkey."""

    def __init__(self) -> None:
        self.secrets: dict[str, KeyPair] = {}

    async def get_secret_by_kid(self, kid: str) -> KeyPair | None:
        """Return the key with that verkey, or None."""
        return self.secrets.get(kid)

    def create(self, seed: bytes | None = None) -> KeyPair:
        """Create a key, and store it.

        Args:
            seed: The 32 bytes of the secret; None for random ones.

        Raises:
            ValueError: `seed` does not have 32 bytes.
        """
        keys = KeyPair(*key_pair(seed))
        self.secrets[keys.kid] = keys
        return keys


def key_pair(seed: object) -> tuple[bytes, bytes]:
    """A public and a secret key as NaCl writes them, of this seed or, without one, of a random one."""
    if not seed:
        _, secret = v1.new_verkey(None)
    elif not isinstance(seed, bytes):
        message = "Seed value is not bytes"
        raise ValueError(message)
    elif len(seed) != _SEED:
        message = "Seed value must be 32 bytes in length"
        raise ValueError(message)
    else:
        _, secret = v1.new_verkey(seed)
    verkey = secret.public_key.octets()
    return verkey, from_b64url(secret.expose_jwk()["d"]) + verkey


def _native(raw: bytes) -> NativeKey:
    return NativeKey.from_octets("Ed25519", raw)
