"""Notifications between the processes of a mediator, batched and sent outside of the writing transactions.

A NOTIFY inside of a writing transaction holds a lock of the whole server until its commit, which serializes
all commits. A notification may be lost.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

__all__ = ["Wakeups"]


_CHANNEL: Final = "pydidcomm_mediator"

_GATHERED: Final = 0.005
"""Seconds for which notifications are batched."""

_MOST_AT_ONCE: Final = 500
"""Recipients per notification, whose text may have 8,000 bytes."""

_RETRY: Final = 1.0
"""Seconds until the listener reconnects; live sessions are polled meanwhile."""

_MOVED: Final = "m"
"""Announces a rotation, in place of the id of a recipient."""


class Wakeups:
    """Announces recipients to other processes, and listens to their announcements."""

    def __init__(self, pool: Any) -> None:  # noqa: ANN401, of asyncpg
        self._pool = pool
        self._pending: set[str] = set()
        self._sender: asyncio.Task[None] | None = None

    def announce(self, recipients: Iterable[int]) -> None:
        """Notify other processes soon that envelopes were stored for these recipients."""
        self._pending.update(map(str, recipients))
        self._wake()

    def announce_move(self) -> None:
        """Notify other processes soon that the DID of a recipient was rotated."""
        self._pending.add(_MOVED)
        self._wake()

    def _wake(self) -> None:
        if self._pending and (self._sender is None or self._sender.done()):
            self._sender = asyncio.create_task(self._send())

    async def watch(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        """Call `arrived` or `moved` for each announcement, until cancelled."""
        while True:
            try:
                await self._listen(arrived, moved)
            except Exception:  # noqa: BLE001, the server is unavailable: retry; polling goes on meanwhile
                await asyncio.sleep(_RETRY)

    async def aclose(self) -> None:
        """Send the pending notifications."""
        if self._sender is not None:
            await asyncio.gather(self._sender, return_exceptions=True)

    async def _send(self) -> None:
        while self._pending:
            await asyncio.sleep(_GATHERED)
            some = [self._pending.pop() for _ in range(min(len(self._pending), _MOST_AT_ONCE))]
            # if the server is unavailable: live sessions are polled meanwhile
            with suppress(Exception):
                async with self._pool.acquire() as connection:
                    await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, ",".join(some))

    async def _listen(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        ended = asyncio.Event()

        def notify(_connection: object, _process: int, _channel: str, payload: str) -> None:
            for each in payload.split(","):
                if each == _MOVED:
                    moved()
                else:
                    arrived(int(each))

        def end(_connection: object) -> None:
            ended.set()

        async with self._pool.acquire() as connection:
            connection.add_termination_listener(end)
            await connection.add_listener(_CHANNEL, notify)
            try:
                await ended.wait()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(_CHANNEL, notify)
