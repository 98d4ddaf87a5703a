"""The applications that are compared: a receiver, some that unpack alone, and one that does nothing.

Each answers a GET with the CPU seconds of its process.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydidcomm import DIDCommMessaging, UnpackResult, sync
from pydidcomm.transports.receiver import receiver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Application = Callable[[Any, Any, Any], Awaitable[None]]

_party = sync.DIDCommMessaging()
Path(os.environ["PARTS_DID"]).write_text(_party.create_peer_did())


async def handler(_received: UnpackResult) -> None:
    """Does nothing."""


def measured(application: Application) -> Application:
    """The application, with its CPU time for a GET."""

    async def outer(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, of ASGI
        if scope["type"] != "http" or scope["method"] != "GET":
            await application(scope, receive, send)
            return
        body = str(time.process_time()).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return outer


def answering(work: Callable[[bytes], object]) -> Application:
    """An application that reads the body, works, and answers 202."""

    async def inner(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, of ASGI
        if scope["type"] == "http":
            body = b""
            more = True
            while more:
                event = await receive()
                body += event["body"]
                more = event.get("more_body", False)
            work(body)
            await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

    return inner


def again(body: bytes) -> None:
    """Unpacks the message twice."""
    _party.unpack(body)
    _party.unpack(body)


app = measured(receiver(DIDCommMessaging(_party.secrets, _party.resolver), handler))
bare = measured(answering(_party.unpack))
twice = measured(answering(again))
nothing = measured(answering(len))
