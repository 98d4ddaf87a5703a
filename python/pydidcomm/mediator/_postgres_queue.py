"""The queue in PostgreSQL. Each function runs in the caller's transaction."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pydidcomm.mediator._names import (
    LONGEST,
    MOVES_KEPT,
    OVERVIEW,
    REMEMBERED,
    STATUS,
    STATUS_OF_ROUTE,
    overview_of,
)
from pydidcomm.mediator.records import Overview, Queued, QueueLength, QueueStatus, Recipient

__all__ = [
    "acknowledge",
    "expire",
    "find_queued",
    "last_position",
    "longest_queues",
    "overview",
    "read_oldest",
    "status",
]


_PAGE: Final = 64
"""Rows per read: their envelopes are in memory together."""


async def status(connection: Any, recipient: Recipient, route: str | None) -> QueueStatus:  # noqa: ANN401
    """Return the size and age of a queue, or of the part for one registered DID."""
    if route is None:
        row = await connection.fetchrow(STATUS.replace(":recipient", "$1"), recipient.id)
    else:
        query = STATUS_OF_ROUTE.replace(":recipient", "$1").replace(":route", "$2")
        row = await connection.fetchrow(query, recipient.id, route)
    # a rotation may have merged the recipient with another one meanwhile
    row = row or (0, 0, None, None)
    return QueueStatus(count=row[0], bytes=row[1], oldest=row[2], newest=row[3])


async def read_oldest(  # noqa: PLR0913, those of `deliver`
    connection: Any,  # noqa: ANN401, of asyncpg
    recipient: Recipient,
    route: str | None,
    *,
    after: int,
    skip: Collection[int],
    count: int,
    size: int,
) -> list[Queued]:
    """Return the oldest envelopes, within limits."""
    # sizes are read first, so that an envelope that does not fit is not loaded
    chosen: list[int] = []
    left = size
    rows = await connection.fetch(
        "SELECT seq, size FROM message WHERE recipient = $1 AND ($2::text IS NULL OR route = $2) "
        "AND seq > $3 AND NOT seq = ANY ($4::bigint[]) ORDER BY seq LIMIT $5",
        recipient.id,
        route,
        after,
        list(skip),
        count,
    )
    for row in rows:
        left -= row["size"]
        if chosen and left < 0:
            break
        chosen.append(row["seq"])
    found: list[Queued] = []
    for start in range(0, len(chosen), _PAGE):
        rows = await connection.fetch(
            "SELECT m.seq, m.id, coalesce(r.shown, m.route) AS shown, m.envelope, m.received, m.deliveries "
            "FROM message AS m LEFT JOIN route AS r ON r.did = m.route "
            "WHERE m.seq = ANY ($1::bigint[]) ORDER BY m.seq",
            chosen[start : start + _PAGE],
        )
        found += [Queued(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]
    return found


async def acknowledge(connection: Any, recipient: Recipient, ids: Sequence[str], at: float) -> int:  # noqa: ANN401
    """Delete envelopes of the recipient by their ids."""
    # lock the recipient first, in the same order as arrivals, to prevent deadlocks
    await connection.execute("SELECT 1 FROM recipient WHERE id = $1 FOR UPDATE", recipient.id)
    rows = await connection.fetch(
        "DELETE FROM message WHERE recipient = $1 AND id = ANY ($2::text[]) RETURNING size, digest",
        recipient.id,
        list(ids),
    )
    parked = await connection.fetch(
        "DELETE FROM parked WHERE recipient = $1 AND id = ANY ($2::text[]) RETURNING digest",
        recipient.id,
        list(ids),
    )
    await connection.execute(
        "UPDATE recipient SET queued = queued - $2, bytes = bytes - $3 WHERE id = $1",
        recipient.id,
        len(rows),
        sum(row["size"] for row in rows),
    )
    await connection.execute(
        "INSERT INTO gone SELECT digest, $2 FROM unnest($1::bytea[]) AS digest "
        "ON CONFLICT (digest) DO UPDATE SET until = excluded.until",
        sorted({row["digest"] for row in (*rows, *parked)}),
        at + REMEMBERED,
    )
    return len(rows) + len(parked)


async def find_queued(connection: Any, recipient: Recipient, ids: Sequence[str]) -> list[str]:  # noqa: ANN401
    """Return the ids, of those given, whose envelopes are in the queue."""
    rows = await connection.fetch(
        "SELECT id FROM message WHERE recipient = $1 AND id = ANY ($2::text[])", recipient.id, list(ids)
    )
    return [row["id"] for row in rows]


async def last_position(connection: Any, recipient: Recipient) -> int:  # noqa: ANN401
    """Return the sequence number of the newest envelope, 0 for an empty queue."""
    found: int | None = await connection.fetchval(
        "SELECT max(seq) FROM message WHERE recipient = $1", recipient.id
    )
    return found or 0


async def expire(connection: Any, now: float, limit: int) -> int:  # noqa: ANN401
    """Delete a bounded number of expired envelopes; return how many."""
    recipients = await connection.fetch(
        "SELECT id FROM recipient WHERE id IN (SELECT recipient FROM message WHERE expires <= $1 LIMIT $2) "
        "ORDER BY id FOR UPDATE",
        now,
        limit,
    )
    rows = await connection.fetch(
        "DELETE FROM message WHERE seq IN (SELECT seq FROM message WHERE expires <= $1 "
        "AND recipient = ANY ($3::bigint[]) ORDER BY expires LIMIT $2) RETURNING recipient, size",
        now,
        limit,
        [row["id"] for row in recipients],
    )
    totals: dict[int, list[int]] = {}
    for row in rows:
        total = totals.setdefault(row["recipient"], [0, 0])
        total[0] += 1
        total[1] += row["size"]
    await connection.executemany(
        "UPDATE recipient SET queued = queued - $2, bytes = bytes - $3 WHERE id = $1",
        [(recipient, *total) for recipient, total in totals.items()],
    )
    await connection.execute(
        "DELETE FROM gone WHERE digest IN (SELECT digest FROM gone WHERE until <= $1 LIMIT $2)", now, limit
    )
    parked = await connection.fetch(
        "DELETE FROM parked WHERE seq IN (SELECT seq FROM parked WHERE expires <= $1 LIMIT $2) RETURNING seq",
        now,
        limit,
    )
    await connection.execute("DELETE FROM moved WHERE at <= $1", now - MOVES_KEPT)
    return len(rows) + len(parked)


async def overview(connection: Any) -> Overview:  # noqa: ANN401
    """Return statistics of the whole store, for the operator."""
    row = await connection.fetchrow(OVERVIEW)
    return overview_of(row)


async def longest_queues(connection: Any, limit: int) -> list[QueueLength]:  # noqa: ANN401
    """Return the longest queues, longest first."""
    return [QueueLength(*row) for row in await connection.fetch(LONGEST.format("$1"), limit)]
