"""The crypto service of DIDComm v1 over pydidcomm's core; it calls `pydidcomm.v1`.

The services for keys of Askar and for pairs of bytes are this one; they only tell how a key is read.
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
    """A secrets resolver that holds one secret, under its verkey.

    Args:
        verkey: The verkey.
        secret: The Ed25519 secret, or what agrees as the X25519 key that it implies.
    """

    def __init__(self, verkey: str, secret: Held) -> None:
        self._verkey = verkey
        self._secret = secret

    def get_key(self, kid: str, /) -> Held | None:
        """The secret, where that is its verkey."""
        return self._secret if kid == self._verkey else None

    def get_keys(self, kids: list[str], /) -> list[str]:
        """The verkey, where it is among them."""
        return [kid for kid in kids if kid == self._verkey]


class Nothing:
    """A secrets resolver that holds nothing."""

    def get_key(self, _kid: str, /) -> None:
        """Nothing."""

    def get_keys(self, _kids: list[str], /) -> list[str]:
        """None of them."""
        return []


class CoreBackedV1Service(V1CryptoService[P, S]):
    """A crypto service of DIDComm v1 that computes in pydidcomm's core, whatever its keys are."""

    @abstractmethod
    def public(self, key: P) -> NativeKey:
        """The key as the core reads it."""

    @abstractmethod
    def held(self, secret: S) -> tuple[str, Held]:
        """The verkey of a secret, and what agrees as the X25519 key that it implies."""

    def public_key_to_v1_kid(self, key: P) -> str:
        """The verkey of a key.

        Raises:
            V1CryptoServiceError: It is not an Ed25519 key.
        """
        with translate_errors(V1CryptoServiceError):
            return v1.verkey(self.public(key))

    async def pack_message(self, to_verkeys: Sequence[P], from_key: S | None, message: bytes) -> JweEnvelope:
        """The message for these keys: authcrypt with a sender, anoncrypt without one.

        Raises:
            V1CryptoServiceError: One of the keys does not encrypt, or is there twice, or there is none.
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
        """What is in the envelope.

        Raises:
            V1CryptoServiceError: It does not open, or is none.
        """
        with translate_errors(V1CryptoServiceError, ValueError):
            unpacked = await v1.unpack(_resolvers(self.held(recip_key)), wrapper.to_json())
        return V1CryptoUnpackResult(unpacked.content, recip_key.kid, unpacked.sender_verkey)


def _resolvers(held: tuple[str, Held] | None) -> ResolversConfig:
    secrets = Nothing() if held is None else One(*held)
    return ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
