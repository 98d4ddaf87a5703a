"""The interface of crypto services for DIDComm v1, which an application may implement."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, NamedTuple

from pydid import VerificationMethod

from pydidcomm.compat.didcomm_messaging.crypto.base import P, S
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope
from pydidcomm.compat.didcomm_messaging.multiformats.multibase import Base64UrlEncoder

__all__ = ["RecipData", "V1CryptoService", "V1CryptoServiceError", "V1CryptoUnpackResult"]


class RecipData(NamedTuple):
    """The headers of one recipient in an envelope.

    Attributes:
        kid: Its verkey.
        enc_sender: The sender's verkey in a sealed box; None in anoncrypt.
        nonce: The nonce of the box with the content key; None in anoncrypt.
        enc_cek: The content key in a box, or in a sealed one.
    """

    kid: str
    enc_sender: bytes | None
    nonce: bytes | None
    enc_cek: bytes


class V1CryptoUnpackResult(NamedTuple):
    """The content of an envelope, and the keys that were used.

    Attributes:
        unpacked: The bytes.
        recip: The kid of the secret that opened it.
        sender: The sender's verkey; None in anoncrypt.
    """

    unpacked: bytes
    recip: str
    sender: str | None


class V1CryptoServiceError(Exception):
    """A crypto service cannot perform or refuses an operation."""


class V1CryptoService(ABC, Generic[P, S]):
    """Encrypts and decrypts an envelope of DIDComm v1."""

    b64url: ClassVar[Base64UrlEncoder] = Base64UrlEncoder()

    @abstractmethod
    def v1_kid_to_public_key(self, kid: str) -> P:
        """Return the public key of a verkey."""

    @abstractmethod
    def public_key_to_v1_kid(self, key: P) -> str:
        """Return the verkey of a key."""

    @classmethod
    @abstractmethod
    def verification_method_to_public_key(cls, vm: VerificationMethod) -> P:
        """Return the key of a verification method, in the form of the service."""

    @abstractmethod
    async def pack_message(self, to_verkeys: Sequence[P], from_key: S | None, message: bytes) -> JweEnvelope:
        """Encrypt a message for these keys: authcrypt with a sender, anoncrypt without."""

    @abstractmethod
    async def unpack_message(
        self, wrapper: JweEnvelope, recip_key: S, recip_data: RecipData
    ) -> V1CryptoUnpackResult:
        """Decrypt the envelope."""
