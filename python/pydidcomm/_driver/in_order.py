"""Process several items concurrently, and yield the results in the order of the items.

An asynchronous generator must not be suspended inside of a task group or a nursery. Therefore the tasks are
children of the event loop, and `close` cancels them and waits until each has ended.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from pydidcomm._driver.event_loop import running_loop

__all__ = ["in_order"]


_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class _Entry:
    """The state of an item in progress."""

    __slots__ = ("done", "error", "result")

    def __init__(self) -> None:
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class _Bell:
    """Wakes the single task that waits for progress."""

    def __init__(self, event: Callable[[], Any]) -> None:
        self._event = event
        self._rung = event()

    def ring(self) -> None:
        """Wake the task in `wait`."""
        self._rung.set()

    async def wait(self) -> None:
        """Wait until `ring` was called since the last return."""
        await self._rung.wait()
        self._rung = self._event()


class _AsyncioTasks:
    """Tasks of asyncio."""

    def __init__(self, asyncio: Any, at_once: int) -> None:  # noqa: ANN401, the module
        self._asyncio = asyncio
        self._tasks: set[Any] = set()
        self.bell = _Bell(asyncio.Event)
        self.slots = asyncio.Semaphore(at_once)

    def start(self, work: Coroutine[Any, Any, Any], entry: _Entry) -> None:
        task = self._asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, entry))

    def _end(self, entry: _Entry, task: Any) -> None:  # noqa: ANN401
        self._tasks.discard(task)
        entry.error = self._asyncio.CancelledError() if task.cancelled() else task.exception()
        entry.result = None if entry.error is not None else task.result()
        entry.done = True
        self.bell.ring()

    async def close(self) -> None:
        """Cancels all tasks, and returns when they have ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await self._asyncio.gather(*tasks, return_exceptions=True)


class _TrioTasks:
    """Tasks of trio, each in a cancel scope of its own."""

    def __init__(self, trio: Any, at_once: int) -> None:  # noqa: ANN401, the module
        self._trio = trio
        self._scopes: set[Any] = set()
        self.bell = _Bell(trio.Event)
        self.slots = trio.Semaphore(at_once)

    def start(self, work: Coroutine[Any, Any, Any], entry: _Entry) -> None:
        from contextvars import copy_context  # noqa: PLC0415, trio has imported it

        scope = self._trio.CancelScope()
        self._scopes.add(scope)
        run = self._run
        self._trio.lowlevel.spawn_system_task(run, work, entry, scope, context=copy_context())

    async def _run(self, work: Coroutine[Any, Any, Any], entry: _Entry, scope: Any) -> None:  # noqa: ANN401
        try:
            with scope:
                entry.result = await work
        except self._trio.Cancelled:
            # the event loop ends
            raise
        except BaseException as error:  # noqa: BLE001, it is raised where the result is awaited
            entry.error = error
        finally:
            self._scopes.discard(scope)
            entry.done = True
            self.bell.ring()

    async def close(self) -> None:
        """Cancels all tasks, and returns when they have ended."""
        for scope in tuple(self._scopes):
            scope.cancel()
        with self._trio.CancelScope(shield=True):
            while self._scopes:
                await self.bell.wait()


async def in_order(
    items: AsyncIterable[_Item] | Iterable[_Item],
    work: Callable[[_Item], Coroutine[Any, Any, _Result]],
    at_once: int,
) -> AsyncGenerator[_Result, None]:
    """Yield the result of the work on each item, in the order of the items.

    At most `at_once` items are in progress: read, and not yet finished by the caller. An exception of the
    source is raised after the results of all items before it.
    """
    loop = running_loop()
    if loop is None:
        async with _reader(items) as next_item:
            while True:
                try:
                    item = await next_item()
                except StopAsyncIteration:
                    return
                yield await work(item)
    tasks = _TrioTasks(loop, at_once) if loop.__name__ == "trio" else _AsyncioTasks(loop, at_once)
    line: deque[_Entry] = deque()
    source = _Entry()

    async def read() -> None:
        # a single task reads all items, since the source may contain cancel scopes
        async with _reader(items) as next_item:
            while True:
                await tasks.slots.acquire()
                try:
                    item = await next_item()
                except StopAsyncIteration:
                    return
                entry = _Entry()
                line.append(entry)
                tasks.start(work(item), entry)

    tasks.start(read(), source)
    try:
        while line or not source.done:
            while line and line[0].done:
                yield _result(line.popleft())
                tasks.slots.release()
            if line or not source.done:
                await tasks.bell.wait()
        _result(source)
    finally:
        await tasks.close()


def _result(entry: _Entry) -> Any:  # noqa: ANN401
    if entry.error is not None:
        raise entry.error
    return entry.result


@asynccontextmanager
async def _reader(
    items: AsyncIterable[_Item] | Iterable[_Item],
) -> AsyncGenerator[Callable[[], Awaitable[_Item]], None]:
    """Yield a function that returns the next item, or raises StopAsyncIteration.

    An asynchronous generator is closed at the end, by the task that runs it. A stream is left open.
    """
    if isinstance(items, AsyncIterable):
        awaited = aiter(items)
        try:
            yield awaited.__anext__
        finally:
            if isinstance(awaited, AsyncGenerator):
                await awaited.aclose()
        return
    each = iter(items)

    async def next_item() -> _Item:
        try:
            return next(each)
        except StopIteration:
            raise StopAsyncIteration from None

    yield next_item
