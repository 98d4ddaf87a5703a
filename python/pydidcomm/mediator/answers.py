"""Answers leave on the connection of the request, or for the endpoint in the recipient's document."""

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
"""Answers that wait for an endpoint; one more is dropped, and its recipient asks again."""

DIRECT: Final = PackEncryptedConfig(forward=False)
"""For a connection that is there: the endpoints in a recipient's document are not looked at."""


Profile = Literal["veramo"]


@dataclass(frozen=True, slots=True)
class _Written:
    """How answers to requests of a profile are packed, for a connection and for endpoints."""

    direct: PackEncryptedConfig
    routed: PackEncryptedConfig | None


_PROFILES: Final[Mapping[Profile | None, _Written]] = {
    None: _Written(DIRECT, None),
    "veramo": _Written(
        PackEncryptedConfig(profile="veramo", forward=False), PackEncryptedConfig(profile="veramo")
    ),
}


class Answers:
    """Packs answers, and sends those that do not go back on the connection.

    Args:
        party: Packs.
        sender: An `HttpTransport`; None to drop answers that need one.
        always_reply: Whether an answer goes back on the connection without `return_route` where its recipient
            has no endpoint.
        metrics: Where measurements go.
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
        """The reply with an answer, or 202 where it takes another way.

        Args:
            answer: The answer.
            to: The proved sender of the request.
            frm: The DID that the request was encrypted for.
            connection: What brought the request.
            profile: The profile of the request, if it is not that of DIDComm v2.1.
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
            # its document has no key for an answer, whatever it had for the request
            self._metrics.count("answer", "failed")
            return transport.reply_to(error)
        return transport.ACCEPTED

    async def _return(self, answer: Message, to: str, frm: str, written: "_Written") -> Reply:
        packed = await self._party.pack(answer, to=to, frm=frm, config=written.direct)
        return Reply(200, packed.text.encode(), packed.media_type)

    async def _route(self, answer: Message, to: str, frm: str, written: "_Written") -> Packed | None:
        """The answer for the endpoints of its recipient; None where they lead nowhere."""
        try:
            return await self._party.pack(answer, to=to, frm=frm, config=written.routed)
        except ResolutionError:
            raise
        except DIDCommError:
            # a mediator in its document that has no document of its own
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
        """Send until cancelled."""
        while True:
            packed = await self._sending.receive()
            try:
                await self._sender.send(packed)
            except FAILURES as error:  # whatever the endpoint of a recipient makes of it
                LOG.info("an answer could not be delivered: %s", error)
                self._metrics.count("answer", "failed")

    def close(self) -> None:
        """Drop what was not sent."""
        with suppress(anyio.ClosedResourceError):
            self._to_send.close()
            self._sending.close()
