"""PyPI didcomm-messaging behind a pipe: one JSON request a line in, one JSON answer a line out.

The quickstart of the package does all of it: it sets up, is relayed, sends, fetches and listens.
"""

from __future__ import annotations

import asyncio
import platform
import uuid
from importlib.metadata import version
from typing import Any

from didcomm_messaging import quickstart

SECONDS = 10.0
POLL_SECONDS = 0.2


class Wallet:
    """A wallet: a DID towards its mediator, another one towards peers."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.listening: asyncio.Task[None] | None = None
        self.live = False
        self.party: Any = None
        self.own = self.mediator = self.relayed = ""

    async def mediate(self, request: dict[str, Any]) -> dict[str, Any]:
        self.mediator, self.live = request["mediator"], request["live"]
        self.own, keys = quickstart.generate_did()
        self.party = await quickstart.setup_default(self.own, keys)
        self.relayed = await quickstart.setup_relay(self.party, self.own, self.mediator, *keys)
        if self.live:
            self.listening = asyncio.create_task(
                quickstart.websocket_loop(self.party, self.own, self.mediator, self._hear)
            )
        return {"did": self.relayed}

    async def send(self, request: dict[str, Any]) -> dict[str, Any]:
        message = {
            "type": request["type"],
            "id": str(uuid.uuid4()),
            "body": request["body"],
            "from": request["did"],
            "to": [request["to"]],
        }
        try:
            answer = await quickstart.send_http_message(self.party, request["did"], message, request["to"])
        except Exception as error:
            # the quickstart takes any status but 200 for an error, and 202 is what the specification has
            if "code=202" not in str(error):
                raise
            answer = None
        return {"id": message["id"], "answer": answer}

    async def receive(self, request: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS):
            while True:
                for each in self.heard:
                    if each["type"] == request["type"] and request.get("thid") in {None, each.get("thid")}:
                        self.heard.remove(each)
                        return {"type": each["type"], "from": each["from"], "body": each["body"]}
                if not self.live:
                    await quickstart.fetch_relayed_messages(self.party, self.own, self.mediator, self._hear)
                await asyncio.sleep(POLL_SECONDS)

    async def stop(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.listening is not None:
            self.listening.cancel()
        return {}

    async def hello(self, _: dict[str, Any]) -> dict[str, str]:
        return {"Python": platform.python_version(), "PyPI didcomm-messaging": version("didcomm-messaging")}

    async def _hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
