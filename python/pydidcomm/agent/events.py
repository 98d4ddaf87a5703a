"""Events for user interfaces, and the changes that parts of an agent wait for."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from pydidcomm.protocols import Event

__all__ = ["Events", "Signal", "at_most"]

Found = TypeVar("Found")

KEPT: Final = 1024
"""Events that a listener has not read yet: a slow one must not stop the agent. Later ones are lost."""


AGAIN_SECONDS: Final = 1.0
"""How often a condition is checked without a change: another process may have stored one."""


@contextmanager
def at_most(seconds: float, problem: str) -> Generator[None]:
    """Bound the time of a block, as `anyio.fail_after` does, with an error that has a text.

    Args:
        seconds: The most seconds.
        problem: The text of the error, without the time.

    Raises:
        TimeoutError: The block took longer.
    """
    with anyio.move_on_after(seconds) as scope:
        yield
    if scope.cancelled_caught:
        text = f"{problem} within {seconds:g} s"
        raise TimeoutError(text)


class Signal:
    """Wakes those who wait for a change."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake all that wait now."""
        self._event.set()
        self._event = anyio.Event()

    async def wait(self) -> None:
        """Wait for the next `set`."""
        await self._event.wait()

    async def until(self, check: Callable[[], Awaitable[Found | None]]) -> Found:
        """What `check` returns, called again after each change, and now and then, until it is not None.

        Args:
            check: A coroutine function.
        """
        while True:
            event = self._event
            found = await check()
            if found is not None:
                return found
            with anyio.move_on_after(AGAIN_SECONDS):
                await event.wait()

    async def within(self, seconds: float) -> bool:
        """Wait for the next `set`, at most so many seconds; returns whether it came.

        Args:
            seconds: The most seconds.
        """
        event = self._event
        with anyio.move_on_after(seconds):
            await event.wait()
        return event.is_set()


class Events:
    """Hands events to all listeners."""

    def __init__(self) -> None:
        self.changed = Signal()
        self._listeners: set[MemoryObjectSendStream[Event]] = set()

    def emit(self, *events: Event) -> None:
        """Hand events to the listeners.

        Args:
            events: What happened.
        """
        for listener in tuple(self._listeners):
            for event in events:
                try:
                    listener.send_nowait(event)
                except (anyio.WouldBlock, anyio.BrokenResourceError):
                    break
        self.changed.set()

    @asynccontextmanager
    async def listen(self) -> AsyncGenerator[MemoryObjectReceiveStream[Event]]:
        """The events from now on, as `async with events.listen() as stream: async for event in stream`."""
        send, receive = anyio.create_memory_object_stream[Event](KEPT)
        self._listeners.add(send)
        try:
            with send, receive:
                yield receive
        finally:
            self._listeners.discard(send)
