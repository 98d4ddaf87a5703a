"""The caller's event loop: which one it is, and how long work and many questions leave it free."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydidcomm._core import Batch, Operation

_AT_ONCE = 64
"""How many questions are on their way together; more would be no faster for most networks and databases."""


async def run_off_loop(work: Operation | Batch) -> Any:  # noqa: ANN401
    """Run the work in a worker thread of Python, while the event loop goes on.

    No thread of the compiled module enters the interpreter, so none can meet its end. Without an event loop,
    and when Python starts no threads any more (in `atexit` handlers), the work is done in place.
    """
    loop = running_loop()
    if loop is None:
        return work.run()
    from pydidcomm import _workers  # noqa: PLC0415, most programs never need a worker thread

    if loop.__name__ == "trio":
        return await _workers.run_on_trio(loop, work)
    return await _workers.run_on_asyncio(loop, work)


async def settled(asked: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of them answers, or the exception that it raises, in their order.

    Those that return an awaitable are awaited together.
    """
    answers: list[Any] = []
    for begin in range(0, len(asked), _AT_ONCE):
        begun = [_begun(ask) for ask in asked[begin : begin + _AT_ONCE]]
        awaited = {place: answer for place, answer in enumerate(begun) if hasattr(answer, "__await__")}
        for place, answer in zip(awaited, await _together([*awaited.values()]), strict=True):
            begun[place] = answer
        answers += begun
    return answers


def _begun(ask: Callable[[], Any]) -> Any:  # noqa: ANN401
    try:
        return ask()
    except Exception as error:  # noqa: BLE001, whatever a resolver raises is the answer to its question
        return error


async def _settled(answer: Awaitable[Any]) -> Any:  # noqa: ANN401
    try:
        return await answer
    except Exception as error:  # noqa: BLE001, whatever a resolver raises is the answer to its question
        return error


async def _together(awaited: Sequence[Awaitable[Any]]) -> list[Any]:
    if len(awaited) > 1:
        loop = running_loop()
        if loop is not None:
            return await (_in_nursery if loop.__name__ == "trio" else _in_tasks)(awaited)
    return [await _settled(answer) for answer in awaited]


async def _in_tasks(awaited: Sequence[Awaitable[Any]]) -> list[Any]:
    import asyncio  # noqa: PLC0415, it is there already

    # a coroutine is a task itself: inside of another one that is cancelled at once it would never be awaited
    answers = await asyncio.gather(*awaited, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Exception):
            raise answer
    return answers


async def _in_nursery(awaited: Sequence[Awaitable[Any]]) -> list[Any]:
    answers: list[Any] = [None] * len(awaited)

    async def put(place: int) -> None:
        answers[place] = await _settled(awaited[place])

    async with sys.modules["trio"].open_nursery() as nursery:
        for place in range(len(awaited)):
            nursery.start_soon(put, place)
    return answers


def running_loop() -> Any:  # noqa: ANN401
    """The module asyncio or trio, whichever drives the caller; None for neither.

    A loop that runs on the thread does not have to drive the caller: Twisted sends to coroutines from a
    callback of asyncio, trio runs as a guest, trio-asyncio runs one inside the other. The current task
    decides; where both have one, the task whose coroutine is nearer on the stack.
    """
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    aio_task = None if asyncio is None else _current(asyncio.current_task)
    trio_task = None if trio is None else _current(trio.lowlevel.current_task)
    if aio_task is None or trio_task is None:
        return trio if trio_task is not None else asyncio if aio_task is not None else None
    roots = {id(getattr(aio_task.get_coro(), "cr_frame", None)): asyncio}
    roots[id(getattr(trio_task.coro, "cr_frame", None))] = trio
    frame = sys._getframe()  # noqa: SLF001, inspect would have to be imported for the same
    while frame is not None and id(frame) not in roots:
        frame = frame.f_back
    return asyncio if frame is None else roots[id(frame)]


def _current(task: Callable[[], Any]) -> Any:  # noqa: ANN401
    try:
        return task()
    except RuntimeError:
        return None
