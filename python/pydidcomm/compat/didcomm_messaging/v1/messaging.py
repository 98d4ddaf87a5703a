"""Pack DIDComm v1 messages for a DID or a target and its mediators, and unpack them.

Puts the packaging service and a resolver together; the computing is the crypto service's.
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
    """A DID takes no messages of DIDComm v1."""


@dataclass
class V1PackResult:
    """A packed message, and where it goes.

    Attributes:
        message: The bytes for the wire.
        target_service: The URI that takes them.
    """

    message: bytes
    target_service: str


@dataclass
class V1UnpackResult:
    """What was in a message, and what was proved about it.

    Attributes:
        unpacked: The bytes of the plaintext.
        encrypted: Whether it came encrypted.
        authenticated: Whether authcrypt proved the sender's verkey.
        recipient_kid: The key of ours that opened it.
        sender_kid: The sender's verkey, where it is proved.
    """

    unpacked: bytes
    encrypted: bool
    authenticated: bool
    recipient_kid: str
    sender_kid: str | None = None

    @property
    def message(self) -> dict[str, Any]:
        """The plaintext as JSON.

        Raises:
            UnreadableV1Error: It is not a JSON object with one meaning; a `ValueError`, as in the original.
        """
        with translate_errors(UnreadableV1Error):
            return read_object(self.unpacked)


@dataclass
class Target:
    """Whom a message is for.

    Attributes:
        recipient_keys: The verkeys it is encrypted to.
        routing_keys: The verkeys of mediators, the last one outermost.
        endpoint: The URI that takes it.
    """

    recipient_keys: Sequence[str]
    routing_keys: Sequence[str]
    endpoint: str


class V1DIDCommMessagingService(Generic[P, S]):
    """Packs and unpacks messages of DIDComm v1 with the services that it is given each time."""

    def local_vm_ref_to_v1_kid(self, crypto: V1CryptoService[P, S], doc: DIDDocument, ref: str) -> str:
        """The verkey of a verification method of the document."""
        method = doc.dereference_as(VerificationMethod, ref)
        return crypto.public_key_to_v1_kid(crypto.verification_method_to_public_key(method))

    async def routing_key_to_kid(
        self, crypto: V1CryptoService[P, S], resolver: DIDResolver, doc: DIDDocument, routing_key: DIDUrl
    ) -> str:
        """The verkey of a routing key, in the document or in that of another DID."""
        if routing_key.did is None or routing_key.did == doc.id:
            return self.local_vm_ref_to_v1_kid(crypto, doc, routing_key)
        method = await resolver.resolve_and_dereference_verification_method(routing_key)
        return crypto.public_key_to_v1_kid(crypto.verification_method_to_public_key(method))

    async def did_to_target(self, crypto: V1CryptoService[P, S], resolver: DIDResolver, did: str) -> Target:
        """Whom messages to the DID are for.

        Raises:
            V1DIDCommMessagingError: It has no service of DIDComm v1, or one with another transport.
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
        """The verkey that a DID of ours sends with.

        Raises:
            V1DIDCommMessagingError: It has no service of DIDComm v1.
        """
        doc = await resolver.resolve_and_parse(did)
        return self.local_vm_ref_to_v1_kid(crypto, doc, _service(doc, did).recipient_keys[0])

    def forward_wrap(self, to: str, msg: Mapping[str, Any]) -> bytes:
        """The message in a forward (Aries RFC 0094)."""
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
        """The message encrypted for the recipient, and wrapped for its mediators.

        Args:
            crypto: Encrypts.
            resolver: Finds DID documents.
            secrets: Finds the sender's secret.
            packaging: Makes one envelope.
            message: What to say, as JSON or as its text.
            to: The recipient: a DID, or a target.
            frm: The sender: a DID, or a verkey; none for anoncrypt.
            options: Passed on to the packaging service.

        Raises:
            TypeError: `message` is something else.
            V1DIDCommMessagingError: A DID takes no messages of DIDComm v1.
            V1PackagingServiceError: The sender's secret is not held.
            V1CryptoServiceError: The keys do not go into one envelope.
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
        """What is in the message, and what was proved about it.

        Raises:
            V1PackagingServiceError: It is not an envelope of DIDComm v1, or not for these secrets.
            V1CryptoServiceError: It does not open.
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
    """One party of DIDComm v1: packs in its name, and unpacks what it is sent.

    Args:
        crypto: Encrypts and decrypts.
        secrets: Finds secrets.
        resolver: Finds DID documents.
        packaging: Makes and opens one envelope.
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
        """The message encrypted for the recipient, and wrapped for its mediators.

        Args:
            message: What to say, as JSON or as its text.
            to: The recipient: a DID, or a target.
            frm: The sender: a DID, or a verkey; none for anoncrypt.
            options: Passed on to the packaging service.

        Raises:
            TypeError: `message` is something else.
            V1DIDCommMessagingError: A DID takes no messages of DIDComm v1.
            V1PackagingServiceError: The sender's secret is not held.
            V1CryptoServiceError: The keys do not go into one envelope.
        """
        return await self.dmp.pack(
            self.crypto, self.resolver, self.secrets, self.packaging, message, to, frm, **options
        )

    async def unpack(
        self,
        encoded_message: JweEnvelope | str | bytes | Mapping[str, Any],
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> V1UnpackResult:
        """What is in the message, and what was proved about it.

        Raises:
            V1PackagingServiceError: It is not an envelope of DIDComm v1, or not for these secrets.
            V1CryptoServiceError: It does not open.
        """
        return await self.dmp.unpack(self.crypto, self.secrets, self.packaging, encoded_message, **options)


def _service(document: DIDDocument, did: str) -> DIDCommV1Service:
    for service in document.service or []:
        if isinstance(service, DIDCommV1Service):
            return service
    message = f"Unable to send message to DID {did}"
    raise V1DIDCommMessagingError(message)
