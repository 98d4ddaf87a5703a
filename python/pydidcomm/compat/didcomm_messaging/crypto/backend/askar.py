"""The crypto service for keys of Aries Askar; private keys stay in Askar.

It calls `crypto.backend.core` with secrets that are external keys (`pydidcomm.KeyAgreementKey` and
`pydidcomm.SigningKey`): Askar performs key agreement and signs, and its private keys are never exported.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydid import VerificationMethod

from pydidcomm._core import PublicKey as NativeKey
from pydidcomm.algorithms import SignAlg
from pydidcomm.compat.didcomm_messaging._steps import Held, translate_errors
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import (
    CoreBackedService,
    absolute_kid,
    native_key,
)
from pydidcomm.compat.didcomm_messaging.crypto.base import (
    CryptoServiceError,
    PublicKey,
    SecretKey,
    SecretsManager,
)

try:
    from aries_askar import AskarError, Key, KeyAlg, Store
except ImportError as missing:
    message = "the Askar backend needs the package aries-askar: pip install aries-askar"
    raise ImportError(message) from missing

__all__ = ["AskarCryptoService", "AskarKey", "AskarSecretKey", "AskarSecretsManager"]

_CURVES = {KeyAlg.ED25519: "Ed25519", KeyAlg.X25519: "X25519", KeyAlg.K256: "secp256k1", KeyAlg.P256: "P-256"}
_ALGORITHMS = {curve: algorithm for algorithm, curve in _CURVES.items()}
_SIGNATURES = {SignAlg.ED25519: "eddsa", SignAlg.ES256: "es256", SignAlg.ES256K: "es256k"}

_SECRET_ALG = KeyAlg.C20P
"""The algorithm under which Askar returns a raw shared secret, as a key of 32 bytes."""


class AskarKey(PublicKey):
    """A public key of Askar.

    Args:
        key: The key; its secret half, where it has one, is not used.
        kid: Its id.

    Raises:
        ValueError: Its algorithm is not supported.
    """

    codec_to_alg: ClassVar[Mapping[str, KeyAlg]] = {
        "ed25519-pub": KeyAlg.ED25519,
        "x25519-pub": KeyAlg.X25519,
        "secp256k1-pub": KeyAlg.K256,
        "p256-pub": KeyAlg.P256,
    }
    alg_to_codec: ClassVar[Mapping[KeyAlg, str]] = {
        algorithm: codec for codec, algorithm in codec_to_alg.items()
    }
    type_to_alg: ClassVar[Mapping[str, KeyAlg]] = {
        "Ed25519VerificationKey2018": KeyAlg.ED25519,
        "X25519KeyAgreementKey2019": KeyAlg.X25519,
        "Ed25519VerificationKey2020": KeyAlg.ED25519,
        "X25519KeyAgreementKey2020": KeyAlg.X25519,
        "EcdsaSecp256k1VerificationKey2019": KeyAlg.K256,
    }

    def __init__(self, key: Key, kid: str) -> None:
        self.key = key
        self.native = _native(key)
        self._kid = kid

    @classmethod
    def key_to_multikey(cls, key: Key) -> str:
        """Return the key as a Multikey."""
        return _native(key).multikey()

    @classmethod
    def multikey_to_key(cls, multikey: str) -> Key:
        """Return the Askar key of a Multikey.

        Raises:
            ValueError: It is not a Multikey, or its curve is not supported.
        """
        with translate_errors(ValueError):
            return _askar(NativeKey(multikey))

    @classmethod
    def from_verification_method(cls, vm: VerificationMethod) -> "AskarKey":
        """Return the key of a verification method.

        Raises:
            ValueError: It has no readable key.
        """
        return cls(_askar(native_key(cls, vm)), absolute_kid(vm))

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid

    @property
    def multikey(self) -> str:
        """Return the key as a Multikey."""
        return self.native.multikey()


class AskarSecretKey(SecretKey):
    """A secret key in Askar, which agrees and signs there.

    Args:
        key: The key.
        kid: Its id.
    """

    def __init__(self, key: Key, kid: str) -> None:
        self.key = key
        self._kid = kid

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid

    def as_public_key(self) -> AskarKey:
        """Its public half."""
        return AskarKey(self.key, self.kid)

    def agree(self, public_key: NativeKey, /) -> bytes:
        """Return the raw shared secret with the key, computed by Askar.

        Raises:
            CryptoServiceError: The keys are not on one curve.
        """
        try:
            shared: bytes = self.key.key_exchange(_SECRET_ALG, _askar(public_key)).get_secret_bytes()
        except (AskarError, ValueError) as error:
            text = f"the key {self.kid} must be on the curve of the public key, {public_key.curve}"
            raise CryptoServiceError(text) from error
        return shared

    def sign(self, algorithm: SignAlg, data: bytes, /) -> bytes:
        """Return the signature over the data, computed by Askar."""
        signature: bytes = self.key.sign_message(data, _SIGNATURES[algorithm])
        return signature


class AskarCryptoService(CoreBackedService[AskarKey, AskarSecretKey]):
    """The crypto service for keys of Askar."""

    def public(self, key: AskarKey) -> NativeKey:
        """Return the key in the form of the core."""
        return key.native

    def held(self, secret: AskarSecretKey) -> Held:
        """Return the secret itself, which agrees."""
        return secret

    def named(self, key: NativeKey, kid: str) -> AskarKey:
        """Return a key that the core found."""
        with translate_errors(CryptoServiceError, ValueError):
            return AskarKey(_askar(key), kid)

    @classmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> AskarKey:
        """Return the key of a verification method."""
        return AskarKey.from_verification_method(vm)


class AskarSecretsManager(SecretsManager[AskarSecretKey]):
    """Secrets in a store of Askar, each under its kid.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    async def get_secret_by_kid(self, kid: str) -> AskarSecretKey | None:
        """Return the secret with that kid, or None."""
        async with self.store.session() as session:
            entry = await session.fetch_key(kid)
            return AskarSecretKey(entry.key, kid) if entry else None


def _native(key: Key) -> NativeKey:
    curve = _CURVES.get(key.algorithm)
    if curve is None:
        text = "Unsupported key type"
        raise ValueError(text)
    return NativeKey.from_octets(curve, key.get_public_bytes())


def _askar(key: NativeKey) -> Key:
    algorithm = _ALGORITHMS.get(key.curve)
    if algorithm is None:
        text = f"Unsupported key type: {key.curve}"
        raise ValueError(text)
    return Key.from_public_bytes(algorithm, key.octets(compressed=True))
