"""A letterbox: a real HTTP server on localhost that takes DIDComm messages, for the notebooks.

It runs in the event loop in which it is opened. DIDComm v2.1, section "Transports", "HTTPS".
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Generator

    from starlette.requests import Request

ENCRYPTED: Final = "application/didcomm-encrypted+json"


class Letterbox:
    """What people POST to `url`, one message after the other."""

    def __init__(
        self, server: uvicorn.Server, listener: socket.socket, messages: asyncio.Queue[bytes]
    ) -> None:
        self.url: Final[str] = "http://{}:{}/".format(*listener.getsockname())
        self._messages: Final = messages
        self._server: Final = server
        self._serving: Final = asyncio.create_task(server.serve(sockets=[listener]))

    @classmethod
    async def open(cls) -> Letterbox:
        """Opens a letterbox at a free port."""
        messages: asyncio.Queue[bytes] = asyncio.Queue()

        async def deliver(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
            if media_type != ENCRYPTED:
                return Response(status_code=415)
            await messages.put(await request.body())
            # empty: an answer is a message of its own, and goes to the sender's letterbox
            return Response(status_code=202)

        # listening from here on: what is sent before the server has started waits in the backlog
        listener = socket.create_server(("127.0.0.1", 0))
        application = Starlette(routes=[Route("/", deliver, methods=["POST"])])
        config = uvicorn.Config(application, log_level="warning", lifespan="off")
        return cls(_Server(config), listener, messages)

    async def receive(self) -> bytes:
        """The next message, as it came; waits for one."""
        return await self._messages.get()

    async def close(self) -> None:
        """Takes no more messages."""
        self._server.should_exit = True
        await self._serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        # the interrupt button belongs to the notebook
        yield
