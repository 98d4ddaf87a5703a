"""Pack and unpack DIDComm v1 envelopes: find keys, call a crypto service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, cast

from pydidcomm.compat.didcomm_messaging.crypto.base import P, S, SecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope, JweRecipient, from_b64url
from pydidcomm.compat.didcomm_messaging.multiformats.multibase import Base64UrlEncoder
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import (
    RecipData,
    V1CryptoService,
    V1CryptoUnpackResult,
)

__all__ = ["V1PackagingService", "V1PackagingServiceError"]


class V1PackagingServiceError(Exception):
    """An envelope cannot be packed, or is refused."""


class UnreadableV1Error(V1PackagingServiceError, ValueError):
    """An envelope or its content is malformed.

    The original raises `ValueError` for the recipients of an envelope, and for its content.
    """


class V1PackagingService(Generic[P, S]):
    """Packs and unpacks one envelope."""

    b64url: ClassVar[Base64UrlEncoder] = Base64UrlEncoder()

    def extract_pack_recipients(self, recipients: Sequence[JweRecipient]) -> Iterator[RecipData]:
        """Return the headers of each recipient in an envelope.

        Raises:
            UnreadableV1Error: A recipient has no verkey, is repeated, or has only one of `sender` and `iv`,
                or one of these is not base64url.
        """
        seen: set[str] = set()
        for recipient in recipients:
            header = recipient.header
            kid, sender, nonce = (header.get(name) for name in ("kid", "sender", "iv"))
            faults = {
                "Blank recipient key": not kid or not isinstance(kid, str),
                "Duplicate recipient key": str(kid) in seen,
                "Missing iv": bool(sender and not nonce),
                "Unexpected iv": bool(nonce and not sender),
            }
            for fault, is_so in faults.items():
                if is_so:
                    raise UnreadableV1Error(fault)
            seen.add(str(kid))
            yield RecipData(str(kid), self._octets(sender), self._octets(nonce), recipient.encrypted_key)

    async def extract_packed_message_metadata(
        self, secrets: SecretsManager[S], wrapper: JweEnvelope
    ) -> tuple[S, RecipData]:
        """Return the secret that decrypts an envelope, and the headers of its recipient.

        Raises:
            V1PackagingServiceError: It is not an envelope of DIDComm v1, or is not for these secrets.
            UnreadableV1Error: The headers of its recipients are malformed.
        """
        alg = wrapper.protected.get("alg")
        if not alg:
            message = "Missing alg header"
            raise V1PackagingServiceError(message)
        if alg not in ("Authcrypt", "Anoncrypt"):  # not a set, since `alg` may be unhashable
            message = f"Unsupported DIDComm encryption algorithm: {alg}"
            raise V1PackagingServiceError(message)
        for recipient in self.extract_pack_recipients(wrapper.recipients):
            secret = await secrets.get_secret_by_kid(recipient.kid)
            if secret:
                return secret, recipient
        message = "No recognized recipient key"
        raise V1PackagingServiceError(message)

    async def unpack(
        self,
        crypto: V1CryptoService[P, S],
        secrets: SecretsManager[S],
        enc_message: JweEnvelope | str | bytes | Mapping[str, Any],
    ) -> V1CryptoUnpackResult:
        """Decrypt an envelope, and return the keys that were used.

        Raises:
            V1PackagingServiceError: It is not an envelope of DIDComm v1, or is not for these secrets.
            V1CryptoServiceError: The envelope cannot be decrypted.
            TypeError: It has another type.
        """
        wrapper = _envelope(enc_message)
        secret, recipient = await self.extract_packed_message_metadata(secrets, wrapper)
        return await crypto.unpack_message(wrapper, secret, recipient)

    async def pack(
        self,
        crypto: V1CryptoService[P, S],
        secrets: SecretsManager[S],
        message: bytes,
        to: Sequence[str],
        frm: str | None = None,
    ) -> JweEnvelope:
        """Encrypt bytes in an envelope: authcrypt with a sender, anoncrypt without.

        Raises:
            V1PackagingServiceError: The sender's secret was not found; the original would pack anoncrypt.
            V1CryptoServiceError: The keys cannot share one envelope.
            ValueError: A recipient is not a verkey.
        """
        recipients = [crypto.v1_kid_to_public_key(kid) for kid in to]
        sender = await secrets.get_secret_by_kid(frm) if frm else None
        if frm and not sender:
            text = "No sender key found"
            raise V1PackagingServiceError(text)
        return await crypto.pack_message(recipients, sender, message)

    def _octets(self, text: str | None) -> bytes | None:
        try:
            return from_b64url(text) if text else None
        except ValueError as error:
            raise UnreadableV1Error(str(error)) from error


def _envelope(message: object) -> JweEnvelope:
    if isinstance(message, JweEnvelope):
        return message
    try:
        if isinstance(message, (str, bytes)):
            return JweEnvelope.from_json(message)
        if isinstance(message, dict):
            return JweEnvelope.deserialize(cast("dict[str, Any]", message))
    except ValueError as error:
        text = "Invalid packed message"
        raise V1PackagingServiceError(text) from error
    text = "Invalid enc_message; expect envelope, str, bytes, or dict"
    raise TypeError(text)
