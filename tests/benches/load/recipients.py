"""Recipients of a mediator: registered over HTTP, and live over WebSockets."""

import time
from collections.abc import Mapping
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from pydidcomm import Message
from pydidcomm.sync import DIDCommMessaging

COORDINATION = "https://didcomm.org/coordinate-mediation/3.0"
PICKUP = "https://didcomm.org/messagepickup/3.0"
ROOM = 1 << 24


class Recipient:
    """A DID, and the messages that it sends to its mediator."""

    def __init__(self, mediator: str, party: DIDCommMessaging | None = None) -> None:
        self.party = party or DIDCommMessaging()
        self.did = self.party.create_peer_did()
        self._mediator = mediator
        self._client: httpx2.Client | None = None

    def packed(self, kind: str, body: Mapping[str, Any]) -> str:
        """A message that asks for its answer on the same connection."""
        message = Message(type=kind, body=body, custom_headers={"return_route": "all"})
        return self.party.pack(message, to=self._mediator, frm=self.did).text

    def registration(self) -> list[str]:
        """What makes the mediator keep envelopes for the DID."""
        updates = [{"recipient_did": self.did, "action": "add"}]
        return [
            self.packed(f"{COORDINATION}/mediate-request", {}),
            self.packed(f"{COORDINATION}/recipient-update", {"updates": updates}),
        ]

    def register(self, url: str) -> None:
        """Register over HTTP."""
        for text in self.registration():
            self.asked(url, text)

    def asked(self, url: str, text: str) -> Message:
        """The answer of the mediator to a message over HTTP."""
        headers = {"content-type": "application/didcomm-encrypted+json"}
        if self._client is None:
            # kept open: to make a client takes longer than most requests
            self._client = httpx2.Client(timeout=60)
        answer = self._client.post(url, content=text.encode(), headers=headers).raise_for_status()
        return self.party.unpack(answer.content).message

    async def live(self, port: int) -> ClientConnection:
        """A WebSocket over which the DID is registered, in live mode."""
        socket = await connect(
            f"ws://127.0.0.1:{port}/", compression=None, max_size=ROOM, ping_interval=None, open_timeout=60
        )
        turn_on = self.packed(f"{PICKUP}/live-delivery-change", {"live_delivery": True})
        for text in (*self.registration(), turn_on):
            await socket.send(text)
            await socket.recv()
        return socket

    async def delivered(self, socket: ClientConnection) -> list[float]:
        """Wait for a message, acknowledge a delivery: how many seconds ago each of its messages was sent."""
        result = self.party.unpack(await socket.recv())
        now = time.time()
        attachments = result.message.attachments or ()
        # the status that answers an acknowledgment
        if not attachments:
            return []
        opened = [self.party.unpack(each.content()).message for each in attachments]
        received = {"message_id_list": [each.id for each in attachments]}
        await socket.send(self.packed(f"{PICKUP}/messages-received", received))
        return [now - message.body["sent"] for message in opened]
