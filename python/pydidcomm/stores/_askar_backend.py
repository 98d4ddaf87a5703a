"""Run the methods of an agent's Askar store in the private event loop, in groups."""

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

__all__ = ["StoreBackend", "Work"]


_MOST_IN_A_GROUP: Final = 128
"""The maximum number of calls in one transaction; calls that arrive meanwhile are the next group."""

_READERS: Final = 4
"""The maximum number of concurrent sessions for reading; calls that arrive meanwhile share the next one."""

_BUSY: Final = 3
"""Calls in a transaction from which on reads wait for the next transaction, which saves a session."""

_MOST_READ_TOGETHER: Final = 32
"""The maximum number of calls in such a session; they wait for each other, and one may read a whole page."""

Work = Callable[[Unit], Awaitable[Any]]
_Waiting = tuple[Work, "asyncio.Future[Any]"]


class StoreBackend(AskarBackend):
    """The secret keys and the state of an agent in one Askar store."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401, those of AskarBackend
        super().__init__(*arguments)
        self._queue: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._writing = 0
        """The calls of the transaction that runs."""
        self._to_read: list[_Waiting] = []
        self._readers: set[asyncio.Task[None]] = set()
        self._cache = Cache()
        self._lock: FileLock | None = None

    async def open(self) -> None:
        """Open the store, and bring its schema to the newest version."""
        await super().open()

        if await self.read(_askar_schema.version) < len(_askar_schema.MIGRATIONS):
            await self.write(_askar_schema.migrate)

    async def occupy(self) -> None:
        """Lock the SQLite file against other agents."""
        opening = self._store.opening
        if self._lock is not None or opening is None or opening.kind != "SQLite":
            return
        path = opening.path
        lock = FileLock(path.with_name(f"{path.name}-agent"), keep=True)
        if not await asyncio.to_thread(lock.acquire):
            message = (
                f"another agent uses {path}: stop it, or open the store with `shared=True` in each process, "
                "so that they share the messages"
            )
            raise StoreUnavailableError(message)
        self._lock = lock

    async def close(self) -> None:
        """Finish the calls under way, and close the store."""
        while under_way := [task for task in (*self._readers, self._writer) if task and not task.done()]:
            await asyncio.wait(under_way)
        await super().close()
        if self._lock is not None:
            self._lock.release()

    async def read(self, work: Work) -> Any:  # noqa: ANN401, the result of the method
        """Run a call that changes nothing, and return its result; concurrent calls share a session."""
        future = asyncio.get_running_loop().create_future()
        self._to_read.append((work, future))
        self._start_reader()
        return await future

    def _start_reader(self) -> None:
        if self._to_read and self._writing < _BUSY and len(self._readers) < _READERS:
            reader = asyncio.ensure_future(self._read_all())
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)

    async def _read_all(self) -> None:
        while self._to_read:
            await self._read_group(self._next_to_read())
            if self._writing >= _BUSY:
                return

    def _next_to_read(self) -> list[_Waiting]:
        group, self._to_read = self._to_read[:_MOST_READ_TOGETHER], self._to_read[_MOST_READ_TOGETHER:]
        return group

    async def _read_group(self, group: list[_Waiting]) -> None:
        answers: list[Any] = []

        async def read(session: Session) -> None:
            answers.clear()
            unit = await Transaction(session, self._cache).begin()
            for work, _ in group:
                answers.append(await _answer(work, unit))
            unit.remember(wrote=False)

        try:
            await self._store.read(read)
        except Exception as error:  # noqa: BLE001, raised again where the method was called
            if await self._one_by_one(error, group, self._read_group):
                return
            answers = [error] * len(group)
        _hand_over(group, answers)

    @staticmethod
    async def _one_by_one(
        error: Exception, group: list[_Waiting], run: Callable[[list[_Waiting]], Awaitable[None]]
    ) -> bool:
        """Run each call of a group on its own if an entry of one of them does not decrypt."""
        if len(group) == 1 or not isinstance(error, SecretsLockedError):
            return False
        for one in group:
            await run([one])
        return True

    async def write(self, work: Work) -> Any:  # noqa: ANN401, the result of the method
        """Run a call, and return its result once it is durable; concurrent calls share a transaction."""
        future = asyncio.get_running_loop().create_future()
        self._queue.append((work, future))
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_all())
        return await future

    async def _write_all(self) -> None:
        try:
            while self._queue:
                group, self._queue = self._queue[:_MOST_IN_A_GROUP], self._queue[_MOST_IN_A_GROUP:]
                self._writing = len(group)
                self._start_reader()
                await self._write_group(group)
        finally:
            self._writer, self._writing = None, 0
            self._start_reader()

    async def _write_group(self, group: list[_Waiting]) -> None:
        answers: list[Any] = []
        reads: list[_Waiting] = []
        attempts, given_up = 0, False

        async def write(session: Session) -> Transaction:
            nonlocal attempts
            attempts += 1
            # a failed transaction is repeated; the repeat reads ids that were assumed to be new
            answers.clear()
            unit = await Transaction(session, self._cache, hopeful=attempts == 1).begin()
            if len(group) >= _BUSY and attempts == 1 and not given_up:
                # from a transaction that has changed nothing yet
                reads.extend(self._next_to_read())
                _hand_over(reads, [await _answer(work, unit) for work, _ in reads])
            for work, _ in group:
                answers.append(await _answer(work, unit))
            await unit.flush(secrets.token_hex(8))
            return unit

        try:
            (await self._store.write(write)).remember(wrote=True)
        except Exception as error:  # noqa: BLE001, raised again where the method was called
            given_up = True
            self._cache.clear()
            self._read_again(reads)
            if await self._one_by_one(error, group, self._write_group):
                return
            answers = [error] * len(group)
        else:
            if not all(future.done() for _, future in reads):
                self._read_again(reads)
        _hand_over(group, answers)

    def _read_again(self, reads: list[_Waiting]) -> None:
        """Answer waiting reads, and those that a transaction left unanswered, in sessions of their own."""
        self._to_read = [*(one for one in reads if not one[1].done()), *self._to_read]
        self._writing = 0
        self._start_reader()


def _hand_over(group: list[_Waiting], answers: list[Any]) -> None:
    for (_, future), answer in zip(group, answers, strict=True):
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


async def _answer(work: Work, unit: Unit) -> Any:  # noqa: ANN401, the result of the method, or its exception
    """Run one call of a group: if it raises, its changes are dropped, and the others are not affected."""
    own = unit.nest()
    try:
        answer = await work(own)
    except AskarError:
        raise
    except Exception as error:  # noqa: BLE001, raised again where the method was called
        return error
    own.merge()
    return answer
