"""Pack DIDComm v1 messages for a DID or a target and its mediators, and unpack them.

Combines the packaging service and a resolver; the crypto service performs the cryptography.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from pydid import DIDDocument, DIDUrl, VerificationMethod
from pydid.service import DIDCommV1Service

from pydidcomm.compat._json import read_object
from pydidcomm.compat.didcomm_messaging._steps import translate_errors
from pydidcomm.compat.didcomm_messaging.crypto import P, S, SecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope
from pydidcomm.compat.didcomm_messaging.messaging import message_bytes
from pydidcomm.compat.didcomm_messaging.resolver import DIDResolver
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import V1CryptoService
from pydidcomm.compat.didcomm_messaging.v1.packaging import UnreadableV1Error, V1PackagingService

__all__ = [
    "Target",
    "V1DIDCommMessaging",
    "V1DIDCommMessagingError",
    "V1DIDCommMessagingService",
    "V1PackResult",
    "V1UnpackResult",
]


class V1DIDCommMessagingError(Exception):
    """The DID has no service for DIDComm v1."""


@dataclass
class V1PackResult:
    """A packed message and its destination.

    Attributes:
        message: The bytes for the wire.
        target_service: The URI of the endpoint.
    """

    message: bytes
    target_service: str


@dataclass
class V1UnpackResult:
    """An unpacked message, and what was proved about it.

    Attributes:
        unpacked: The bytes of the plaintext.
        encrypted: Whether the message was encrypted.
        authenticated: Whether authcrypt proved the sender's verkey.
        recipient_kid: The kid of our key that decrypted it.
        sender_kid: The verkey of the proved sender; None where none is proved.
    """

    unpacked: bytes
    encrypted: bool
    authenticated: bool
    recipient_kid: str
    sender_kid: str | None = None

    @property
    def message(self) -> dict[str, Any]:
        """Return the plaintext as a JSON object.

        Raises:
            UnreadableV1Error: It is not an unambiguous JSON object; also a `ValueError`.
        """
        with translate_errors(UnreadableV1Error):
            return read_object(self.unpacked)


@dataclass
class Target:
    """The destination of a message.

    Attributes:
        recipient_keys: The verkeys of the recipient.
        routing_keys: The verkeys of mediators, the last one outermost.
        endpoint: The URI of the endpoint.
    """

    recipient_keys: Sequence[str]
    routing_keys: Sequence[str]
    endpoint: str


class V1DIDCommMessagingService(Generic[P, S]):
    """Packs and unpacks messages of DIDComm v1 with the services passed to each call."""

    def local_vm_ref_to_v1_kid(self, crypto: V1CryptoService[P, S], doc: DIDDocument, ref: str) -> str:
        """Return the verkey of a verification method of the document."""
        method = doc.dereference_as(VerificationMethod, ref)
        return crypto.public_key_to_v1_kid(crypto.verification_method_to_public_key(method))

    async def routing_key_to_kid(
        self, crypto: V1CryptoService[P, S], resolver: DIDResolver, doc: DIDDocument, routing_key: DIDUrl
    ) -> str:
        """Return the verkey of a routing key, from the document or that of another DID."""
        if routing_key.did is None or routing_key.did == doc.id:
            return self.local_vm_ref_to_v1_kid(crypto, doc, routing_key)
        method = await resolver.resolve_and_dereference_verification_method(routing_key)
        return crypto.public_key_to_v1_kid(crypto.verification_method_to_public_key(method))

    async def did_to_target(self, crypto: V1CryptoService[P, S], resolver: DIDResolver, did: str) -> Target:
        """Return the destination of messages to a DID.

        Raises:
            V1DIDCommMessagingError: The DID has no service for DIDComm v1, or one with another transport.
        """
        doc = await resolver.resolve_and_parse(did)
        service = _service(doc, did)
        keys = [self.local_vm_ref_to_v1_kid(crypto, doc, key) for key in service.recipient_keys]
        routing = [await self.routing_key_to_kid(crypto, resolver, doc, key) for key in service.routing_keys]
        endpoint = str(service.service_endpoint)
        if not endpoint.startswith(("http", "ws")):
            message = f"Unable to send message to endpoint {endpoint}"
            raise V1DIDCommMessagingError(message)
        return Target(keys, routing, endpoint)

    async def from_did_to_kid(self, crypto: V1CryptoService[P, S], resolver: DIDResolver, did: str) -> str:
        """Return the verkey with which our DID sends.

        Raises:
            V1DIDCommMessagingError: The DID has no service for DIDComm v1.
        """
        doc = await resolver.resolve_and_parse(did)
        return self.local_vm_ref_to_v1_kid(crypto, doc, _service(doc, did).recipient_keys[0])

    def forward_wrap(self, to: str, msg: Mapping[str, Any]) -> bytes:
        """Return the message wrapped in a forward (Aries RFC 0094)."""
        forward = {
            "@id": str(uuid.uuid4()),
            "@type": "https://didcomm.org/routing/1.0/forward",
            "to": to,
            "msg": msg,
        }
        return json.dumps(forward, separators=(",", ":")).encode()

    async def pack(  # noqa: PLR0913, PLR0917, the arguments of the original
        self,
        crypto: V1CryptoService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        packaging: V1PackagingService[P, S],
        message: Mapping[str, Any] | str | bytes,
        to: str | Target,
        frm: str | None = None,
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> V1PackResult:
        """Encrypt a message for a recipient, and wrap it for the mediators.

        Args:
            crypto: The crypto service.
            resolver: Finds DID documents.
            secrets: Finds the sender's secret.
            packaging: Packs one envelope.
            message: The message, as a JSON object or its text.
            to: The recipient: a DID, or a target.
            frm: The sender: a DID, or a verkey; none for anoncrypt.
            options: The options of the packaging service.

        Raises:
            TypeError: `message` has another type.
            V1DIDCommMessagingError: A DID has no service for DIDComm v1.
            V1PackagingServiceError: The sender's secret was not found.
            V1CryptoServiceError: The keys cannot share one envelope.
        """
        plaintext = message_bytes(message)
        target = await self.did_to_target(crypto, resolver, to) if isinstance(to, str) else to
        if frm and frm.startswith("did:"):
            frm = await self.from_did_to_kid(crypto, resolver, frm)
        packed = await packaging.pack(crypto, secrets, plaintext, target.recipient_keys, frm, **options)
        forward_to = target.recipient_keys[0]
        for routing_key in target.routing_keys:
            forward = self.forward_wrap(forward_to, packed.serialize())
            packed = await packaging.pack(crypto, secrets, forward, [routing_key])
            forward_to = routing_key
        return V1PackResult(packed.to_json().encode(), target.endpoint)

    async def unpack(
        self,
        crypto: V1CryptoService[P, S],
        secrets: SecretsManager[S],
        packaging: V1PackagingService[P, S],
        encoded_message: JweEnvelope | str | bytes | Mapping[str, Any],
        **options: Any,  # noqa: ARG002, ANN401, taken and passed over, as in the original
    ) -> V1UnpackResult:
        """Unpack a message, and return what was proved about it.

        Raises:
            V1PackagingServiceError: It is not an envelope of DIDComm v1, or is not for these secrets.
            V1CryptoServiceError: The envelope cannot be decrypted.
        """
        unpacked, recip, sender = await packaging.unpack(crypto, secrets, encoded_message)
        return V1UnpackResult(
            unpacked,
            encrypted=bool(recip),
            authenticated=bool(sender),
            recipient_kid=recip,
            sender_kid=sender,
        )


class V1DIDCommMessaging(Generic[P, S]):
    """A party of DIDComm v1 that packs and unpacks messages with its secrets.

    Args:
        crypto: The crypto service.
        secrets: Finds secrets.
        resolver: Finds DID documents.
        packaging: Packs and unpacks one envelope.
    """

    def __init__(
        self,
        crypto: V1CryptoService[P, S],
        secrets: SecretsManager[S],
        resolver: DIDResolver,
        packaging: V1PackagingService[P, S],
    ) -> None:
        self.crypto = crypto
        self.secrets = secrets
        self.resolver = resolver
        self.packaging = packaging
        self.dmp: V1DIDCommMessagingService[P, S] = V1DIDCommMessagingService()

    async def pack(
        self,
        message: Mapping[str, Any] | str | bytes,
        to: str | Target,
        frm: str | None = None,
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> V1PackResult:
        """Encrypt a message for a recipient, and wrap it for the mediators.

        Args:
            message: The message, as a JSON object or its text.
            to: The recipient: a DID, or a target.
            frm: The sender: a DID, or a verkey; none for anoncrypt.
            options: The options of the packaging service.

        Raises:
            TypeError: `message` has another type.
            V1DIDCommMessagingError: A DID has no service for DIDComm v1.
            V1PackagingServiceError: The sender's secret was not found.
            V1CryptoServiceError: The keys cannot share one envelope.
        """
        return await self.dmp.pack(
            self.crypto, self.resolver, self.secrets, self.packaging, message, to, frm, **options
        )

    async def unpack(
        self,
        encoded_message: JweEnvelope | str | bytes | Mapping[str, Any],
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> V1UnpackResult:
        """Unpack a message, and return what was proved about it.

        Raises:
            V1PackagingServiceError: It is not an envelope of DIDComm v1, or is not for these secrets.
            V1CryptoServiceError: The envelope cannot be decrypted.
        """
        return await self.dmp.unpack(self.crypto, self.secrets, self.packaging, encoded_message, **options)


def _service(document: DIDDocument, did: str) -> DIDCommV1Service:
    for service in document.service or []:
        if isinstance(service, DIDCommV1Service):
            return service
    message = f"Unable to send message to DID {did}"
    raise V1DIDCommMessagingError(message)
