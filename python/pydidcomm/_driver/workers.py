"""Worker threads for long work, on asyncio and trio.

They belong to Python's own executors, which are joined before the interpreter ends. Each event loop submits
at most one piece of work for each processor at a time. Further work waits as a coroutine, so that cancelling
it leaves nothing behind, and an overloaded server does not compute results that it no longer needs.
"""

from __future__ import annotations

import os
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from pydidcomm._core import Batch, Operation, processors

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from concurrent.futures import ThreadPoolExecutor
    from types import ModuleType

__all__ = ["run_on_asyncio", "run_on_trio"]


class _Slots:
    """The free slots for work of one event loop, and the callers that wait for one.

    `asyncio.Semaphore` would do the same, but keeps its event loop alive.
    """

    __slots__ = ("_free", "_waiting")

    def __init__(self) -> None:
        self._free = processors()
        self._waiting: OrderedDict[Future[None], None] = OrderedDict()

    async def acquire(self, loop: AbstractEventLoop) -> None:
        if self._free:
            self._free -= 1
            return
        turn = loop.create_future()
        self._waiting[turn] = None
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # the slot was assigned at the same time
                self.release()
            self._waiting.pop(turn, None)
            raise

    def release(self) -> None:
        while self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


_slots: weakref.WeakKeyDictionary[AbstractEventLoop, _Slots] = weakref.WeakKeyDictionary()

_threads: ThreadPoolExecutor | None = None
"""The worker threads, created for the first long work on asyncio."""


def _forget_threads() -> None:
    """Creates new threads in a forked process, which has none of its parent's."""
    global _threads  # noqa: PLW0603, one pool for the process
    _threads = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


class _Once:
    """Work that runs once, in the first thread that takes it, unless it is withdrawn."""

    __slots__ = ("_runs",)

    def __init__(self, work: Operation | Batch) -> None:
        self._runs = [work.run]

    def withdraw(self) -> bool:
        """Withdraw the work; return False if a thread has taken it already."""
        try:
            self._runs.pop()
        except IndexError:
            return False
        return True

    def outcome(self) -> list[Any] | None:
        """Run the work, and return its result and its exception; None if it was withdrawn or taken."""
        try:
            run = self._runs.pop()
        except IndexError:
            return None
        try:
            return [run(), None]
        except BaseException as error:  # noqa: BLE001, it is raised where the work is awaited
            return [None, error]


class _Handover:
    """Work for a worker thread, whose outcome returns to an asyncio event loop."""

    __slots__ = ("_loop", "_once", "_slots", "waiter")

    def __init__(self, loop: AbstractEventLoop, slots: _Slots, once: _Once) -> None:
        self._loop = loop
        self._slots = slots
        self._once = once
        self.waiter: Future[list[Any]] = loop.create_future()

    def run(self) -> None:
        """Run the work in the worker thread, and report the outcome to the loop."""
        outcome = self._once.outcome()
        if outcome is not None:
            try:
                self._loop.call_soon_threadsafe(self._end, outcome)
            except RuntimeError:
                # the loop was closed: the result is not wanted
                return

    def run_in_place(self) -> None:
        """Run the work in the loop itself, unless a worker thread has taken it."""
        outcome = self._once.outcome()
        if outcome is not None:
            self._end(outcome)

    def _end(self, outcome: list[Any]) -> None:
        self._slots.release()
        if not self.waiter.done():
            self.waiter.set_result(outcome)


async def run_on_asyncio(asyncio: ModuleType, work: Operation | Batch) -> Any:  # noqa: ANN401, the result of the work
    """Run the work in a worker thread; a caller that is cancelled keeps it from being begun."""
    loop: AbstractEventLoop = asyncio.get_running_loop()
    slots = _slots.get(loop)
    if slots is None:
        slots = _slots[loop] = _Slots()
    await slots.acquire(loop)
    once = _Once(work)
    handover = _Handover(loop, slots, once)
    try:
        _executor().submit(handover.run)
    except RuntimeError:
        # Python starts no thread any more, or the operating system has none
        handover.run_in_place()
    try:
        return _result(await handover.waiter)
    except asyncio.CancelledError:
        work.cancel()
        if once.withdraw():
            slots.release()
        raise


def _executor() -> ThreadPoolExecutor:
    global _threads  # noqa: PLW0603, one pool for the process
    if _threads is None:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415, it fails while Python exits

        _threads = ThreadPoolExecutor(processors(), thread_name_prefix="pydidcomm")
    return _threads


_limiters: Any = None
"""The limiter of each trio event loop: a `trio.lowlevel.RunVar`."""


async def run_on_trio(trio: ModuleType, work: Operation | Batch) -> Any:  # noqa: ANN401, the result of the work
    """Run the work in a worker thread; a caller that is cancelled keeps it from being begun."""
    global _limiters  # noqa: PLW0603, one variable for the process
    if _limiters is None:
        _limiters = trio.lowlevel.RunVar("pydidcomm_workers")
    limiter = _limiters.get(None)
    if limiter is None:
        limiter = trio.CapacityLimiter(processors())
        _limiters.set(limiter)
    once = _Once(work)
    try:
        outcome = await trio.to_thread.run_sync(once.outcome, abandon_on_cancel=True, limiter=limiter)
    except RuntimeError:
        # Python starts no thread any more, or the operating system has none
        outcome = once.outcome()
        if outcome is None:
            raise
    except trio.Cancelled:
        work.cancel()
        raise
    return _result(outcome)


def _result(outcome: list[Any]) -> Any:  # noqa: ANN401, the result of the work
    # emptied, since the frames in the traceback of the error refer to the list
    error, result = outcome.pop(), outcome.pop()
    if error is None:
        return result
    try:
        raise error
    finally:
        del error
