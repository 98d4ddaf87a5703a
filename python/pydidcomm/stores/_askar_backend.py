"""The verbs of an Askar store of an agent, run in the private event loop; writes in groups."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aries_askar import AskarError

from pydidcomm.secrets._askar_backend import AskarBackend
from pydidcomm.secrets._file_lock import FileLock
from pydidcomm.stores import _askar_schema
from pydidcomm.stores._askar_cache import Cache
from pydidcomm.stores._askar_unit import Session, Transaction, Unit
from pydidcomm.stores.errors import StoreUnavailableError

MOST_IN_A_GROUP: Final = 128
"""The most verbs of one transaction; what comes meanwhile is the next group."""

Work = Callable[[Unit], Awaitable[Any]]


class StoreBackend(AskarBackend):
    """The secret keys and the state of an agent in one Askar store."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401, those of AskarBackend
        super().__init__(*arguments)
        self._queue: list[tuple[Work, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._cache = Cache()
        self._lock: FileLock | None = None

    async def open(self) -> None:
        """Open the store, and bring its schema to the newest version."""
        await super().open()

        if await self.read(_askar_schema.version) < len(_askar_schema.MIGRATIONS):
            await self.write(_askar_schema.migrate)

    async def occupy(self) -> None:
        """Keep other agents off the SQLite file."""
        opening = self._store.opening
        if self._lock is not None or opening is None or opening.kind != "SQLite":
            return
        path = opening.path
        lock = FileLock(path.with_name(f"{path.name}-agent"), keep=True)
        if not await asyncio.to_thread(lock.acquire):
            message = (
                f"another agent uses {path}: end it, or open the store with `shared=True` in each process, "
                "so that they share the messages"
            )
            raise StoreUnavailableError(message)
        self._lock = lock

    async def close(self) -> None:
        """Finish what is under way, and close the store."""
        if self._writer is not None:
            await asyncio.wait([self._writer])
        await super().close()
        if self._lock is not None:
            self._lock.release()

    async def read(self, work: Work) -> Any:  # noqa: ANN401, the answer of the verb
        """The answer of a verb that changes nothing."""

        async def read(session: Session) -> Any:  # noqa: ANN401, the answer of the verb
            unit = await Transaction(session, self._cache).begin()
            answer = await work(unit)
            unit.remember(wrote=False)
            return answer

        return await self._store.read(read)

    async def write(self, work: Work) -> Any:  # noqa: ANN401, the answer of the verb
        """The answer of a verb that is durable; verbs that come together share a transaction."""
        future = asyncio.get_running_loop().create_future()
        self._queue.append((work, future))
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_all())
        return await future

    async def _write_all(self) -> None:
        try:
            while self._queue:
                group, self._queue = self._queue[:MOST_IN_A_GROUP], self._queue[MOST_IN_A_GROUP:]
                await self._write_group(group)
        finally:
            self._writer = None

    async def _write_group(self, group: list[tuple[Work, asyncio.Future[Any]]]) -> None:
        answers: list[Any] = []
        attempts = 0

        async def write(session: Session) -> Transaction:
            nonlocal attempts
            attempts += 1
            # a transaction that failed is begun anew; an id that was not new after all is read then
            answers.clear()
            unit = await Transaction(session, self._cache, hopeful=attempts == 1).begin()
            for work, _ in group:
                answers.append(await _answer(work, unit))
            await unit.flush(secrets.token_hex(8))
            return unit

        try:
            (await self._store.write(write)).remember(wrote=True)
        except Exception as error:  # noqa: BLE001, it is raised where the verb was called
            self._cache.clear()
            answers = [error] * len(group)
        for (_, future), answer in zip(group, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


async def _answer(work: Work, unit: Unit) -> Any:  # noqa: ANN401, the answer of the verb, or its exception
    """Run one verb of a group: a refusal leaves nothing of it, and does not concern the others."""
    own = unit.nested()
    try:
        answer = await work(own)
    except AskarError:
        raise
    except Exception as error:  # noqa: BLE001, it is raised where the verb was called
        return error
    own.merge()
    return answer
