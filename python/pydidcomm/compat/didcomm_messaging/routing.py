"""Wrap messages for the mediators in DID documents.

pydidcomm's core finds the routes to a recipient, and `pydidcomm.Message` creates the forwards; the packaging
service packs every layer with the application's crypto service.
"""

import json
from typing import Any

from pydid.service import DIDCommV2Service

from pydidcomm._core import Attachment, DIDDocument, Message
from pydidcomm.algorithms import MediaType
from pydidcomm.compat.didcomm_messaging import _steps
from pydidcomm.compat.didcomm_messaging._steps import translate_errors
from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoService, P, S, SecretsManager
from pydidcomm.compat.didcomm_messaging.packaging import PackagingService
from pydidcomm.compat.didcomm_messaging.resolver import DIDResolver

__all__ = ["RoutingService", "RoutingServiceError"]

_FORWARD = "https://didcomm.org/routing/2.0/forward"


class RoutingServiceError(Exception):
    """The recipient has no usable service."""


class RoutingService:
    """Finds the route to a recipient, and wraps a message for it."""

    async def is_forwardable_service(self, resolver: DIDResolver, service: DIDCommV2Service) -> bool:
        """Return whether the first endpoint of the service is a DID that resolves, and so a mediator."""
        endpoint = service.service_endpoint
        first = endpoint[0] if isinstance(endpoint, list) else endpoint
        return await resolver.is_resolvable(str(first.uri))

    async def prepare_forward(  # noqa: PLR0913, PLR0917, the arguments of the original
        self,
        crypto: CryptoService[P, S],
        packaging: PackagingService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        to: str,
        encoded_message: bytes,
    ) -> tuple[bytes, list[DIDCommV2Service]]:
        """Wrap a message for every mediator, and return it with its services, one for each endpoint.

        Raises:
            RoutingServiceError: The recipient or a mediator has no service for DIDComm v2.
        """
        with translate_errors(RoutingServiceError):
            routes = await _steps.routes(resolver, to)
        layers = routes[0][2]
        packed, target = encoded_message, to
        for mediator in reversed(layers):
            forward = self._create_forward_message(mediator, target, packed)
            plaintext = json.dumps(forward).encode()
            packed = await packaging.pack(crypto, resolver, secrets, plaintext, [mediator])
            target = mediator
        # all endpoints at the end of this route, for any transport
        alike = [route for route in routes if route[2] == layers]
        return packed, [await self._service(resolver, to, route) for route in alike]

    def _create_forward_message(self, to: str, next_target: str, message: bytes) -> dict[str, Any]:
        forward = Message(
            type=_FORWARD,
            to=[to.partition("#")[0]],
            body={"next": next_target},
            attachments=[
                Attachment.from_json_value(json.loads(message), media_type=MediaType.ENCRYPTED.value)
            ],
        )
        return {"typ": MediaType.PLAINTEXT.value, **forward.as_dict()}

    @staticmethod
    async def _service(resolver: DIDResolver, to: str, route: _steps.Route) -> DIDCommV2Service:
        """Return the service at the end of a route, with the endpoint for the message only."""
        service_id, uri, layers = route
        # the endpoint belongs to the outermost mediator, or to the recipient
        for party in dict.fromkeys(name.partition("#")[0] for name in (*layers[:1], to)):
            if not await resolver.is_resolvable(party):
                continue
            for service in DIDDocument(await resolver.resolve(party)).services:
                for endpoint in service.endpoints:
                    if endpoint.uri == uri:
                        accept = None if endpoint.accept is None else list(endpoint.accept)
                        return _pydid(service.id, uri, accept, list(endpoint.routing_keys))
        return _pydid(service_id, uri, None, [])


def _pydid(service_id: str, uri: str, accept: list[str] | None, routing_keys: list[str]) -> DIDCommV2Service:
    return DIDCommV2Service.deserialize(  # pyright: ignore[reportUnknownMemberType], pydid writes `dict` without its types
        {
            "id": service_id,
            "type": "DIDCommMessaging",
            "serviceEndpoint": {"uri": uri, "accept": accept, "routingKeys": routing_keys},
        }
    )
