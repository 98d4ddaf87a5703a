"""Send many requests to resolvers concurrently, within a limit, and keep the event loop responsive."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from types import ModuleType
from typing import Any, TypeVar

from pydidcomm._driver.event_loop import is_awaitable, running_loop
from pydidcomm._driver.plain import require_plain

__all__ = [
    "BLOCK",
    "await_despite_cancellation",
    "copy_error",
    "gather",
    "gather_now",
    "one_each",
    "pause",
    "without_frames",
]


_E = TypeVar("_E", bound=BaseException)
_PACKAGE = __file__.removesuffix("questions.py")[:-1].removesuffix("_driver")
"""The folder of the package."""

BLOCK = 64
"""How many answers of plain functions are processed before other tasks run: 6 ms at 100 µs for each."""

_CANCELLED_SECONDS = 5
"""How long a cancelled task waits for a replay window, in seconds: longer than a database round trip."""


async def pause() -> None:
    """Let the other tasks of the event loop run, if there is one."""
    loop = running_loop()
    if loop is not None:
        await (loop.lowlevel.checkpoint() if loop.__name__ == "trio" else loop.sleep(0))


async def await_despite_cancellation(answer: Awaitable[Any]) -> None:
    """Await the answer in a task that is cancelled, and may be cancelled again at each await."""
    loop = running_loop()
    if loop is None:
        await answer
    elif loop.__name__ == "trio":
        with loop.move_on_after(_CANCELLED_SECONDS, shield=True):
            await answer
    else:
        task = loop.ensure_future(answer)
        end = monotonic() + _CANCELLED_SECONDS
        while not task.done() and (left := end - monotonic()) > 0:
            with suppress(loop.CancelledError):
                await loop.wait([task], timeout=left)
        task.cancel()


async def gather(ask: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
    """Call the functions, and return their answers or exceptions in order.

    At most `at_once` answers are awaited at the same time; the next function is called as one answer arrives.
    """
    loop = running_loop()
    if loop is None or len(ask) == 1:
        return [await _await(_call(one)) for one in ask]
    if loop.__name__ == "trio":
        return await _in_nursery(loop, ask, at_once)
    return await _in_tasks(loop, ask, at_once)


def gather_now(ask: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:  # noqa: ARG001, as `gather`
    """Call plain functions, and return their answers or exceptions in order."""
    return [_call(partial(_plain_answer, one)) for one in ask]


def _plain_answer(ask: Callable[[], Any]) -> Any:  # noqa: ANN401, the answer to any question
    return require_plain(ask())


def _call(ask: Callable[[], Any]) -> Any:  # noqa: ANN401, the answer to any question
    """Call a function, and return its answer or its exception."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001, an exception of a resolver is an answer
        return without_frames(error)


async def _await(answer: Any) -> Any:  # noqa: ANN401, the answer to any question
    if not is_awaitable(answer):
        return answer
    try:
        return await answer
    except Exception as error:  # noqa: BLE001, an exception of a resolver is an answer
        return without_frames(error)


async def _in_tasks(asyncio: ModuleType, ask: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
    answers: list[Any] = [None] * len(ask)
    slots = asyncio.Semaphore(at_once)
    tasks: dict[int, Any] = {}

    def release(_task: object) -> None:
        slots.release()

    try:
        for place, one in enumerate(ask):
            # before the call, since Python warns of a coroutine that is never awaited
            await slots.acquire()
            answer = _call(one)
            if is_awaitable(answer):
                # the coroutine itself is the task: inside of a cancelled task it would never be awaited
                tasks[place] = asyncio.ensure_future(answer)
                tasks[place].add_done_callback(release)
            else:
                answers[place] = answer
                slots.release()
                if place % BLOCK == BLOCK - 1:
                    await asyncio.sleep(0)
        ended = await asyncio.gather(*tasks.values(), return_exceptions=True)
    except BaseException:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        raise
    for place, answer in zip(tasks, ended, strict=True):
        if isinstance(answer, Exception):
            answers[place] = without_frames(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            answers[place] = answer
    return answers


async def _in_nursery(trio: ModuleType, ask: Sequence[Callable[[], Any]], at_once: int) -> list[Any]:
    answers: list[Any] = [None] * len(ask)
    slots = trio.Semaphore(at_once)

    async def put(place: int, answer: Awaitable[Any]) -> None:
        try:
            answers[place] = await _await(answer)
        finally:
            slots.release()

    async with trio.open_nursery() as nursery:
        for place, one in enumerate(ask):
            if slots.value == 0:
                await trio.lowlevel.checkpoint()
            if slots.value == 0:
                await slots.acquire()
            else:
                slots.acquire_nowait()
            answer = _call(one)
            if is_awaitable(answer):
                nursery.start_soon(put, place, answer)
            else:
                answers[place] = answer
                slots.release()
                if place % BLOCK == BLOCK - 1:
                    await trio.lowlevel.checkpoint()
    return answers


def without_frames(error: Exception) -> Exception:
    """Replace the traceback of an exception by a note with its text, and return the exception.

    The frames of a traceback refer to the messages and keys of the whole batch, and to the list with the
    exception: this cycle would keep plaintexts in memory until the garbage collector runs.
    """
    import traceback  # noqa: PLC0415, needed on failure only

    frames = [
        part for part in traceback.extract_tb(error.__traceback__) if not part.filename.startswith(_PACKAGE)
    ]
    if frames:
        note = "Traceback (most recent call last):\n" + "".join(traceback.format_list(frames)).rstrip()
        # the same object may be raised several times
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = None
            pending += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return error


def one_each(entries: list[Any]) -> list[Any]:
    """Copy repeated exceptions, since raising one adds to its traceback and notes; return the entries."""
    seen: set[int] = set()
    for place, entry in enumerate(entries):
        if isinstance(entry, BaseException):
            if id(entry) in seen:
                entries[place] = copy_error(entry)
            seen.add(id(entry))
    return entries


def copy_error(error: _E) -> _E:
    """Return a copy of the exception, or the exception itself where it cannot be copied."""
    import copy  # noqa: PLC0415, needed on failure only

    try:
        twin = copy.copy(error)
    except Exception:  # noqa: BLE001, its __init__ may not accept its own args
        return error
    if type(twin) is not type(error):
        return error
    twin.__cause__, twin.__context__ = error.__cause__, error.__context__
    twin.__suppress_context__ = error.__suppress_context__
    notes = getattr(error, "__notes__", None)
    if notes is not None:
        # the copy would add its notes to the list of the original
        vars(twin)["__notes__"] = [*notes]
    return twin
