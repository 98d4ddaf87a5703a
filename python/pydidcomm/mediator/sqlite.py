"""The store of a mediator in one SQLite file."""

import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, Self, TypeVar

from pydidcomm.mediator import _routes as routes
from pydidcomm.mediator import _sqlite_parked as parked
from pydidcomm.mediator._command_thread import CommandThread
from pydidcomm.mediator._names import (
    LONGEST,
    MOVES_KEPT,
    OVERVIEW,
    REMEMBERED,
    STATUS,
    STATUS_OF_ROUTE,
    key_of,
    overview_of,
)
from pydidcomm.mediator._schema import migrate
from pydidcomm.mediator._sqlite_departures import SqliteDepartures
from pydidcomm.mediator._sqlite_invitations import SqliteInvitations
from pydidcomm.mediator._sqlite_placing import place
from pydidcomm.mediator.records import (
    Arrival,
    Limits,
    Move,
    Overview,
    Placed,
    Queued,
    QueueLength,
    QueueStatus,
    Recipient,
    RouteChange,
    RouteResult,
)

__all__ = ["SqliteMediatorStore"]

Answer = TypeVar("Answer")

_BUSY_SECONDS: Final = 30.0
"""Seconds that a write waits for another process with the same file."""

_AGAIN_SECONDS: Final = 0.01


