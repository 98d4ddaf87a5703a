"""Parked messages in PostgreSQL, and the count of deliveries that parks them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydidcomm.mediator._names import DELIVERED, PARKED, key_of
from pydidcomm.mediator.parked import Undelivered, has_room
from pydidcomm.mediator.records import Limits

__all__ = ["PostgresParked", "count_delivery"]


class PostgresParked:
    """The parked messages of a database; implements `Parked`."""

    def __init__(self, pool: Any, limits: Limits, announce: Callable[[Iterable[int]], None]) -> None:  # noqa: ANN401, of asyncpg
        self._pool = pool
        self._limits = limits
        self._announce = announce

    async def park(self, numbers: Sequence[int], at: float) -> int:
        """Take messages out of their queues; see `Parked`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await _park(connection, numbers, at, self._limits)

    async def restore(self, numbers: Sequence[int]) -> int:
        """Put parked messages at the end of their queues; see `Parked`."""
        async with self._pool.acquire() as connection, connection.transaction():
            recipients = await _restore(connection, numbers, self._limits)
        self._announce(set(recipients))
        return len(recipients)

    async def delete(self, numbers: Sequence[int]) -> int:
        """Delete parked messages; see `Parked`."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                "DELETE FROM parked WHERE seq = ANY ($1::bigint[]) RETURNING seq", list(numbers)
            )
        return len(rows)

    async def count(self) -> int:
        """Return how many messages are parked."""
        async with self._pool.acquire() as connection:
            count: int = await connection.fetchval("SELECT count(*) FROM parked")
        return count

    async def messages(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """Return the messages that were parked first."""
        return await self._list(PARKED, limit, did)

    async def delivered(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """Return the messages of the queues that were delivered most often."""
        return await self._list(DELIVERED, limit, did)

    async def _list(self, query: str, limit: int, did: str | None) -> list[Undelivered]:
        key = None if did is None else key_of(did)
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(query.format(did="$1::text", limit="$2"), key, limit)
        return [Undelivered(**row) for row in rows]


async def count_delivery(connection: Any, places: Sequence[int], at: float, limits: Limits) -> None:  # noqa: ANN401
    """Count a delivery of each message, and park messages that have reached `Limits.deliveries`."""
    if not places:
        return
    rows = await connection.fetch(
        "UPDATE message SET deliveries = deliveries + 1, "
        "first_delivered = coalesce(first_delivered, $2), last_delivered = $2 "
        "WHERE seq = ANY ($1::bigint[]) RETURNING seq, deliveries",
        list(places),
        at,
    )
    late = [row["seq"] for row in rows if limits.deliveries and row["deliveries"] >= limits.deliveries]
    if late:
        async with connection.transaction():
            await _park(connection, late, at, limits)


async def _park(connection: Any, numbers: Sequence[int], at: float, limits: Limits) -> int:  # noqa: ANN401
    """Take messages out of their queues, in the caller's transaction."""
    # lock the recipients first, in the same order as arrivals, to prevent deadlocks
    await _lock(connection, "message", numbers)
    rows = await connection.fetch(
        "SELECT seq, recipient, size FROM message WHERE seq = ANY ($1::bigint[]) ORDER BY seq", list(numbers)
    )
    load = await connection.fetch(
        "SELECT recipient, count(*) AS messages, sum(size)::bigint AS bytes FROM parked "
        "WHERE recipient = ANY ($1::bigint[]) GROUP BY recipient",
        [row["recipient"] for row in rows],
    )
    loads = {row["recipient"]: (row["messages"], row["bytes"]) for row in load}
    chosen: list[int] = []
    for row in rows:
        count, total = loads.get(row["recipient"], (0, 0))
        if has_room(limits, count, total, row["size"]):
            loads[row["recipient"]] = (count + 1, total + row["size"])
            chosen.append(row["seq"])
    gone = await connection.fetch(
        "DELETE FROM message WHERE seq = ANY ($1::bigint[]) RETURNING seq, id, recipient, route, digest, "
        "received, expires, size, envelope, deliveries, first_delivered, last_delivered",
        chosen,
    )
    await connection.executemany(
        "INSERT INTO parked VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [(*row.values(), at) for row in gone],
    )
    await connection.executemany(
        "UPDATE recipient SET queued = queued - 1, bytes = bytes - $2 WHERE id = $1",
        [(row["recipient"], row["size"]) for row in gone],
    )
    # a repeat of the envelope by its sender must be detected
    await connection.executemany(
        "INSERT INTO gone VALUES ($1, $2) ON CONFLICT (digest) DO UPDATE SET until = excluded.until",
        [(row["digest"], row["expires"]) for row in gone],
    )
    return len(gone)


async def _restore(connection: Any, numbers: Sequence[int], limits: Limits) -> list[int]:  # noqa: ANN401
    await _lock(connection, "parked", numbers)
    restored: list[int] = []
    for number in dict.fromkeys(numbers):
        row = await connection.fetchrow(
            "SELECT p.size, r.id, r.queued, r.bytes FROM parked AS p "
            "JOIN recipient AS r ON r.id = p.recipient WHERE p.seq = $1",
            number,
        )
        if row is None or not has_room(limits, row["queued"], row["bytes"], row["size"]):
            continue
        await connection.execute(
            "INSERT INTO message (id, recipient, route, digest, received, expires, size, envelope) "
            "SELECT id, recipient, route, digest, received, expires, size, envelope FROM parked "
            "WHERE seq = $1",
            number,
        )
        await connection.execute("DELETE FROM parked WHERE seq = $1", number)
        await connection.execute(
            "UPDATE recipient SET queued = queued + 1, bytes = bytes + $2 WHERE id = $1",
            row["id"],
            row["size"],
        )
        restored.append(row["id"])
    return restored


async def _lock(connection: Any, table: str, numbers: Sequence[int]) -> None:  # noqa: ANN401
    await connection.execute(
        f"SELECT 1 FROM recipient WHERE id IN (SELECT recipient FROM {table} WHERE seq = ANY ($1::bigint[])) "  # noqa: S608, of constants
        "ORDER BY id FOR UPDATE",
        list(numbers),
    )
