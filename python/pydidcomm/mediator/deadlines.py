"""Timeouts for many concurrent requests.

On asyncio one timer serves all requests: two cancel scopes would cost a tenth of the work of a forward.
"""

from types import TracebackType
from typing import Any, Protocol, Self
from weakref import ReferenceType, WeakKeyDictionary, ref

import anyio

from pydidcomm._driver.event_loop import running_loop

__all__ = ["Deadlines"]


class Block(Protocol):
    """A context manager that cancels its block after a timeout."""

    @property
    def passed(self) -> bool:
        """Whether the block was cancelled by the timeout."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool: ...


class Deadlines:
    """Timeouts of the same length, each for the block of one request.

    Args:
        seconds: The timeout of a block, in seconds.

    Example:
        >>> import anyio
        >>> from pydidcomm.mediator.deadlines import Deadlines
        >>> async def main():
        ...     deadlines = Deadlines(0.01)
        ...     with deadlines.block() as block:
        ...         await anyio.sleep(10)
        ...     return block.passed
        >>> anyio.run(main)
        True
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # by event loop: a server may be restarted in another one, where the timer of the first never fires
        self._timers: WeakKeyDictionary[Any, _Timer] = WeakKeyDictionary()
        self._latest: tuple[ReferenceType[Any], _Timer] | None = None

    def block(self, after: Block | None = None) -> Block:
        """Return a block that ends without an exception after the timeout, with `passed` set.

        Args:
            after: An earlier block in the same task, which saves a lookup of the task.
        """
        if isinstance(after, _TaskBlock):
            return _TaskBlock(self._timer(after.loop), after.task, after.loop)
        module: Any = running_loop()
        if module is None or module.__name__ == "trio":
            return _ScopeBlock(self._seconds)
        loop = module.get_running_loop()
        return _TaskBlock(self._timer(loop), module.current_task(loop), loop)

    def _timer(self, loop: Any) -> "_Timer":  # noqa: ANN401, of asyncio
        if self._latest is not None and self._latest[0]() is loop:
            return self._latest[1]
        timer = self._timers.get(loop)
        if timer is None:
            timer = self._timers[loop] = _Timer(self._seconds)
        self._latest = ref(loop), timer
        return timer


class _Timer:
    """The one timer of an event loop."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # in the order of their deadlines, which is the order of their starts
        self._open: dict[_TaskBlock, None] = {}
        self._runs = False

    def begin(self, block: "_TaskBlock") -> None:
        """Register a block that begins."""
        block.end = block.loop.time() + self._seconds
        self._open[block] = None
        if not self._runs:
            self._runs = True
            block.loop.call_at(block.end, self._check, block.loop)

    def end(self, block: "_TaskBlock") -> None:
        """Unregister a block that ends."""
        self._open.pop(block, None)

    def _check(self, loop: Any) -> None:  # noqa: ANN401, of asyncio
        """Cancel the blocks that are late, and schedule the next check."""
        self._runs = False
        now = loop.time()
        while self._open:
            block = next(iter(self._open))
            if block.end > now:
                self._runs = True
                loop.call_at(block.end, self._check, loop)
                return
            del self._open[block]
            block.cancel()


class _TaskBlock:
    """A block in a task of asyncio."""

    __slots__ = ("_before", "_passed", "_timer", "end", "loop", "task")

    def __init__(self, timer: _Timer, task: Any, loop: Any) -> None:  # noqa: ANN401, of asyncio
        self.loop = loop
        self.end = 0.0
        self._passed = False
        self._timer = timer
        self.task = task
        self._before = task.cancelling()

    @property
    def passed(self) -> bool:
        return self._passed

    def cancel(self) -> None:
        self._passed = True
        self.task.cancel()

    def __enter__(self) -> Self:
        self._timer.begin(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        self._timer.end(self)
        if not self._passed:
            return False
        # as in `asyncio.timeout`: the task may have been cancelled for another reason too
        alone = self.task.uncancel() <= self._before
        from asyncio import CancelledError  # noqa: PLC0415, it runs

        return alone and kind is not None and issubclass(kind, CancelledError)


class _ScopeBlock:
    """A block in a task of trio."""

    def __init__(self, seconds: float) -> None:
        self._scope = anyio.CancelScope()
        self._seconds = seconds

    @property
    def passed(self) -> bool:
        return self._scope.cancelled_caught

    def __enter__(self) -> Self:
        self._scope.deadline = anyio.current_time() + self._seconds
        self._scope.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        return bool(self._scope.__exit__(kind, error, traceback))
