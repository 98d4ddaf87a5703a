"""The way from a program's threads into the event loop of its agent, which runs in a thread of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from anyio.streams.memory import MemoryObjectReceiveStream

from pydidcomm import agent
from pydidcomm.agent.agent import until_signal
from pydidcomm.agent.router import Router

__all__ = ["AgentFace", "Face", "Portal"]

Answer = TypeVar("Answer")
One = TypeVar("One")


class Portal:
    """Calls coroutine functions in the agent's event loop while it runs."""

    def __init__(self) -> None:
        self._open: BlockingPortal | None = None

    @contextmanager
    def opened(self, block: AbstractAsyncContextManager[object]) -> Generator[None]:
        """Run an event loop in a thread, and the asynchronous block in it, while the block runs."""
        with start_blocking_portal(name="pydidcomm-agent") as portal, ExitStack() as stack:
            # calls that still wait in other threads are cancelled, or the thread would not end before them
            stack.callback(portal.call, portal.stop, True)  # noqa: FBT003, that of anyio
            stack.enter_context(portal.wrap_async_context_manager(block))
            stack.callback(self._close)
            self._open = portal
            yield

    def _close(self) -> None:
        self._open = None

    def call(self, function: Callable[[], Awaitable[Answer]]) -> Answer:
        """What the coroutine function returns; Ctrl-C cancels it.

        Raises:
            RuntimeError: The agent does not run, it stops meanwhile, or this is the thread of its event loop.
            Exception: What the function raises.
        """
        if self._open is None:
            problem = "the agent does not run: use it inside of `with agent:`"
            raise RuntimeError(problem)
        future = self._open.start_task_soon(function)
        try:
            return future.result()
        except CancelledError:
            problem = "the agent has stopped"
            raise RuntimeError(problem) from None
        except BaseException:
            # that of the waiting thread; a future that is done is left as it is
            future.cancel()
            raise

    def iterate(self, items: AsyncIterator[Answer]) -> Generator[Answer]:
        """The items of an asynchronous iterator."""
        with suppress(StopAsyncIteration):
            while True:
                yield self.call(lambda: anext(items))

    @contextmanager
    def listening(
        self, listen: Callable[[], AbstractAsyncContextManager[MemoryObjectReceiveStream[Answer]]]
    ) -> Generator[Iterator[Answer]]:
        """The items of a stream that is open while the block runs."""
        if self._open is None:
            problem = "the agent does not run: use it inside of `with agent:`"
            raise RuntimeError(problem)
        with self._open.wrap_async_context_manager(listen()) as stream:
            yield self.iterate(stream)


@dataclass(frozen=True, slots=True, repr=False)
class Face(Generic[One]):
    """An object of `pydidcomm.agent`, for programs without an event loop."""

    _one: One
    _portal: Portal


class _Inner(agent.Agent):
    """The agent in the thread; its handlers are those of its face."""

    def __init__(self, face: Router, *arguments: Any, **options: Any) -> None:  # noqa: ANN401, those of Agent
        super().__init__(*arguments, **options)
        self._face = face

    @property
    def _router(self) -> Router:
        return self._face


class AgentFace(Router):
    """What `pydidcomm.sync.agent.Agent` does otherwise than the agent that it runs."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401, those of Agent
        super().__init__()
        self._one: agent.Agent = _Inner(self, *arguments, **options)
        self._portal = Portal()
        self._block: ExitStack | None = None

    def __enter__(self) -> Self:
        """Open the store, make a DID on the first run, serve, and go on with what was left.

        Raises:
            RuntimeError: It runs already.
            OSError: The address of `listen` is in use.
            StoreUnavailableError: The store cannot be opened.
        """
        if self._block is not None:
            problem = "the agent runs already"
            raise RuntimeError(problem)
        with ExitStack() as stack:
            stack.enter_context(self._portal.opened(self._one))
            self._block = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop: requests under way are finished, handlers are cancelled, and run again at the next start.

        Calls that wait in other threads raise `RuntimeError`.
        """
        block, self._block = self._block, None
        if block is not None:
            block.close()

    def run(self) -> None:
        """Run until SIGINT or SIGTERM, in the main thread, for a program that does nothing else."""
        with self:
            anyio.run(until_signal, nullcontext())
