"""Time limits in asyncio and trio, for an application that needs no other library."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydidcomm._driver.event_loop import running_loop

Result = TypeVar("Result")


async def within(seconds: float, work: Callable[[], Awaitable[Result]]) -> Result:
    """What the work returns, or TimeoutError after so many seconds."""
    loop: Any = running_loop()
    if loop.__name__ == "trio":
        try:
            with loop.fail_after(seconds):
                return await work()
        except loop.TooSlowError:
            raise TimeoutError from None
    async with loop.timeout(seconds):
        return await work()


@asynccontextmanager
async def meanwhile(seconds: float, act: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Call `act` after so many seconds, unless the block has ended by then."""
    loop: Any = running_loop()
    begun: list[bool] = []

    async def later() -> None:
        await loop.sleep(seconds)
        begun.append(True)
        await act()

    # what has begun is not broken off
    if loop.__name__ == "trio":
        async with loop.open_nursery() as nursery:
            nursery.start_soon(later)
            yield
            if not begun:
                nursery.cancel_scope.cancel()
        return
    async with loop.TaskGroup() as group:
        task = group.create_task(later())
        yield
        if not begun:
            task.cancel()
