"""Serialize steps that read from the store, decide, and commit.

Tasks of one process take turns by a lock; a step that conflicts with another process is repeated.
"""

import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import anyio

from pydidcomm.stores import StoreConflictError

__all__ = ["Turns", "repeat_until_stored"]

Answer = TypeVar("Answer")

MOST_ATTEMPTS: Final = 100
"""Attempts of a step before its conflict is raised."""

PAUSE_SECONDS: Final = 0.02
"""Maximum random pause before a step is repeated, so that processes do not collide again."""


class Turns:
    """Locks by key, for the tasks of one process."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[anyio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, key: str) -> AsyncGenerator[None]:
        """Hold the lock of a key while the block runs.

        Args:
            key: The subject of the step, for instance a relationship id.
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


async def repeat_until_stored(step: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeat a step until its commit succeeds without a conflict.

    Args:
        step: Reads from the store, and commits with `Done.expected`.

    Raises:
        StoreConflictError: Each attempt conflicted with another process.
    """
    for _ in range(MOST_ATTEMPTS):
        try:
            return await step()
        except StoreConflictError:
            await anyio.sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311, no secret
    return await step()
