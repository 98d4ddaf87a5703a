"""Detect a disconnected sender, to which no answer must be sent on the connection."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import anyio

__all__ = ["Watched", "while_connected"]

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Event, Receive, Send], Awaitable[None]]
Result = TypeVar("Result")

_RECEIVE: Final[ContextVar[Receive | None]] = ContextVar("pydidcomm.agent.receive", default=None)
"""The `receive` of the current HTTP request; None on a WebSocket, whose next event is a message."""


class Watched:
    """Wraps an ASGI application so that `while_connected` can watch its requests.

    Args:
        app: The application.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(
        self, scope: Event, receive: Receive, send: Callable[[Event], Awaitable[None]]
    ) -> None:
        """Serve one request, or one WebSocket."""
        token = _RECEIVE.set(receive if scope["type"] == "http" else None)
        try:
            await self._app(scope, receive, send)
        finally:
            _RECEIVE.reset(token)


async def while_connected(wait: Callable[[], Awaitable[Result]]) -> Result | None:
    """Return the result of `wait`, or None once the sender has disconnected.

    The body of the request must have been read before.

    Args:
        wait: A coroutine function; a disconnect cancels it.
    """
    receive = _RECEIVE.get()
    if receive is None:
        return await wait()
    found: Result | None = None
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                # an empty chunk of the body, which was read before
                pass
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        found = await wait()
        tasks.cancel_scope.cancel()
    return found