class SqliteMediatorStore:
    """Grants, routes and envelopes in one file; implements `MediatorStore`.

    A write returns when it is on the disk (`synchronous=FULL`); concurrent writes share a commit. The file
    has mode 0600. Several processes of one machine may use it. If the disk has less than 16 MiB free, `place`
    raises OSError, while envelopes can still be acknowledged and deleted.

    Example:
        >>> import asyncio, tempfile
        >>> from pydidcomm.mediator import Action, Arrival, RouteChange, SqliteMediatorStore
        >>> async def main():
        ...     with tempfile.TemporaryDirectory() as folder:
        ...         store = SqliteMediatorStore(f"{folder}/mediator.db")
        ...         bob = await store.grant("did:example:bob", at=1_700_000_000)
        ...         await store.change_routes(bob, [RouteChange(bob.did, Action.ADD)], at=1_700_000_000)
        ...         await store.place(Arrival(next="did:example:bob", envelope=b"{}", at=1_700_000_001))
        ...         count = (await store.status(bob)).count
        ...         await store.aclose()
        ...         return count
        >>> asyncio.run(main())
        1
    """

    def __init__(self, path: str | os.PathLike[str], *, limits: Limits | None = None) -> None:
        """Open the file, or create it.

        Args:
            path: The file; SQLite adds files with the suffixes `-wal` and `-shm`.
            limits: The limits of each recipient.

        Raises:
            ValueError: A newer version of pydidcomm wrote the file.
            OSError: The file cannot be created.
        """
        self.path = Path(path)
        self.limits = limits or Limits()
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self._writer = CommandThread(
            partial(_connect, self.path, migrated=True),
            "pydidcomm-mediator-writer",
            grouped=lambda connection, arrivals: place(connection, arrivals, self.limits, self.path.parent),
        )
        self._reader = CommandThread(partial(_connect, self.path), "pydidcomm-mediator-reader")
        self.departures = SqliteDepartures(self._write, self._read, self.path.parent)
        self.invitations = SqliteInvitations(self._write, self._read)
        self.parked = parked.SqliteParked(self._write, self._read, self.limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def place(self, arrival: Arrival) -> Placed:
        """Store an envelope for its recipient; see `MediatorStore`.

        Raises:
            OSError: The disk has less than 16 MiB free.
        """
        placed: Placed = await self._writer.put(arrival)
        return placed

    async def grant(self, did: str, at: float, names: Sequence[str] = ()) -> Recipient:
        """Return the recipient of a DID; create it on first use; see `MediatorStore`."""
        return await self._write(partial(routes.grant, did, at, tuple(names)))

    async def recipient(self, did: str) -> Recipient | None:
        """Return the recipient of a DID in any of its forms, or None."""
        return await self._read(partial(routes.recipient, did))

    async def move(self, old: str, new: str, at: float, names: Sequence[str] = ()) -> bool:
        """Rotate the DID of a recipient; see `MediatorStore`."""
        return await self._write(partial(routes.move, old, new, at, tuple(names)))

    async def moves(self, after: int) -> list[Move]:
        """Return rotations after a sequence number; see `MediatorStore`."""
        return await self._read(partial(routes.moves, after))

    async def change_routes(
        self, recipient: Recipient, changes: Sequence[RouteChange], at: float
    ) -> list[RouteResult]:
        """Register and remove DIDs of a recipient; see `MediatorStore`."""
        return await self._write(partial(routes.change, recipient, tuple(changes), at, self.limits.routes))

    async def routes(self, recipient: Recipient, offset: int, limit: int) -> tuple[list[str], int]:
        """Return a page of the registered DIDs, and their total number; see `MediatorStore`."""
        return await self._read(partial(routes.page, recipient, offset, limit))

    async def owns(self, recipient: Recipient, name: str) -> str | None:
        """Return the registered DID of the recipient for a DID or alias; see `MediatorStore`."""
        return await self._read(partial(routes.registered_did, recipient, name))

    async def status(self, recipient: Recipient, route: str | None = None) -> QueueStatus:
        """Return the size and age of a queue; see `MediatorStore`."""
        return await self._read(partial(_status, recipient, _key(route)))

    async def deliver(  # noqa: PLR0913, all but one are named
        self,
        recipient: Recipient,
        *,
        count: int,
        size: int,
        at: float,
        route: str | None = None,
        after: int = 0,
        skip: Collection[int] = (),
    ) -> list[Queued]:
        """Return the oldest envelopes, and count their delivery; see `MediatorStore`."""
        read = partial(_read_oldest, recipient, _key(route), after, frozenset(skip), count, size)
        found: list[Queued] = await self._read(read)
        if found:
            places = tuple(each.seq for each in found)
            count_delivery = partial(parked.count_delivery, places, at, self.limits)
            # the count must be durable before the delivery only if it decides about parking
            if self.limits.deliveries:
                await self._writer.run(count_delivery)
            else:
                self._writer.post(count_delivery)
        return found

    async def acknowledge(self, recipient: Recipient, ids: Sequence[str], at: float) -> int:
        """Delete envelopes of the recipient by their ids; see `MediatorStore`."""
        return await self._write(partial(_acknowledge, recipient, tuple(ids), at))

    async def queued(self, recipient: Recipient, ids: Sequence[str]) -> list[str]:
        """Return the ids, of those given, whose envelopes are in the queue of the recipient."""
        return await self._read(partial(_find_queued, recipient, tuple(ids)))

    async def last(self, recipient: Recipient) -> int:
        """Return the sequence number of the newest envelope; see `MediatorStore`."""
        return await self._read(partial(_last_position, recipient))

    async def expire(self, now: float, limit: int) -> int:
        """Delete at most `limit` expired envelopes; return how many."""
        return await self._write(partial(_expire, now, limit))

    async def overview(self) -> Overview:
        """Return statistics of the whole store, for the operator."""
        return await self._read(_overview)

    async def longest(self, limit: int) -> list[QueueLength]:
        """Return the longest queues, longest first, at most `limit`."""
        return await self._read(partial(_longest_queues, limit))

    async def watch(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        """Return at once: SQLite has no notifications, so other processes poll."""

    async def check(self) -> None:
        """Raise an exception if the file is not writable."""
        await self._write(lambda connection: connection.execute("DELETE FROM gone WHERE until < 0"))

    async def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a consistent copy into a new file while the mediator runs.

        Args:
            path: The new file, which gets mode 0600.

        Raises:
            FileExistsError: The file exists.
        """
        target = Path(path)
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        await self._read(partial(_backup, target))

    async def aclose(self) -> None:
        """Finish accepted writes, and close the file."""
        self._writer.close()
        self._reader.close()

    async def _write(self, command: Callable[[sqlite3.Connection], Answer]) -> Answer:
        answer: Answer = await self._writer.run(command)
        return answer

    async def _read(self, command: Callable[[sqlite3.Connection], Answer]) -> Answer:
        answer: Answer = await self._reader.run(command)
        return answer


def _connect(path: Path, *, migrated: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    if migrated:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _write_ahead(connection)
        migrate(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite itself does not wait if another process creates the file."""
    end = monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
            sleep(_AGAIN_SECONDS)
        else:
            return


def _key(route: str | None) -> str | None:
    return None if route is None else key_of(route)


def _status(recipient: Recipient, route: str | None, connection: sqlite3.Connection) -> QueueStatus:
    query = STATUS if route is None else STATUS_OF_ROUTE
    values = {"recipient": recipient.id, "route": route}
    # a rotation may have merged the recipient with another one meanwhile
    row = connection.execute(query, values).fetchone() or (0, 0, None, None)
    count, size, oldest, newest = row
    return QueueStatus(count=count, bytes=size, oldest=oldest, newest=newest)


def _condition(recipient: Recipient, route: str | None) -> tuple[str, tuple[Any, ...]]:
    if route is None:
        return "recipient = ?", (recipient.id,)
    return "recipient = ? AND route = ?", (recipient.id, route)


def _read_oldest(  # noqa: PLR0913, PLR0917, the arguments of `deliver`
    recipient: Recipient,
    route: str | None,
    after: int,
    skip: frozenset[int],
    count: int,
    size: int,
    connection: sqlite3.Connection,
) -> list[Queued]:
    where, values = _condition(recipient, route)
    found: list[Queued] = []
    rows = connection.execute(
        "SELECT m.seq, m.id, r.shown, m.envelope, m.received, m.deliveries, m.route FROM message AS m "  # noqa: S608, of constants
        "LEFT JOIN route AS r ON r.did = m.route "
        f"WHERE m.{where.replace('AND ', 'AND m.')} AND m.seq > ? ORDER BY m.seq",
        (*values, after),
    )
    left = size
    for seq, name, shown, envelope, received, deliveries, did in rows:
        if seq in skip:
            continue
        left -= len(envelope)
        if found and left < 0:
            break
        found.append(Queued(seq, name, shown or did, envelope, received, deliveries))
        if len(found) == count:
            break
    rows.close()
    return found


def _acknowledge(
    recipient: Recipient, ids: tuple[str, ...], at: float, connection: sqlite3.Connection
) -> int:
    gone = 0
    for name in dict.fromkeys(ids):
        row = connection.execute(
            "DELETE FROM message WHERE id = ? AND recipient = ? RETURNING size, digest", (name, recipient.id)
        ).fetchone()
        if row is None:
            digest = parked.acknowledge(name, recipient.id, connection)
            if digest is not None:
                gone += 1
                connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (digest, at + REMEMBERED))
            continue
        gone += 1
        connection.execute(
            "UPDATE recipient SET queued = queued - 1, bytes = bytes - ? WHERE id = ?", (row[0], recipient.id)
        )
        connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (row[1], at + REMEMBERED))
    return gone


