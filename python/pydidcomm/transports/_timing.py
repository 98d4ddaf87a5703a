"""Time limits in asyncio and trio, without another library."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from pydidcomm._driver.event_loop import running_loop

__all__ = ["call_later", "run_within"]


_Result = TypeVar("_Result")


async def run_within(seconds: float, work: Coroutine[Any, Any, _Result]) -> _Result:
    """Return the result of the work, or raise TimeoutError after so many seconds.

    In asyncio no timer is set for work that does not wait, such as reading a body that has arrived already: a
    timer costs more than everything else that a receiver does for a message.
    """
    loop: Any = running_loop()
    if loop.__name__ == "trio":
        # started work may be inside of a cancel scope, so the one with the time limit comes first
        try:
            with loop.fail_after(seconds):
                return await work
        except loop.TooSlowError:
            raise TimeoutError from None
    try:
        waits_for = work.send(None)
    except StopIteration as ended:
        result: _Result = ended.value
        return result
    async with loop.timeout(seconds):
        return await _Rest(work, waits_for)


class _Rest(Awaitable[_Result]):
    """The rest of a coroutine that was started and is waiting."""

    def __init__(self, begun: Coroutine[Any, Any, _Result], waits_for: object) -> None:
        self._begun = begun
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, _Result]:
        """Pass on what the coroutine waits for, and run it to its end."""
        begun, waits_for = self._begun, self._waits_for
        while True:
            try:
                answer = yield waits_for
            except GeneratorExit:
                begun.close()
                raise
            except BaseException as error:  # noqa: BLE001, a cancellation above all
                step = partial(begun.throw, error)
            else:
                step = partial(begun.send, answer)
            try:
                waits_for = step()
            except StopIteration as ended:
                result: _Result = ended.value
                return result


@asynccontextmanager
async def call_later(seconds: float, act: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Call `act` after so many seconds, unless the block ends before."""
    loop: Any = running_loop()
    begun: list[bool] = []

    async def call() -> None:
        await loop.sleep(seconds)
        begun.append(True)
        await act()

    # a call of `act` that has begun is not cancelled
    if loop.__name__ == "trio":
        async with loop.open_nursery() as nursery:
            nursery.start_soon(call)
            yield
            if not begun:
                nursery.cancel_scope.cancel()
        return
    async with loop.TaskGroup() as group:
        task = group.create_task(call())
        yield
        if not begun:
            task.cancel()
