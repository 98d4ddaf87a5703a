"""The crypto service of DIDComm v1 for keys of Aries Askar; private keys stay in Askar.

Derives from `v1.crypto.core`: Askar converts an Ed25519 key to X25519, and performs key agreement.
"""

from aries_askar import AskarError, KeyAlg
from pydid import VerificationMethod

from pydidcomm import v1
from pydidcomm._core import PublicKey as NativeKey
from pydidcomm.compat.didcomm_messaging._steps import Held
from pydidcomm.compat.didcomm_messaging.crypto.backend.askar import AskarKey, AskarSecretKey
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import V1CryptoServiceError
from pydidcomm.compat.didcomm_messaging.v1.crypto.core import CoreBackedV1Service

__all__ = ["AskarV1CryptoService"]


class AskarV1CryptoService(CoreBackedV1Service[AskarKey, AskarSecretKey]):
    """The crypto service of DIDComm v1 for keys of Askar."""

    def v1_kid_to_public_key(self, kid: str) -> AskarKey:
        """Return the public key of a verkey.

        Raises:
            ValueError: It is not a verkey.
        """
        return AskarKey(AskarKey.multikey_to_key(v1.public_key(kid).multikey()), kid)

    def public(self, key: AskarKey) -> NativeKey:
        """Return the key in the form of the core."""
        return key.native

    def held(self, secret: AskarSecretKey) -> tuple[str, Held]:
        """Return the verkey of a secret, and its X25519 key in Askar."""
        try:
            agrees = secret.key.convert_key(KeyAlg.X25519)
        except AskarError as error:
            message = f"the key {secret.kid} is not an Ed25519 key"
            raise V1CryptoServiceError(message) from error
        return self.public_key_to_v1_kid(secret.as_public_key()), AskarSecretKey(agrees, secret.kid)

    @classmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> AskarKey:
        """Return the key of a verification method."""
        return AskarKey.from_verification_method(vm)
