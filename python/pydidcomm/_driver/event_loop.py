"""Find the caller's event loop, and keep it responsive during long work."""

import sys
from collections.abc import Callable
from types import CoroutineType, ModuleType
from typing import Any

from pydidcomm._core import Batch, DIDDocument, Operation, Secret

__all__ = ["is_awaitable", "loop_token", "run_off_loop", "running_loop"]


_PLAIN = frozenset({bool, dict, list, type(None), DIDDocument, Secret})
"""The most common types of plain answers: searching a class for a missing method is slow."""


async def run_off_loop(work: Operation | Batch) -> Any:  # noqa: ANN401, the result of the work
    """Run the work in a worker thread, so that the event loop stays responsive.

    The threads are Python's own: a thread of the compiled module could enter an interpreter that has ended.
    Without an event loop, and where Python starts no threads any more (in `atexit` handlers), the work runs
    in the caller's thread.
    """
    loop = running_loop()
    if loop is None:
        return work.run()
    from pydidcomm._driver import workers  # noqa: PLC0415, most programs never need a worker thread

    if loop.__name__ == "trio":
        return await workers.run_on_trio(loop, work)
    return await workers.run_on_asyncio(loop, work)


def is_awaitable(answer: object) -> bool:
    """Return whether the answer must be awaited, by its type, since some objects have every attribute."""
    kind = type(answer)
    return kind is CoroutineType or (kind not in _PLAIN and hasattr(kind, "__await__"))


def running_loop() -> ModuleType | None:
    """Return the module asyncio or trio, whichever drives the caller; None for neither.

    A loop that runs on the thread does not always drive the caller: Twisted sends to coroutines from a
    callback of asyncio, trio runs as a guest, trio-asyncio runs one inside the other. The loop with a current
    task does; if both have one, the loop whose coroutine is nearer on the stack.
    """
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    aio_task = None if asyncio is None else _current(asyncio.current_task)
    # for each message, and to raise takes longer than all else here
    if trio is None or not _may_have_task(trio):
        return None if aio_task is None else asyncio
    trio_task = _current(trio.lowlevel.current_task)
    if aio_task is None or trio_task is None:
        return trio if trio_task is not None else asyncio if aio_task is not None else None
    roots = {id(getattr(aio_task.get_coro(), "cr_frame", None)): asyncio}
    roots[id(getattr(trio_task.coro, "cr_frame", None))] = trio
    from inspect import currentframe  # noqa: PLC0415, both event loops have imported it, pydidcomm has not

    frame = currentframe()
    while frame is not None and id(frame) not in roots:
        frame = frame.f_back
    return asyncio if frame is None else roots[id(frame)]


def loop_token() -> object | None:
    """Return an object that identifies the event loop of the caller; None without an event loop."""
    loop = running_loop()
    if loop is None:
        return None
    token: object = loop.lowlevel.current_trio_token() if loop.__name__ == "trio" else loop.get_running_loop()
    return token


def _may_have_task(trio: ModuleType) -> bool:
    """Whether trio may run a task in this thread; before trio 0.28 that is known to `current_task` alone."""
    in_trio_task: Callable[[], bool] | None = getattr(trio.lowlevel, "in_trio_task", None)
    return in_trio_task is None or in_trio_task()


def _current(task: Callable[[], Any]) -> Any:  # noqa: ANN401, a task of either event loop
    try:
        return task()
    except RuntimeError:
        return None
