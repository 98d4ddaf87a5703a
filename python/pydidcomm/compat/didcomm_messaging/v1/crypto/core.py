"""The crypto service of DIDComm v1 over pydidcomm's core; it calls `pydidcomm.v1`.

The services for keys of Askar and for pairs of bytes derive from this one, and define how a key is read.
"""

from abc import abstractmethod
from collections.abc import Sequence

from pydidcomm import v1
from pydidcomm._core import LocalResolver
from pydidcomm._core import PublicKey as NativeKey
from pydidcomm.compat.didcomm_messaging._steps import Held, translate_errors
from pydidcomm.compat.didcomm_messaging.crypto.base import P, S
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import (
    RecipData,
    V1CryptoService,
    V1CryptoServiceError,
    V1CryptoUnpackResult,
)
from pydidcomm.config import ResolversConfig

__all__ = ["CoreBackedV1Service"]


class One:
    """A secrets resolver with one secret, under its verkey.

    Args:
        verkey: The verkey.
        secret: The Ed25519 secret, or an external key that agrees as the X25519 key derived from it.
    """

    def __init__(self, verkey: str, secret: Held) -> None:
        self._verkey = verkey
        self._secret = secret

    def get_key(self, kid: str, /) -> Held | None:
        """Return the secret, if `kid` is its verkey; else None."""
        return self._secret if kid == self._verkey else None

    def get_keys(self, kids: list[str], /) -> list[str]:
        """Return the verkey, if it is among the kids."""
        return [kid for kid in kids if kid == self._verkey]


class Nothing:
    """A secrets resolver without secrets."""

    def get_key(self, _kid: str, /) -> None:
        """Return None."""

    def get_keys(self, _kids: list[str], /) -> list[str]:
        """Return an empty list."""
        return []


class CoreBackedV1Service(V1CryptoService[P, S]):
    """A crypto service of DIDComm v1 over pydidcomm's core, for keys of any type."""

    @abstractmethod
    def public(self, key: P) -> NativeKey:
        """Return the key in the form of the core."""

    @abstractmethod
    def held(self, secret: S) -> tuple[str, Held]:
        """Return the verkey of a secret, and the key that agrees as the derived X25519 key."""

    def public_key_to_v1_kid(self, key: P) -> str:
        """Return the verkey of a key.

        Raises:
            V1CryptoServiceError: It is not an Ed25519 key.
        """
        with translate_errors(V1CryptoServiceError):
            return v1.verkey(self.public(key))

    async def pack_message(self, to_verkeys: Sequence[P], from_key: S | None, message: bytes) -> JweEnvelope:
        """Encrypt a message for these keys: authcrypt with a sender, anoncrypt without.

        Raises:
            V1CryptoServiceError: A key cannot be encrypted to, is repeated, or there is none.
        """
        to = [self.public_key_to_v1_kid(key) for key in to_verkeys]
        sender = None if from_key is None else self.held(from_key)
        frm = None if sender is None else sender[0]
        with translate_errors(V1CryptoServiceError, ValueError):
            packed = await v1.pack(_resolvers(sender), message, to, frm)
        return JweEnvelope.from_json(packed.message)

    async def unpack_message(
        self,
        wrapper: JweEnvelope,
        recip_key: S,
        recip_data: RecipData,  # noqa: ARG002, the core reads it again
    ) -> V1CryptoUnpackResult:
        """Decrypt the envelope.

        Raises:
            V1CryptoServiceError: It is not an envelope, or cannot be decrypted.
        """
        with translate_errors(V1CryptoServiceError, ValueError):
            unpacked = await v1.unpack(_resolvers(self.held(recip_key)), wrapper.to_json())
        return V1CryptoUnpackResult(unpacked.content, recip_key.kid, unpacked.sender_verkey)


def _resolvers(held: tuple[str, Held] | None) -> ResolversConfig:
    secrets = Nothing() if held is None else One(*held)
    return ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
