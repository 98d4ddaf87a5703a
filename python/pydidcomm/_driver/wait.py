"""Wait for a future of another thread, in any event loop."""

from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from pydidcomm._driver.event_loop import running_loop

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["wait"]


_Answer = TypeVar("_Answer")


async def wait(future: "Future[_Answer]") -> _Answer:
    """Wait for the result; a cancelled caller stops waiting, and the work continues."""
    loop: Any = running_loop()
    if loop is not None and not future.done():
        await (_on_trio(loop, future) if loop.__name__ == "trio" else _on_asyncio(loop, future))
    return future.result()


class _Wakeups:
    """Wakes the waiters of one loop whose futures have ended, with one call into the loop.

    Each call into a loop from another thread is a system call.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._ended: list[Any] = []

    def add(self, loop: Any, waiter: Any) -> None:  # noqa: ANN401, of asyncio
        """Wake a waiter soon; may be called from any thread."""
        with self._lock:
            self._ended.append(waiter)
            first = len(self._ended) == 1
        if first:
            # the loop may be closed by now
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, []
        for waiter in ended:
            if not waiter.done():
                waiter.set_result(None)


_wakeups: "WeakKeyDictionary[Any, _Wakeups]" = WeakKeyDictionary()


async def _on_asyncio(asyncio: Any, future: "Future[Any]") -> None:  # noqa: ANN401
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    wakeups = _wakeups.setdefault(loop, _Wakeups())
    future.add_done_callback(lambda _: wakeups.add(loop, waiter))
    await waiter


async def _on_trio(trio: Any, future: "Future[Any]") -> None:  # noqa: ANN401
    token, event = trio.lowlevel.current_trio_token(), trio.Event()

    def on_end(_: "Future[Any]") -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(event.set)

    future.add_done_callback(on_end)
    await event.wait()
