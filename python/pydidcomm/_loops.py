"""What every event loop has in its own way: to be left for long work, and to await things together."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydidcomm._core import Batch, Operation

_AT_ONCE = 64
"""How many questions are on their way together; more would be no faster for most networks and databases."""


async def leave(work: Operation | Batch) -> Any:  # noqa: ANN401
    """What the work leads to, done on another thread while the loop goes on."""
    trio = _trio()
    if trio is not None:
        return await trio.to_thread.run_sync(work.run)
    return await work.run_on_pool() if _on_asyncio() else work.run()


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
        if _trio() is not None:
            return await _in_nursery(awaited)
        if _on_asyncio():
            return await _in_tasks(awaited)
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


def _trio() -> Any:  # noqa: ANN401, trio need not be installed
    """The module trio, if it runs the caller."""
    trio: Any = sys.modules.get("trio")
    try:
        return None if trio is None else trio.lowlevel.current_task() and trio
    except RuntimeError:
        return None


def _on_asyncio() -> bool:
    """Whether asyncio runs the caller."""
    asyncio: Any = sys.modules.get("asyncio")
    try:
        return asyncio is not None and asyncio.get_running_loop() is not None
    except RuntimeError:
        return False
