"""Time limits in asyncio and trio, for an application that needs no other library."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from typing import Any

from pydidcomm._loops import running_loop


@asynccontextmanager
async def fail_after(seconds: float) -> AsyncGenerator[None]:
    """Raise TimeoutError in the block after so many seconds."""
    loop: Any = running_loop()
    if loop.__name__ == "trio":
        limit: AbstractContextManager[Any] = loop.fail_after(seconds)
        try:
            with limit:
                yield
        except loop.TooSlowError:
            raise TimeoutError from None
    else:
        deadline: AbstractAsyncContextManager[Any] = loop.timeout(seconds)
        async with deadline:
            yield


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
