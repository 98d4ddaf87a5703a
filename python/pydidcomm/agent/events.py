"""Event streams for user interfaces, and signals between the parts of an agent."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from pydidcomm.protocols import Event

__all__ = ["Events", "Signal", "limit_time"]

Found = TypeVar("Found")

KEPT: Final = 1024
"""Events that are buffered for one listener; further ones are dropped, so that the agent does not wait."""


AGAIN_SECONDS: Final = 1.0
"""Seconds between two checks of a condition without a signal: another process may have changed the store."""


@contextmanager
def limit_time(seconds: float, problem: str) -> Generator[None]:
    """Limit the time of a block, as `anyio.fail_after` does, with an error text.

    Args:
        seconds: The time limit, in seconds.
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
    """Wakes tasks that wait for a change."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake all tasks that wait now."""
        self._event.set()
        self._event = anyio.Event()

    async def wait(self) -> None:
        """Wait for the next `set`."""
        await self._event.wait()

    async def until(self, check: Callable[[], Awaitable[Found | None]]) -> Found:
        """Call `check` after each `set`, and each second, until it returns a value; return the value.

        Args:
            check: A coroutine function that returns None to wait longer.
        """
        while True:
            event = self._event
            found = await check()
            if found is not None:
                return found
            with anyio.move_on_after(AGAIN_SECONDS):
                await event.wait()

    async def within(self, seconds: float) -> bool:
        """Wait for the next `set` with a timeout; return whether it came.

        Args:
            seconds: The timeout, in seconds.
        """
        event = self._event
        with anyio.move_on_after(seconds):
            await event.wait()
        return event.is_set()


class Events:
    """Publishes events to all listeners."""

    def __init__(self) -> None:
        self.changed = Signal()
        self._listeners: set[MemoryObjectSendStream[Event]] = set()

    def emit(self, *events: Event) -> None:
        """Publish events to the listeners.

        Args:
            events: The events.
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
        """Return a stream of the events from now on, open while the block runs."""
        send, receive = anyio.create_memory_object_stream[Event](KEPT)
        self._listeners.add(send)
        try:
            with send, receive:
                yield receive
        finally:
            self._listeners.discard(send)
