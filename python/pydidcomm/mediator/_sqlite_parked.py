"""Parked messages in SQLite, and the count of deliveries that parks them."""

import sqlite3
from collections.abc import Sequence
from functools import partial

from pydidcomm.mediator._command_thread import Run
from pydidcomm.mediator._names import DELIVERED, PARKED, key_of
from pydidcomm.mediator.parked import Undelivered, has_room
from pydidcomm.mediator.records import Limits

__all__ = ["SqliteParked", "acknowledge", "count_delivery"]


class SqliteParked:
    """The parked messages of a file; implements `Parked`."""

    def __init__(self, write: Run, read: Run, limits: Limits) -> None:
        self._write = write
        self._read = read
        self._limits = limits

    async def park(self, numbers: Sequence[int], at: float) -> int:
        """Take messages out of their queues; see `Parked`."""
        count: int = await self._write(partial(_park, tuple(numbers), at, self._limits))
        return count

    async def restore(self, numbers: Sequence[int]) -> int:
        """Put parked messages at the end of their queues; see `Parked`."""
        count: int = await self._write(partial(_restore, tuple(numbers), self._limits))
        return count

    async def delete(self, numbers: Sequence[int]) -> int:
        """Delete parked messages; see `Parked`."""
        count: int = await self._write(partial(_delete, tuple(numbers)))
        return count

    async def count(self) -> int:
        """Return how many messages are parked."""
        count: int = await self._read(_count)
        return count

    async def messages(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """Return the messages that were parked first."""
        found: list[Undelivered] = await self._read(partial(_list, PARKED, limit, did))
        return found

    async def delivered(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """Return the messages of the queues that were delivered most often."""
        found: list[Undelivered] = await self._read(partial(_list, DELIVERED, limit, did))
        return found


def count_delivery(
    places: tuple[int, ...], at: float, limits: Limits, connection: sqlite3.Connection
) -> None:
    """Count a delivery of each message, and park messages that have reached `Limits.deliveries`."""
    connection.executemany(
        "UPDATE message SET deliveries = deliveries + 1, first_delivered = coalesce(first_delivered, ?), "
        "last_delivered = ? WHERE seq = ?",
        [(at, at, seq) for seq in places],
    )
    if limits.deliveries:
        query = "SELECT 1 FROM message WHERE seq = ? AND deliveries >= ?"
        late = [seq for seq in places if connection.execute(query, (seq, limits.deliveries)).fetchone()]
        _park(tuple(late), at, limits, connection)


def acknowledge(name: str, recipient: int, connection: sqlite3.Connection) -> bytes | None:
    """Delete a parked message by its attachment id; return its digest, or None."""
    row = connection.execute(
        "DELETE FROM parked WHERE id = ? AND recipient = ? RETURNING digest", (name, recipient)
    ).fetchone()
    return None if row is None else bytes(row[0])


def _park(numbers: tuple[int, ...], at: float, limits: Limits, connection: sqlite3.Connection) -> int:
    count = 0
    for number in numbers:
        row = connection.execute(
            "SELECT recipient, size, digest, expires FROM message WHERE seq = ?", (number,)
        ).fetchone()
        if row is None:
            continue
        recipient, size, digest, expires = row
        others, total = connection.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM parked WHERE recipient = ?", (recipient,)
        ).fetchone()
        if not has_room(limits, others, total, size):
            continue
        connection.execute(
            "INSERT INTO parked SELECT seq, id, recipient, route, digest, received, expires, size, envelope, "
            "deliveries, first_delivered, last_delivered, ? FROM message WHERE seq = ?",
            (at, number),
        )
        connection.execute("DELETE FROM message WHERE seq = ?", (number,))
        connection.execute(
            "UPDATE recipient SET queued = queued - 1, bytes = bytes - ? WHERE id = ?", (size, recipient)
        )
        # a repeat of the envelope by its sender must be detected
        connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (digest, expires))
        count += 1
    return count


def _restore(numbers: tuple[int, ...], limits: Limits, connection: sqlite3.Connection) -> int:
    count = 0
    for number in dict.fromkeys(numbers):
        row = connection.execute(
            "SELECT p.size, r.id, r.queued, r.bytes FROM parked AS p "
            "JOIN recipient AS r ON r.id = p.recipient WHERE p.seq = ?",
            (number,),
        ).fetchone()
        if row is None or not has_room(limits, row[2], row[3], row[0]):
            continue
        connection.execute(
            "INSERT INTO message (id, recipient, route, digest, received, expires, size, envelope) "
            "SELECT id, recipient, route, digest, received, expires, size, envelope FROM parked "
            "WHERE seq = ?",
            (number,),
        )
        connection.execute("DELETE FROM parked WHERE seq = ?", (number,))
        connection.execute(
            "UPDATE recipient SET queued = queued + 1, bytes = bytes + ? WHERE id = ?", (row[0], row[1])
        )
        count += 1
    return count


def _delete(numbers: tuple[int, ...], connection: sqlite3.Connection) -> int:
    return sum(connection.execute("DELETE FROM parked WHERE seq = ?", (each,)).rowcount for each in numbers)


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM parked").fetchone()[0])


def _list(query: str, limit: int, did: str | None, connection: sqlite3.Connection) -> list[Undelivered]:
    key = None if did is None else key_of(did)
    rows = connection.execute(query.format(did="?1", limit="?2"), (key, limit))
    # the column names of the query
    names = [each[0] for each in rows.description]
    return [Undelivered(**dict(zip(names, row, strict=True))) for row in rows]
