"""Group commit: concurrent writes share one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Generic, TypeVar, cast

__all__ = ["Groups"]


_MOST_IN_A_COMMIT: Final = 64
"""Items per transaction."""

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


class Groups(Generic[_Item, _Answer]):
    """Writes items in groups; items that arrive during a commit form the next group.

    Args:
        pool: The connection pool.
        write: Writes a group in the transaction of its connection; returns the answers in the same order.
        written: Called with the answers of a group after its commit.
        writers: The maximum number of concurrent transactions.
    """

    def __init__(
        self,
        pool: Any,  # noqa: ANN401, of asyncpg
        write: Callable[[Any, Sequence[_Item]], Awaitable[Sequence[_Answer]]],
        *,
        written: Callable[[Sequence[_Answer]], None] = lambda _: None,
        writers: int,
    ) -> None:
        self._pool = pool
        self._write = write
        self._written = written
        self._most_writers = writers
        self._waiting: list[tuple[_Item, asyncio.Future[_Answer]]] = []
        self._writers: set[asyncio.Task[None]] = set()

    async def put(self, item: _Item) -> _Answer:
        """Write one item; return its answer once it is durable."""
        future: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._writers) < self._most_writers:
            self._writers.add(asyncio.create_task(self._run()))
        return await future

    async def aclose(self) -> None:
        """Wait for accepted writes."""
        await asyncio.gather(*self._writers, return_exceptions=True)

    async def _run(self) -> None:
        # other items of this iteration of the event loop join the group
        await asyncio.sleep(0)
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:_MOST_IN_A_COMMIT], self._waiting[_MOST_IN_A_COMMIT:]
                await self._one(group)
        finally:
            # in this iteration of the event loop: an item of the next one needs a new writer
            self._writers.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _one(self, group: "list[tuple[_Item, asyncio.Future[_Answer]]]") -> None:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                answers = await self._write(connection, [item for item, _ in group])
        except Exception as error:  # noqa: BLE001, each caller gets it
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)
        self._written(answers)
