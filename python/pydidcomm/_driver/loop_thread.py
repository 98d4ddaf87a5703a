"""A private asyncio event loop in a thread, for a library that supports asyncio only.

The thread is a daemon, so it does not keep a process from ending. An exit handler stops it after the work in
progress, so it does not enter an interpreter that has ended.
"""

import asyncio
import atexit
import os
import threading
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["LOOP", "LoopThread", "run_in_place"]


_Answer = TypeVar("_Answer")

_EXIT_SECONDS = 2.0
"""How long the end of the process waits for work in progress: far longer than a write to a database."""


class LoopThread:
    """The thread and its loop, which start with the first work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._under_way: set[Future[Any]] = set()
        # an event loop keeps weak references to its tasks
        self._tasks: set[asyncio.Task[Any]] = set()
        self._handed_over: list[tuple[Coroutine[Any, Any, Any], Future[Any]]] = []
        self.ended = False
        self.stayed_with_parent = False

    def submit(self, work: "Coroutine[Any, Any, _Answer]") -> "Future[_Answer]":
        """Run the coroutine in the private loop, or in the caller's thread once Python starts no threads."""
        begun = self.begin(work)
        if begun is not None:
            return begun
        future: Future[_Answer] = Future()
        try:
            future.set_result(run_in_place(work))
        except BaseException as error:  # noqa: BLE001, it is raised where the result is wanted
            future.set_exception(error)
        return future

    def begin(self, work: "Coroutine[Any, Any, _Answer]") -> "Future[_Answer] | None":
        """Run the coroutine in the private loop; None once Python has begun to end and starts no thread."""
        try:
            loop = self._running_loop()
        except RuntimeError:
            self.ended = True
            loop = None
        if loop is None:
            self.leave_if_daemon()
            return None
        future: Future[_Answer] = Future()
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        with self._lock:
            self._handed_over.append((work, future))
            first = len(self._handed_over) == 1
        if first:
            # one system call for all of the work, since the caller then waits for the interpreter lock
            loop.call_soon_threadsafe(self._take_over, loop)
        return future

    def _take_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the submitted work, in the private loop."""
        with self._lock:
            handed_over, self._handed_over = self._handed_over, []
        for work, future in handed_over:
            task = loop.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(partial(_report, future))

    def leave_if_daemon(self) -> None:
        """Block a daemon thread forever once Python has begun to end, since native code must not run then.

        No other thread waits for a daemon thread.
        """
        if self.ended and threading.current_thread().daemon:
            threading.Event().wait()

    def _running_loop(self) -> asyncio.AbstractEventLoop | None:
        with self._lock:
            if self._loop is None and not self.ended:
                loop = asyncio.new_event_loop()
                name = "pydidcomm-secrets"
                self._thread = threading.Thread(target=loop.run_forever, name=name, daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:
                    loop.close()
                    raise
                self._loop = loop
                atexit.register(self.stop)
            return None if self.ended else self._loop

    def stop(self) -> None:
        """Finish the work in progress, and end the thread."""
        with self._lock:
            self.ended = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        wait(list(self._under_way), timeout=_EXIT_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_EXIT_SECONDS)

    def forget(self) -> None:
        """Reset the state in a forked process, which does not have the thread of its parent."""
        stayed = self.stayed_with_parent or self._loop is not None
        atexit.unregister(self.stop)
        self.__init__()  # type: ignore[misc]
        self.stayed_with_parent = stayed


def _report(future: "Future[Any]", task: "asyncio.Task[Any]") -> None:
    """Hand the outcome of a task to the thread that waits for it."""
    if task.cancelled():
        future.cancel()
    if not future.set_running_or_notify_cancel():
        return
    error = task.exception()
    if error is None:
        future.set_result(task.result())
    else:
        future.set_exception(error)


def run_in_place(work: "Coroutine[Any, Any, _Answer]") -> _Answer:
    """Run the coroutine in an event loop of the caller's thread."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
        work.close()


LOOP = LoopThread()
"""The loop of all stores of this process."""

with suppress(AttributeError):
    os.register_at_fork(after_in_child=LOOP.forget)
