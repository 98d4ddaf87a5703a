"""Departures in PostgreSQL. The departures of a lane are sent in order; its head is the next one.

Each transaction first locks the row of the totals, which serializes all changes of lanes.
"""

from collections.abc import Sequence
from typing import Any, Final

from pydidcomm.mediator._names import CLOCK_SECONDS, REMEMBERED, own_lane
from pydidcomm.mediator._postgres_groups import Groups
from pydidcomm.mediator.departures import (
    Departure,
    Fate,
    Outgoing,
    OutgoingLimits,
    Settlement,
    decide_placement,
    has_share,
)
from pydidcomm.mediator.records import Placement

__all__ = ["PostgresDepartures"]


_LOCK: Final = "SELECT messages, bytes FROM outgoing_total FOR UPDATE"
_DUE: Final = (
    "SELECT EXISTS (SELECT 1 FROM outgoing WHERE head AND due <= $1) "
    "OR EXISTS (SELECT 1 FROM outgoing WHERE head AND timed > $2)"
)


class PostgresDepartures:
    """The queue of departures; implements `Departures`."""

    def __init__(self, pool: Any) -> None:  # noqa: ANN401, of asyncpg
        self._pool = pool
        # one writer, as each transaction locks the totals
        self._arriving: Groups[tuple[Departure, OutgoingLimits], Placement] = Groups(
            pool, _keep_all, writers=1
        )

    async def keep(self, departure: Departure, limits: OutgoingLimits) -> Placement:
        """Store a departure; see `Departures`."""
        if not departure.next.isprintable():
            # PostgreSQL rejects text with U+0000
            return Placement.UNKNOWN
        return await self._arriving.put((departure, limits))

    async def take(self, now: float, until: float, count: int, size: int) -> list[Outgoing]:
        """Take the departures that are due; see `Departures`."""
        async with self._pool.acquire() as connection:
            # usually nothing is due, and a row lock is a write
            if not await connection.fetchval(_DUE, now, now + CLOCK_SECONDS):
                return []
            async with connection.transaction():
                return await _take(connection, now, until, count, size)

    async def settle(self, settlements: Sequence[Settlement], at: float, limits: OutgoingLimits) -> int:
        """Store outcomes; see `Departures`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await _settle(connection, settlements, at, limits)

    async def expire(self, now: float, limit: int) -> int:
        """Delete expired departures; see `Departures`."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK)
            rows = await connection.fetch(
                "DELETE FROM outgoing WHERE seq IN (SELECT seq FROM outgoing WHERE ends <= $1 LIMIT $2) "
                "RETURNING lane, size",
                now,
                limit,
            )
            await _remove(connection, rows)
        return len(rows)

    async def aclose(self) -> None:
        """Wait for accepted writes."""
        await self._arriving.aclose()

    async def load(self) -> tuple[int, int]:
        """Return the number of departures, and of their bytes."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow("SELECT messages, bytes FROM outgoing_total")
        return row[0], row[1]


async def _keep_all(
    connection: Any,  # noqa: ANN401, of asyncpg
    asked: Sequence[tuple[Departure, OutgoingLimits]],
) -> list[Placement]:
    return [await _keep(connection, departure, limits) for departure, limits in asked]


async def _keep(connection: Any, departure: Departure, limits: OutgoingLimits) -> Placement:  # noqa: ANN401
    load = await connection.fetchrow(_LOCK)
    digest = departure.digest
    seen = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM outgoing WHERE digest = $1) "
        "OR EXISTS (SELECT 1 FROM gone WHERE digest = $1)",
        digest,
    )
    alike = await connection.fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM outgoing WHERE next = $1 LIMIT $2) AS alike",
        departure.next,
        limits.per_next,
    )
    is_unresolved = await connection.fetchval(
        "SELECT unresolved FROM outgoing WHERE next = $1 LIMIT 1", departure.next
    )
    placed = decide_placement(
        departure,
        limits,
        load=(load[0], load[1]),
        alike=alike,
        seen=seen,
        unresolved=await _count_unresolved(connection) if is_unresolved else None,
    )
    if placed is not Placement.STORED:
        return placed
    await connection.execute(
        "INSERT INTO outgoing (lane, head, next, digest, due, ends, size, envelope, unresolved, timed) "
        "VALUES ($1, NOT EXISTS (SELECT 1 FROM outgoing WHERE lane = $1), $2, $3, $4, $5, $6, $7, $8, $9)",
        departure.next if departure.due <= departure.at else own_lane(),
        departure.next,
        digest,
        departure.due,
        departure.ends,
        departure.size,
        departure.envelope,
        bool(is_unresolved),
        departure.timed,
    )
    await _add(connection, 1, departure.size)
    return placed


async def _add(connection: Any, messages: int, size: int) -> None:  # noqa: ANN401, of asyncpg
    await connection.execute(
        "UPDATE outgoing_total SET messages = messages + $1, bytes = bytes + $2", messages, size
    )


async def _take(connection: Any, now: float, until: float, count: int, size: int) -> list[Outgoing]:  # noqa: ANN401
    await connection.execute(_LOCK)
    rows = await connection.fetch(
        "SELECT seq, size FROM outgoing WHERE head AND due <= $1 ORDER BY due, seq LIMIT $2", now, count
    )
    rows += await connection.fetch(
        "SELECT seq, size FROM outgoing WHERE head AND timed > $1 AND due > $2 ORDER BY seq LIMIT $3",
        now + CLOCK_SECONDS,
        now,
        count - len(rows),
    )
    chosen: list[int] = []
    left = size
    for row in rows:
        left -= row["size"]
        if chosen and left < 0:
            break
        chosen.append(row["seq"])
    taken = await connection.fetch(
        "UPDATE outgoing SET due = $1, timed = $3 WHERE seq = ANY ($2::bigint[]) "
        "RETURNING seq, next, envelope, ends, attempts",
        until,
        chosen,
        now,
    )
    found = {row["seq"]: Outgoing(*row) for row in taken}
    return [found[seq] for seq in chosen]


async def _count_unresolved(connection: Any) -> tuple[int, int]:  # noqa: ANN401, of asyncpg
    row = await connection.fetchrow(
        "SELECT count(*), coalesce(sum(size), 0)::bigint FROM outgoing WHERE unresolved"
    )
    return row[0], row[1]


async def _find_crowded(
    connection: Any,  # noqa: ANN401, of asyncpg
    settlements: Sequence[Settlement],
    limits: OutgoingLimits,
) -> set[int]:
    """Record which `next` resolve; return the departures that exceed the share of unresolved ones."""
    await connection.execute(
        "UPDATE outgoing SET unresolved = false WHERE next IN "
        "(SELECT next FROM outgoing WHERE seq = ANY ($1::bigint[]) AND unresolved)",
        [each.seq for each in settlements if each.resolved],
    )
    crowded: set[int] = set()
    for each in settlements:
        if each.fate is not Fate.LATER or each.resolved is not False:
            continue
        query = "SELECT next FROM outgoing WHERE seq = $1 AND NOT unresolved"
        to = await connection.fetchval(query, each.seq)
        if to is None:
            continue
        these = await connection.fetchrow(
            "SELECT count(*), sum(size)::bigint FROM outgoing WHERE next = $1", to
        )
        if has_share(limits, await _count_unresolved(connection), (these[0], these[1])):
            await connection.execute("UPDATE outgoing SET unresolved = true WHERE next = $1", to)
        else:
            crowded.add(each.seq)
    return crowded


async def _settle(
    connection: Any,  # noqa: ANN401, of asyncpg
    settlements: Sequence[Settlement],
    at: float,
    limits: OutgoingLimits,
) -> int:
    await connection.execute(_LOCK)
    crowded = await _find_crowded(connection, settlements, limits)
    later = [each for each in settlements if each.fate is Fate.LATER and each.seq not in crowded]
    lanes = await connection.fetch(
        "UPDATE outgoing AS o SET due = one.due, timed = $5, attempts = one.attempts, "
        "lane = coalesce(one.lane, o.lane) "
        "FROM unnest($1::bigint[], $2::float8[], $3::int[], $4::text[]) AS one (seq, due, attempts, lane), "
        "outgoing AS before WHERE o.seq = one.seq AND before.seq = o.seq RETURNING before.lane",
        [each.seq for each in later],
        [each.due for each in later],
        [each.attempts for each in later],
        [own_lane() if each.apart else None for each in later],
        at,
    )
    await _promote(connection, [row["lane"] for row in lanes])
    sent = {each.seq for each in settlements if each.fate is Fate.SENT}
    rows = await connection.fetch(
        "DELETE FROM outgoing WHERE seq = ANY ($1::bigint[]) RETURNING seq, lane, size, digest",
        [each.seq for each in settlements if each.fate is not Fate.LATER or each.seq in crowded],
    )
    await _remove(connection, rows)
    await connection.execute(
        "INSERT INTO gone SELECT digest, $2 FROM unnest($1::bytea[]) AS digest "
        "ON CONFLICT (digest) DO UPDATE SET until = excluded.until",
        sorted(row["digest"] for row in rows if row["seq"] in sent),
        at + REMEMBERED,
    )
    return len(crowded)


async def _remove(connection: Any, rows: Sequence[Any]) -> None:  # noqa: ANN401, of asyncpg
    await _add(connection, -len(rows), -sum(row["size"] for row in rows))
    await _promote(connection, [row["lane"] for row in rows])


async def _promote(connection: Any, lanes: Sequence[str]) -> None:  # noqa: ANN401, of asyncpg
    await connection.execute(
        "UPDATE outgoing SET head = true WHERE seq IN "
        "(SELECT min(seq) FROM outgoing WHERE lane = ANY ($1::text[]) GROUP BY lane)",
        list(lanes),
    )
