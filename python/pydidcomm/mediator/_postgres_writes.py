"""Store envelopes that arrive together in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from pydidcomm.mediator._names import key_of
from pydidcomm.mediator._postgres_groups import Groups
from pydidcomm.mediator._postgres_routes import FIND
from pydidcomm.mediator.placing import Group, decide, digests
from pydidcomm.mediator.records import Arrival, Limits, Placed, Placement

__all__ = ["GroupedWrites"]


_MOST_WRITERS: Final = 4
"""Concurrent transactions: more of them would wait for the same disk."""


class GroupedWrites:
    """Stores arrivals in groups, and announces them to other processes."""

    def __init__(self, pool: Any, limits: Limits, announce: Callable[[Iterable[int]], None]) -> None:  # noqa: ANN401, of asyncpg
        self._limits = limits
        self._announce = announce
        self._groups: Groups[Arrival, Placed] = Groups(
            pool, self._write, written=self._finish, writers=_MOST_WRITERS
        )

    async def place(self, arrival: Arrival) -> Placed:
        """Store one arrival; return once it is durable."""
        return await self._groups.put(arrival)

    async def aclose(self) -> None:
        """Wait for accepted writes."""
        await self._groups.aclose()

    async def _write(self, connection: Any, arrivals: Sequence[Arrival]) -> Sequence[Placed]:  # noqa: ANN401
        return await _place(connection, arrivals, self._limits)

    def _finish(self, placed: Sequence[Placed]) -> None:
        stored = [each.recipient for each in placed if each.outcome is Placement.STORED]
        self._announce({recipient for recipient in stored if recipient is not None})


async def _place(connection: Any, arrivals: Sequence[Arrival], limits: Limits) -> list[Placed]:  # noqa: ANN401
    found = await connection.fetch(
        FIND, [each.next for each in arrivals], [key_of(each.next) for each in arrivals]
    )
    routes = [None if row["did"] is None else (row["did"], row["recipient"]) for row in found]
    # the same order in all transactions prevents deadlocks; the lock of a recipient also makes its sequence
    # numbers commit in order
    rows = await connection.fetch(
        "SELECT id, queued, bytes FROM recipient WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE",
        sorted({route[1] for route in routes if route is not None}),
    )
    names = digests(arrivals, routes)
    seen = await _find_known(connection, [each for each in names if each is not None])
    queued = {row["id"]: (row["queued"], row["bytes"]) for row in rows}
    group = decide(arrivals, routes, names, queued, seen, limits)
    if group.rows:
        await _insert(connection, group)
    return group.placed


async def _find_known(connection: Any, digests: list[bytes]) -> set[tuple[int | None, bytes]]:  # noqa: ANN401
    """Return the digests in queues, with the recipient, and acknowledged digests, with None."""
    rows = await connection.fetch(
        "SELECT recipient, digest FROM message WHERE digest = ANY ($1::bytea[]) "
        "UNION ALL SELECT NULL, digest FROM gone WHERE digest = ANY ($1::bytea[])",
        digests,
    )
    return {(row["recipient"], row["digest"]) for row in rows}


async def _insert(connection: Any, group: Group) -> None:  # noqa: ANN401, of asyncpg
    await connection.execute(
        "INSERT INTO message (id, recipient, route, digest, received, expires, size, envelope) "
        "SELECT id, recipient, route, digest, received, expires, size, envelope FROM unnest("
        "$1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::float8[], $6::float8[], $7::bigint[], "
        "$8::bytea[]) WITH ORDINALITY AS "
        "one (id, recipient, route, digest, received, expires, size, envelope, position) ORDER BY position",
        *(list(column) for column in zip(*group.rows, strict=True)),
    )
    await connection.execute(
        "UPDATE recipient SET queued = queued + one.count, bytes = bytes + one.size "
        "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS one (id, count, size) "
        "WHERE recipient.id = one.id",
        list(group.totals),
        [count for count, _ in group.totals.values()],
        [size for _, size in group.totals.values()],
    )
