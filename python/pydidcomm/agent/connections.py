"""Whether the sender of a message still waits on its connection: an answer that it cannot read is lost."""

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
"""The `receive` of the HTTP request that is served; None on a WebSocket, whose next event is a message."""


class Watched:
    """An ASGI application whose requests `while_connected` watches.

    Args:
        app: The application.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(
        self, scope: Event, receive: Receive, send: Callable[[Event], Awaitable[None]]
    ) -> None:
        """Serves one request, or one WebSocket."""
        token = _RECEIVE.set(receive if scope["type"] == "http" else None)
        try:
            await self._app(scope, receive, send)
        finally:
            _RECEIVE.reset(token)


async def while_connected(wait: Callable[[], Awaitable[Result]]) -> Result | None:
    """What `wait` returns; None once the sender has disconnected. The request must have been read before.

    Args:
        wait: A coroutine function, which is cancelled then.
    """
    receive = _RECEIVE.get()
    if receive is None:
        return await wait()
    found: Result | None = None
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                # an empty part of the body that was read
                pass
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        found = await wait()
        tasks.cancel_scope.cancel()
    return found
