"""A peer that writes and reads envelopes by hand, joined to an agent by memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from pydidcomm import DeliveryError, DIDCommMessaging, Message
from pydidcomm.transports.http import Sent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pydidcomm import DIDResolver, Packed, PackEncryptedConfig
    from pydidcomm.agent import Agent

NOWHERE = "https://peer.example/"


@dataclass
class Reply:
    """What an agent answered to a request."""

    status: int = 0
    body: bytes = b""


class MemoryPeer:
    """A peer, and the transport of the agents that write to it.

    Attributes:
        arrived: What the agents sent, in order.
        packed: The same, as it was packed.
        failing: Raised by the transport, once each, before it takes anything.
        answering: Called with each message before the connection ends; returns what comes back on it.
    """

    def __init__(self, resolver: DIDResolver | None = None) -> None:
        self.messaging = DIDCommMessaging(None, resolver)
        self.did = ""
        self.arrived: list[Message] = []
        self.packed: list[Packed] = []
        self.failing: list[Exception] = []
        self.answering: Callable[[Message], Awaitable[Message | None]] = _nothing

    @classmethod
    async def new(cls, endpoint: str | None = NOWHERE) -> MemoryPeer:
        peer = cls()
        peer.did = await peer.messaging.create_peer_did(service_endpoint=endpoint)
        return peer

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        """Takes a message, as the transport of an agent."""
        self.packed.append(packed)
        if self.failing:
            raise self.failing.pop(0)
        message = (await self.messaging.unpack(packed.text)).message
        self.arrived.append(message)
        answer = await self.answering(message)
        if answer is None or not return_route:
            return Sent(NOWHERE, 202)
        back = await self.pack(answer, to=message.frm or "")
        return Sent(NOWHERE, 200, back.text.encode(), back.media_type)

    async def has_arrived(self) -> bool:
        return bool(self.arrived)

    async def pack(
        self,
        message: Message,
        *,
        to: str,
        config: PackEncryptedConfig | None = None,
    ) -> Packed:
        frm = message.frm or self.did
        return await self.messaging.pack(message.replace(frm=frm, to=[to]), to=to, frm=frm, config=config)

    async def post(self, agent: Agent, message: Message, *, to: str | None = None) -> Reply:
        """Sends a message to an agent."""
        packed = await self.pack(message, to=to or await agent.did())
        return await Connection(packed).run(agent)

    async def read(self, body: bytes) -> Message:
        return (await self.messaging.unpack(body)).message


class Connection:
    """One request to an agent.

    Attributes:
        reply: What came, also where the request has not ended.
        closed: Set when the peer goes away.
    """

    def __init__(self, packed: Packed) -> None:
        self.packed = packed
        self.reply = Reply()
        self.closed = anyio.Event()
        self._sent = False

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self.packed.text.encode()}
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, event: Any) -> None:  # noqa: ANN401, that of ASGI
        if self.closed.is_set():
            raise OSError
        if event["type"] == "http.response.start":
            assert self.reply.status == 0
            self.reply.status = event["status"]
        else:
            self.reply.body += event.get("body", b"")

    async def run(self, agent: Agent) -> Reply:
        headers = [(b"content-type", self.packed.media_type.encode())]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
        await agent.app(scope, self._receive, self._send)
        return self.reply


async def _nothing(message: Message) -> None:
    del message


def away() -> DeliveryError:
    """What a transport raises whose endpoint cannot be reached."""
    return DeliveryError([(NOWHERE, "not connected")])
