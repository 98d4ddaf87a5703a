"""How often an event loop runs other tasks while one waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")


async def turns(work: Awaitable[T]) -> tuple[T, int]:
    """What the work yields, and how many turns another task had meanwhile."""
    count = 0

    async def others() -> None:
        nonlocal count
        while True:
            await anyio.lowlevel.checkpoint()
            count += 1

    done: list[tuple[T, int]] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(others)
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        before = count
        result = await work
        done.append((result, count - before))
        tasks.cancel_scope.cancel()
    return done[0]
