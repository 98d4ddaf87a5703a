"""Pack messages for a recipient and its mediators, and unpack them.

Combines the packaging and the routing service, which call pydidcomm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

from pydid.service import DIDCommV2Service

from pydidcomm._core import same_party
from pydidcomm.compat._json import looks_like_object, read_object
from pydidcomm.compat.didcomm_messaging._steps import translate_errors
from pydidcomm.compat.didcomm_messaging.crypto import CryptoService, P, S, SecretsManager
from pydidcomm.compat.didcomm_messaging.packaging import PackagingService, PackagingServiceError
from pydidcomm.compat.didcomm_messaging.resolver import DIDResolver
from pydidcomm.compat.didcomm_messaging.routing import RoutingService

__all__ = ["DIDCommMessaging", "DIDCommMessagingService", "PackResult", "UnpackResult"]


@dataclass
class PackResult:
    """A packed message, and the services at which the recipient receives it.

    Attributes:
        message: The bytes for the wire.
        target_services: The services, the preferred first, each with one endpoint.
    """

    message: bytes
    target_services: list[DIDCommV2Service]

    def get_endpoint(self, protocol: str) -> str:
        """Return the first endpoint whose URI begins with `protocol`; raise IndexError for none."""
        return _uri(self.get_service(protocol))

    def get_service(self, protocol: str) -> DIDCommV2Service:
        """Return the first service whose endpoint begins with `protocol`; raise IndexError for none."""
        return self.filter_services_by_protocol(protocol)[0]

    def filter_services_by_protocol(self, protocol: str) -> list[DIDCommV2Service]:
        """Return the services with an endpoint whose URI begins with `protocol`."""
        return [service for service in self.target_services if _uri(service).startswith(protocol)]


class UnreadablePlaintextError(PackagingServiceError, ValueError):
    """The content of an envelope is not an unambiguous JSON object."""


@dataclass
class UnpackResult:
    """An unpacked message, and what was proved about it.

    Attributes:
        unpacked: The bytes of the plaintext.
        encrypted: Whether the message was encrypted.
        authenticated: Whether authcrypt proved the sender.
        recipient_kid: The kid of our key that decrypted it.
        sender_kid: The kid of the proved sender; None where none is proved.
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
            UnreadablePlaintextError: It is not an unambiguous JSON object; also a `ValueError`.
        """
        with translate_errors(UnreadablePlaintextError):
            return read_object(self.unpacked)


class DIDCommMessagingService(Generic[P, S]):
    """Packs and unpacks messages with the services passed to each call."""

    def service_to_target(self, service: DIDCommV2Service) -> str:
        """Return the URI of the first endpoint of the service."""
        return _uri(service)

    async def pack(  # noqa: PLR0913, PLR0917, the arguments of the original
        self,
        crypto: CryptoService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        packaging: PackagingService[P, S],
        routing: RoutingService,
        message: Mapping[str, Any] | str | bytes,
        to: str,
        frm: str | None = None,
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> PackResult:
        """Encrypt a message for a recipient, and wrap it for the mediators.

        Args:
            crypto: The crypto service.
            resolver: Finds DID documents.
            secrets: Finds the sender's secret.
            packaging: Packs one layer.
            routing: Finds the route.
            message: The message, as a JSON object or its text.
            to: The recipient: a DID, or the id of a key.
            frm: The sender: a DID, or the id of a key; none for anoncrypt.
            options: The options of the packaging service.

        Raises:
            TypeError: `message` has another type.
            PackagingServiceError: A key or a secret was not found.
            RoutingServiceError: The recipient has no usable service.
            CryptoServiceError: The keys cannot share one envelope.
        """
        plaintext = message_bytes(message)
        packed = await packaging.pack(crypto, resolver, secrets, plaintext, [to], frm, **options)
        wrapped, services = await routing.prepare_forward(crypto, packaging, resolver, secrets, to, packed)
        return PackResult(wrapped, services)

    async def unpack(
        self,
        crypto: CryptoService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        packaging: PackagingService[P, S],
        encoded_message: bytes,
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> UnpackResult:
        """Unpack a message, and return what was proved about it.

        An authcrypt layer inside an anoncrypt layer, which hides the sender, is decrypted too.

        Raises:
            PackagingServiceError: It is not an envelope, not for these secrets, or claims something unproved.
            CryptoServiceError: The envelope cannot be decrypted.
        """
        raw, metadata = await packaging.unpack(crypto, resolver, secrets, encoded_message, **options)
        if metadata.sender_kid is None and _is_encrypted(raw):
            outer = metadata.recip_key.kid
            raw, metadata = await packaging.unpack(crypto, resolver, secrets, raw, **options)
            if metadata.sender_kid is None:
                text = "an anoncrypt layer must not contain another anoncrypt layer"
                raise PackagingServiceError(text)
            if not same_party(outer, metadata.recip_key.kid):
                text = f"both layers must be for one DID, got {outer} and {metadata.recip_key.kid}"
                raise PackagingServiceError(text)
        return UnpackResult(
            raw,
            encrypted=bool(metadata.method),
            authenticated=bool(metadata.sender_kid),
            recipient_kid=metadata.recip_key.kid,
            sender_kid=metadata.sender_kid,
        )


class DIDCommMessaging(Generic[P, S]):
    """A party that packs and unpacks messages with its secrets and its resolver.

    Args:
        crypto: The crypto service.
        secrets: Finds secrets.
        resolver: Finds DID documents.
        packaging: Packs and unpacks one layer.
        routing: Finds the route to a recipient.
    """

    def __init__(
        self,
        crypto: CryptoService[P, S],
        secrets: SecretsManager[S],
        resolver: DIDResolver,
        packaging: PackagingService[P, S],
        routing: RoutingService,
    ) -> None:
        self.crypto = crypto
        self.secrets = secrets
        self.resolver = resolver
        self.packaging = packaging
        self.routing = routing
        self.dmp: DIDCommMessagingService[P, S] = DIDCommMessagingService()

    async def pack(
        self,
        message: Mapping[str, Any] | str | bytes,
        to: str,
        frm: str | None = None,
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> PackResult:
        """Encrypt a message for a recipient, and wrap it for the mediators.

        Args:
            message: The message, as a JSON object or its text.
            to: The recipient: a DID, or the id of a key.
            frm: The sender: a DID, or the id of a key; none for anoncrypt.
            options: The options of the packaging service.

        Raises:
            TypeError: `message` has another type.
            PackagingServiceError: A key or a secret was not found.
            RoutingServiceError: The recipient has no usable service.
            CryptoServiceError: The keys cannot share one envelope.
        """
        return await self.dmp.pack(
            self.crypto,
            self.resolver,
            self.secrets,
            self.packaging,
            self.routing,
            message,
            to,
            frm,
            **options,
        )

    async def unpack(
        self,
        encoded_message: bytes,
        **options: Any,  # noqa: ANN401, what the packaging service takes
    ) -> UnpackResult:
        """Unpack a message, and return what was proved about it.

        Raises:
            PackagingServiceError: It is not an envelope, not for these secrets, or claims something unproved.
            CryptoServiceError: The envelope cannot be decrypted.
        """
        return await self.dmp.unpack(
            self.crypto, self.resolver, self.secrets, self.packaging, encoded_message, **options
        )


def _uri(service: DIDCommV2Service) -> str:
    endpoint = service.service_endpoint
    return str((endpoint[0] if isinstance(endpoint, list) else endpoint).uri)


def message_bytes(message: object) -> bytes:
    """Return the bytes to pack: JSON without white space, or the text of a message unchanged."""
    if isinstance(message, bytes):
        return message
    if isinstance(message, str):
        return message.encode()
    if isinstance(message, dict):
        return json.dumps(message, separators=(",", ":")).encode()
    text = "message must be bytes, str, or dict"
    raise TypeError(text)


def _is_encrypted(content: bytes) -> bool:
    """Return whether the bytes are a JSON object with the members of a JWE."""
    if not looks_like_object(content):
        return False
    with translate_errors(UnreadablePlaintextError):
        found = read_object(content)
    return {"protected", "ciphertext"} <= found.keys() and "type" not in found
