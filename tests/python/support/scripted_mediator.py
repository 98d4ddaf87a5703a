"""A mediator that does what a test says, joined to an agent by memory and by a WebSocket."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from pydidcomm import Attachment, FromPrior, Message
from pydidcomm.agent.server import bound, serve_app
from pydidcomm.protocols.coordination_messages import MediateGrant3, RecipientUpdateResponse, Updated
from pydidcomm.protocols.message_pickup import Delivery3, Status3
from support.memory_peer import MemoryPeer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from pydidcomm.protocols import Body

ENDPOINT = "https://mediator.example/"


class ScriptedMediator(MemoryPeer):
    """A mediator of coordinate mediation 3.0 and pickup 3.0.

    Attributes:
        queue: The envelopes that wait, by the ids under which they are delivered.
        at_once: The most envelopes of a delivery; None for what the client asks for.
        held: What of it is pushed only, and not delivered on request.
        acknowledged: The ids that the client has acknowledged, in order.
        pushes: What is pushed on the WebSocket after the next request.
        granted: The headers of the grant, for instance another `thid`.
        names: The names of the requests, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queue: dict[str, bytes] = {}
        self.held: set[str] = set()
        self.at_once: int | None = None
        self.acknowledged: list[str] = []
        self.pushes: list[bytes] = []
        self.granted: dict[str, Any] = {}
        self.names: list[str] = []
        self.answering = self._answer

    @classmethod
    async def made(cls, socket: str | None = None) -> Self:
        mediator = cls()
        services = [{"type": "DIDCommMessaging", "serviceEndpoint": {"uri": socket}}] if socket else []
        mediator.did = await mediator.messaging.create_peer_did(service_endpoint=ENDPOINT, services=services)
        return mediator

    async def rotation(self) -> tuple[str, FromPrior]:
        """Another DID, and the rotation to it."""
        new = await self.messaging.create_peer_did(service_endpoint=ENDPOINT)
        return new, FromPrior(iss=self.did, sub=new)

    def put(self, *envelopes: str) -> None:
        for envelope in envelopes:
            self.queue[f"envelope-{len(self.queue)}"] = envelope.encode()

    async def _answer(self, request: Message) -> Message | None:
        name = request.type.rpartition("/")[2]
        self.names.append(name)
        headers: dict[str, Any] = {"thid": request.id}
        answer: Body
        if name == "mediate-request":
            answer = MediateGrant3(routing_did=[self.granted.pop("routing_did", self.did)])
            headers |= self.granted
        elif name == "recipient-update":
            updates = request.body["updates"]
            answer = RecipientUpdateResponse(tuple(Updated(result="success", **one) for one in updates))
        elif name == "delivery-request":
            waiting = [one for one in self.queue if one not in self.held]
            some = waiting[: self.at_once or request.body["limit"]]
            answer = Delivery3() if some else Status3(message_count=0)
            headers["attachments"] = self._attached(some) or None
        elif name == "messages-received":
            self.acknowledged += request.body["message_id_list"]
            for one in request.body["message_id_list"]:
                self.queue.pop(one, None)
            answer = Status3(message_count=len(self.queue))
        else:
            answer = Status3(message_count=len(self.queue), live_delivery=True)
        return answer.to_message(**headers)

    def _attached(self, ids: Sequence[str]) -> list[Attachment]:
        return [Attachment.from_bytes(self.queue[one], id=one) for one in ids]

    async def pushed(self, to: str, ids: Sequence[str]) -> bytes:
        """A delivery without a request."""
        message = Delivery3().to_message(attachments=self._attached(ids))
        return (await self.pack(message, to=to)).text.encode()

    async def serve(self, receive: Any, send: Any) -> None:  # noqa: ANN401, those of ASGI
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            text = event.get("text") or (event.get("bytes") or b"").decode()
            request = (await self.messaging.unpack(text)).message
            self.arrived.append(request)
            answer = await self._answer(request)
            if answer is not None and request.frm is not None:
                packed = await self.pack(answer, to=request.frm)
                await send({"type": "websocket.send", "text": packed.text})
            while self.pushes:
                await send({"type": "websocket.send", "bytes": self.pushes.pop(0)})


@asynccontextmanager
async def live_mediator() -> AsyncGenerator[ScriptedMediator]:
    """One with a WebSocket endpoint."""
    listener, url = bound("http://127.0.0.1:0/")
    mediator = await ScriptedMediator.made(url.replace("http", "ws"))

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, those of ASGI
        assert scope["type"] == "websocket"
        await mediator.serve(receive, send)

    with listener:
        async with serve_app(app, listener):
            yield mediator
