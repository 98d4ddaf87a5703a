"""The ASGI application of an agent; its lifespan starts and stops the agent."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

__all__ = ["Application"]


class Application:
    """The ASGI application of an agent.

    It is an object with `__call__`, since servers do not detect a bound method as an ASGI 3 application.

    Args:
        block: The agent, which the lifespan of a server enters.
        serving: Returns the application that serves requests; None while the agent does not run.
    """

    def __init__(
        self, block: AbstractAsyncContextManager[object], serving: Callable[[], Callable[..., Any] | None]
    ) -> None:
        self._block = block
        self._serving = serving

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, those of ASGI
        """Serve a request or a WebSocket, or start and stop the agent.

        Args:
            scope: The ASGI scope.
            receive: The ASGI callable for incoming events.
            send: The ASGI callable for outgoing events.
        """
        serve = self._serving()
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif serve is not None:
            await serve(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"1")]})
            await send({"type": "http.response.body", "body": b""})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1013})

    async def _live(self, receive: Any, send: Any) -> None:  # noqa: ANN401
        await receive()
        phase = "startup"
        try:
            async with self._block:
                await send({"type": "lifespan.startup.complete"})
                phase = "shutdown"
                await receive()
        except Exception as error:
            await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})
