"""The verbs of an Askar store of an agent, run in the private event loop; writes in groups."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aries_askar import AskarError

from pydidcomm.secrets._askar_backend import AskarBackend
from pydidcomm.secrets._file_lock import FileLock
from pydidcomm.secrets.errors import SecretsLockedError
from pydidcomm.stores import _askar_schema
from pydidcomm.stores._askar_cache import Cache
from pydidcomm.stores._askar_unit import Session, Transaction, Unit
from pydidcomm.stores.errors import StoreUnavailableError

MOST_IN_A_GROUP: Final = 128
"""The most verbs of one transaction; what comes meanwhile is the next group."""

READERS: Final = 4
"""The most sessions that read at once; the verbs that come meanwhile share the next one."""

MOST_READ_TOGETHER: Final = 32
"""The most verbs of such a session, which wait for each other: one may read a page of messages."""

Work = Callable[[Unit], Awaitable[Any]]
Waiting = tuple[Work, "asyncio.Future[Any]"]


class StoreBackend(AskarBackend):
    """The secret keys and the state of an agent in one Askar store."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401, those of AskarBackend
        super().__init__(*arguments)
        self._queue: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._to_read: list[Waiting] = []
        self._readers: set[asyncio.Task[None]] = set()
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
        under_way = [*self._readers, *([] if self._writer is None else [self._writer])]
        if under_way:
            await asyncio.wait(under_way)
        await super().close()
        if self._lock is not None:
            self._lock.release()

    async def read(self, work: Work) -> Any:  # noqa: ANN401, the answer of the verb
        """The answer of a verb that changes nothing; verbs that come together share a session."""
        future = asyncio.get_running_loop().create_future()
        self._to_read.append((work, future))
        if len(self._readers) < READERS:
            reader = asyncio.ensure_future(self._read_all())
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)
        return await future

    async def _read_all(self) -> None:
        while self._to_read:
            group, self._to_read = self._to_read[:MOST_READ_TOGETHER], self._to_read[MOST_READ_TOGETHER:]
            await self._read_group(group)

    async def _read_group(self, group: list[Waiting]) -> None:
        answers: list[Any] = []

        async def read(session: Session) -> None:
            answers.clear()
            unit = await Transaction(session, self._cache).begin()
            for work, _ in group:
                answers.append(await _answer(work, unit))
            unit.remember(wrote=False)

        try:
            await self._store.read(read)
        except Exception as error:  # noqa: BLE001, it is raised where the verb was called
            if await self._one_by_one(error, group, self._read_group):
                return
            answers = [error] * len(group)
        _hand_over(group, answers)

    @staticmethod
    async def _one_by_one(
        error: Exception, group: list[Waiting], run: Callable[[list[Waiting]], Awaitable[None]]
    ) -> bool:
        """Run the verbs of a group by themselves if an entry of one of them does not decrypt."""
        if len(group) == 1 or not isinstance(error, SecretsLockedError):
            return False
        for one in group:
            await run([one])
        return True

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

    async def _write_group(self, group: list[Waiting]) -> None:
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
            if await self._one_by_one(error, group, self._write_group):
                return
            answers = [error] * len(group)
        _hand_over(group, answers)


def _hand_over(group: list[Waiting], answers: list[Any]) -> None:
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
