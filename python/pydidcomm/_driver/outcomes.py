"""Hand outcomes of another thread to the coroutines that wait for them, waking an event loop once for many.

Each call into an event loop from another thread is a system call.
"""

from collections.abc import Generator, Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple

from pydidcomm._driver.event_loop import running_loop

__all__ = ["Outcome", "Waiting", "new_waiting", "settle"]


class Outcome(NamedTuple):
    """The result of some work, or its exception."""

    result: Any = None
    failure: Exception | None = None


class _OnAsyncio:
    def __init__(self, asyncio: Any) -> None:  # noqa: ANN401
        self.loop: Any = asyncio.get_running_loop()
        self._future = self.loop.create_future()

    def __await__(self) -> Generator[Any, None, Any]:
        waiting: Generator[Any, None, Any] = self._future.__await__()
        return waiting

    def set(self, outcome: Outcome) -> None:
        # the waiting task may be cancelled
        if self._future.done():
            return
        if outcome.failure is None:
            self._future.set_result(outcome.result)
        else:
            self._future.set_exception(outcome.failure)


class _OnTrio:
    def __init__(self, trio: Any) -> None:  # noqa: ANN401
        self.loop: Any = trio.lowlevel.current_trio_token()
        self._event = trio.Event()
        self._outcome = Outcome()

    def __await__(self) -> Generator[Any, None, Any]:
        yield from self._event.wait().__await__()
        if self._outcome.failure is not None:
            raise self._outcome.failure
        return self._outcome.result

    def set(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._event.set()


class _WithoutLoop:
    """Blocks the thread, for a coroutine that runs without an event loop."""

    loop = None

    def __init__(self) -> None:
        self._future: Future[Outcome] = Future()

    def __await__(self) -> Generator[Any, None, Any]:
        outcome = self._future.result()
        if outcome.failure is not None:
            raise outcome.failure
        return outcome.result
        yield

    def set(self, outcome: Outcome) -> None:
        self._future.set_result(outcome)


Waiting = _OnAsyncio | _OnTrio | _WithoutLoop
"""Awaited in the event loop that created it. A cancelled caller stops waiting, and the work continues."""


def new_waiting() -> Waiting:
    """Return an object that the caller awaits, and that another thread passes to `settle`."""
    loop: Any = running_loop()
    if loop is None:
        return _WithoutLoop()
    return _OnTrio(loop) if loop.__name__ == "trio" else _OnAsyncio(loop)


def settle(outcomes: Iterable[tuple[Waiting, Outcome]]) -> None:
    """Hand outcomes to the waiting coroutines, from any thread.

    Args:
        outcomes: The waiting objects, each with its outcome.
    """
    loops: dict[Any, list[tuple[Waiting, Outcome]]] = {}
    for each in outcomes:
        loops.setdefault(each[0].loop, []).append(each)
    for loop, some in loops.items():
        if loop is None:
            _set(some)
        elif hasattr(loop, "run_sync_soon"):
            _wake_trio(loop, some)
        else:
            # the loop may be closed by now
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_set, some)


def _wake_trio(token: Any, outcomes: list[tuple[Waiting, Outcome]]) -> None:  # noqa: ANN401
    from trio import RunFinishedError  # noqa: PLC0415, trio is imported already

    with suppress(RunFinishedError):
        token.run_sync_soon(_set, outcomes)


def _set(outcomes: list[tuple[Waiting, Outcome]]) -> None:
    for each, outcome in outcomes:
        each.set(outcome)
