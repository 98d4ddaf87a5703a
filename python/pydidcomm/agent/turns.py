"""Steps that read, decide and commit, in turn with others on the same thing.

Tasks of one process take turns; what another process has changed meanwhile is read again.
"""

import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import anyio

from pydidcomm.stores import StoreConflictError

__all__ = ["Turns", "agreed"]

Answer = TypeVar("Answer")

MOST_ATTEMPTS: Final = 100
"""How often a step is repeated: each time another process has stored its own."""

PAUSE_SECONDS: Final = 0.02
"""The longest pause before a step is repeated, so that processes fall out of step."""


class Turns:
    """Lets one task at a time work on each key."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[anyio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, key: str) -> AsyncGenerator[None]:
        """Wait for the turn, and have it while the block runs.

        Args:
            key: What the step is about.
        """
        lock, users = self._taken.get(key, (anyio.Lock(), 0))
        self._taken[key] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._taken.pop(key)
            if users > 1:
                self._taken[key] = lock, users - 1


async def agreed(step: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeat a step until it is stored without a change, in between, of what it has read.

    Args:
        step: Reads and commits, with `Done.expected`.

    Raises:
        StoreConflictError: Others were faster each time.
    """
    for _ in range(MOST_ATTEMPTS):
        try:
            return await step()
        except StoreConflictError:
            await anyio.sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311, no secret
    return await step()
