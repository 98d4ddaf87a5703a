"""Wait for a future of another thread, in whatever event loop drives the caller."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pydidcomm._driver.event_loop import running_loop

if TYPE_CHECKING:
    from concurrent.futures import Future

Answer = TypeVar("Answer")


async def wait(future: "Future[Answer]") -> Answer:
    """Return the result. A caller that is cancelled stops waiting, and the work is finished regardless."""
    loop: Any = running_loop()
    if loop is not None and not future.done():
        await (_on_trio(loop, future) if loop.__name__ == "trio" else _on_asyncio(loop, future))
    return future.result()


async def _on_asyncio(asyncio: Any, future: "Future[Any]") -> None:  # noqa: ANN401
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()

    def wake() -> None:
        if not waiter.done():
            waiter.set_result(None)

    def ended(_: "Future[Any]") -> None:
        # the loop may be closed by now
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(wake)

    future.add_done_callback(ended)
    await waiter


async def _on_trio(trio: Any, future: "Future[Any]") -> None:  # noqa: ANN401
    token, event = trio.lowlevel.current_trio_token(), trio.Event()

    def ended(_: "Future[Any]") -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(event.set)

    future.add_done_callback(ended)
    await event.wait()