def _find_queued(recipient: Recipient, ids: tuple[str, ...], connection: sqlite3.Connection) -> list[str]:
    query = "SELECT 1 FROM message WHERE id = ? AND recipient = ?"
    return [name for name in ids if connection.execute(query, (name, recipient.id)).fetchone()]


def _last_position(recipient: Recipient, connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT max(seq) FROM message WHERE recipient = ?", (recipient.id,)).fetchone()
    return row[0] or 0


def _expire(now: float, limit: int, connection: sqlite3.Connection) -> int:
    rows = connection.execute(
        "DELETE FROM message WHERE seq IN (SELECT seq FROM message WHERE expires <= ? LIMIT ?) "
        "RETURNING recipient, size",
        (now, limit),
    ).fetchall()
    connection.executemany(
        "UPDATE recipient SET queued = queued - 1, bytes = bytes - ? WHERE id = ?",
        [(size, recipient) for recipient, size in rows],
    )
    late = connection.execute(
        "DELETE FROM parked WHERE seq IN (SELECT seq FROM parked WHERE expires <= ? LIMIT ?)", (now, limit)
    ).rowcount
    connection.execute(
        "DELETE FROM gone WHERE digest IN (SELECT digest FROM gone WHERE until <= ? LIMIT ?)", (now, limit)
    )
    connection.execute("PRAGMA incremental_vacuum(64)")
    connection.execute("DELETE FROM moved WHERE at <= ?", (now - MOVES_KEPT,))
    return len(rows) + late


def _overview(connection: sqlite3.Connection) -> Overview:
    row = connection.execute(OVERVIEW).fetchone()
    return overview_of(row)


def _longest_queues(limit: int, connection: sqlite3.Connection) -> list[QueueLength]:
    return [QueueLength(*row) for row in connection.execute(LONGEST.format("?"), (limit,))]


def _backup(target: Path, connection: sqlite3.Connection) -> None:
    with sqlite3.connect(target) as copy:
        connection.backup(copy)
    copy.close()
