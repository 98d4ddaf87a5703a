"""Send answers on the connection of the request, or to the endpoint in the recipient's DID document."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import anyio

from pydidcomm import DIDCommError, DIDCommMessaging, Message, Packed, PackEncryptedConfig, ResolutionError
from pydidcomm._failures import FAILURES
from pydidcomm.transports import _requests as transport
from pydidcomm.transports._requests import Reply

if TYPE_CHECKING:
    from pydidcomm.mediator.connection import Connection
    from pydidcomm.mediator.metrics import Metrics

__all__ = ["DIRECT", "Answers"]

LOG: Final = logging.getLogger("pydidcomm.mediator")

MOST_WAITING: Final = 1_000
"""Answers that wait for an endpoint; further ones are dropped, and recipients repeat their requests."""

DIRECT: Final = PackEncryptedConfig(forward=False)
"""Options for an open connection, which bypasses the mediators in the recipient's DID document."""


Profile = Literal["veramo"]


@dataclass(frozen=True, slots=True)
class _Written:
    """The options to pack answers in a profile, for a connection and for endpoints."""

    direct: PackEncryptedConfig
    routed: PackEncryptedConfig | None


_PROFILES: Final[Mapping[Profile | None, _Written]] = {
    None: _Written(DIRECT, None),
    "veramo": _Written(
        PackEncryptedConfig(profile="veramo", forward=False), PackEncryptedConfig(profile="veramo")
    ),
}


class Answers:
    """Packs answers, and sends those that are not returned on the connection.

    Args:
        party: Packs messages.
        sender: An `HttpTransport`; None to drop answers to endpoints.
        always_reply: Whether to answer on the connection a request without `return_route` whose sender has no
            endpoint.
        metrics: Receives measurements.
    """

    def __init__(
        self,
        party: DIDCommMessaging,
        sender: Any,  # noqa: ANN401, an HttpTransport
        metrics: "Metrics",
        *,
        always_reply: bool,
    ) -> None:
        self._party = party
        self._sender = sender
        self._always_reply = always_reply
        self._metrics = metrics
        self._to_send, self._sending = anyio.create_memory_object_stream[Packed](MOST_WAITING)

    async def reply(
        self,
        answer: Message,
        *,
        to: str,
        frm: str,
        connection: "Connection",
        profile: "Profile | None" = None,
    ) -> Reply:
        """Return the HTTP reply with an answer, or 202 if the answer is sent to an endpoint or dropped.

        Args:
            answer: The answer.
            to: The verified sender of the request.
            frm: The DID that the request was encrypted to.
            connection: The connection that brought the request.
            profile: The envelope profile of the request; None for DIDComm v2.1.
        """
        written = _PROFILES[profile]
        try:
            if connection.takes(to, answer):
                return await self._return(answer, to, frm, written)
            packed = await self._route(answer, to, frm, written)
            if packed is not None and packed.deliveries:
                self._send_soon(packed)
            elif self._always_reply:
                return await self._return(answer, to, frm, written)
        except DIDCommError as error:
            # the DID document has a key for the request, but none to encrypt an answer to
            self._metrics.count("answer", "failed")
            return transport.reply_to(error)
        return transport.ACCEPTED

    async def _return(self, answer: Message, to: str, frm: str, written: "_Written") -> Reply:
        packed = await self._party.pack(answer, to=to, frm=frm, config=written.direct)
        return Reply(200, packed.text.encode(), packed.media_type)

    async def _route(self, answer: Message, to: str, frm: str, written: "_Written") -> Packed | None:
        """Pack the answer for the endpoints of its recipient; return None if they cannot be used."""
        try:
            return await self._party.pack(answer, to=to, frm=frm, config=written.routed)
        except ResolutionError:
            raise
        except DIDCommError:
            # the endpoint is a mediator whose DID document cannot be used
            self._metrics.count("answer", "failed")
            return None

    def _send_soon(self, packed: Packed) -> None:
        if self._sender is None:
            return
        try:
            self._to_send.send_nowait(packed)
        except anyio.WouldBlock:
            self._metrics.count("answer", "dropped")

    async def run(self) -> None:
        """Send answers to endpoints until cancelled."""
        while True:
            packed = await self._sending.receive()
            try:
                await self._sender.send(packed)
            except FAILURES as error:  # whatever the endpoint of a recipient makes of it
                LOG.info("an answer could not be delivered: %s", error)
                self._metrics.count("answer", "failed")

    def close(self) -> None:
        """Drop the answers that are not sent yet."""
        with suppress(anyio.ClosedResourceError):
            self._to_send.close()
            self._sending.close()
