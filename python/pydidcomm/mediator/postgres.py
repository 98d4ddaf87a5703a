"""The store of a mediator in PostgreSQL, for several processes and machines. Extra: `postgres`."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

from pydidcomm.mediator import _postgres_parked as parked
from pydidcomm.mediator import _postgres_queue as queue
from pydidcomm.mediator import _postgres_routes as routes
from pydidcomm.mediator._names import key_of
from pydidcomm.mediator._postgres_departures import PostgresDepartures
from pydidcomm.mediator._postgres_invitations import PostgresInvitations
from pydidcomm.mediator._postgres_schema import migrate
from pydidcomm.mediator._postgres_wakeups import Wakeups
from pydidcomm.mediator._postgres_writes import GroupedWrites
from pydidcomm.mediator.records import (
    Arrival,
    Limits,
    Move,
    Overview,
    Placed,
    Placement,
    Queued,
    QueueLength,
    QueueStatus,
    Recipient,
    RouteChange,
    RouteResult,
)

if TYPE_CHECKING:
    import asyncpg

__all__ = ["PostgresMediatorStore"]

_CONNECTIONS: Final = 8
"""Connections of one process: with 8, and 64 rows per statement, the disk is the bottleneck."""

_SECONDS: Final = 30.0
"""Timeout of one statement, in seconds."""


class PostgresMediatorStore:
    """Grants, routes and envelopes in PostgreSQL; implements `MediatorStore`. Needs asyncio.

    Envelopes that arrive together are written by one statement and one commit. Other processes are notified
    of them outside of the writing transactions; notifications may be lost, so the tables are polled as well.

    Example:
        >>> from pydidcomm.mediator.postgres import PostgresMediatorStore
        >>> async def main():
        ...     store = await PostgresMediatorStore.open("postgres://user:password@host/mediator")
        ...     await store.check()
        ...     await store.aclose()
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", limits: Limits) -> None:
        """Use a pool whose database has the tables; `open` creates both."""
        self.limits = limits
        self._pool = pool
        self._wakeups = Wakeups(pool)
        self._writes = GroupedWrites(pool, limits, self._wakeups.announce)
        self.departures = PostgresDepartures(pool)
        self.invitations = PostgresInvitations(pool)
        self.parked = parked.PostgresParked(pool, limits, self._wakeups.announce)

    @classmethod
    async def open(cls, url: str, *, limits: Limits | None = None, connections: int = _CONNECTIONS) -> Self:
        """Connect, and create or migrate the tables.

        Args:
            url: `postgres://user:password@host:port/database`; the database must exist.
            limits: The limits of each recipient.
            connections: The maximum number of connections of this process.

        Raises:
            ImportError: The extra `postgres` is not installed.
            ValueError: A newer version of pydidcomm created the tables.
            OSError: The server cannot be reached, or refuses the user or the database.
        """
        try:
            import asyncpg  # noqa: PLC0415, the extra `postgres`
        except ImportError as error:
            message = "PostgresMediatorStore needs the extra `postgres`: pip install 'pydidcomm[postgres]'"
            raise ImportError(message, name="asyncpg") from error
        try:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=connections, command_timeout=_SECONDS)
        except asyncpg.PostgresError as error:
            message = f"PostgreSQL refuses the connection of the store: {error}"
            raise OSError(message) from error
        try:
            async with pool.acquire() as connection:
                await migrate(connection)
        except BaseException:
            await pool.close()
            raise
        return cls(pool, limits or Limits())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def place(self, arrival: Arrival) -> Placed:
        """Store an envelope for its recipient; see `MediatorStore`."""
        if arrival.ends(self.limits.age) <= arrival.at:
            return Placed(Placement.EXPIRED)
        if not arrival.next.isprintable():
            # PostgreSQL rejects text with U+0000, and the whole group would fail
            return Placed(Placement.UNKNOWN)
        return await self._writes.place(arrival)

    async def grant(self, did: str, at: float, names: Sequence[str] = ()) -> Recipient:
        """Return the recipient of a DID; create it on first use; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await routes.grant(connection, did, at, names)

    async def recipient(self, did: str) -> Recipient | None:
        """Return the recipient of a DID in any of its forms, or None."""
        async with self._pool.acquire() as connection:
            return await routes.recipient(connection, did)

    async def move(self, old: str, new: str, at: float, names: Sequence[str] = ()) -> bool:
        """Rotate the DID of a recipient; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            found = await routes.move(connection, old, new, at, names)
        if found:
            self._wakeups.announce_move()
        return found

    async def moves(self, after: int) -> list[Move]:
        """Return rotations after a sequence number; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await routes.moves(connection, after)

    async def change_routes(
        self, recipient: Recipient, changes: Sequence[RouteChange], at: float
    ) -> list[RouteResult]:
        """Register and remove DIDs of a recipient; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await routes.change(connection, recipient, changes, at, self.limits.routes)

    async def routes(self, recipient: Recipient, offset: int, limit: int) -> tuple[list[str], int]:
        """Return a page of the registered DIDs, and their total number; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await routes.page(connection, recipient, offset, limit)

    async def owns(self, recipient: Recipient, name: str) -> str | None:
        """Return the registered DID of the recipient for a DID or alias; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await routes.registered_did(connection, recipient, name)

    async def status(self, recipient: Recipient, route: str | None = None) -> QueueStatus:
        """Return the size and age of a queue; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await queue.status(connection, recipient, None if route is None else key_of(route))

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
        key = None if route is None else key_of(route)
        async with self._pool.acquire() as connection:
            found = await queue.read_oldest(
                connection, recipient, key, after=after, skip=skip, count=count, size=size
            )
            await parked.count_delivery(connection, [each.seq for each in found], at, self.limits)
        return found

    async def acknowledge(self, recipient: Recipient, ids: Sequence[str], at: float) -> int:
        """Delete envelopes of the recipient by their ids; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await queue.acknowledge(connection, recipient, ids, at)

    async def queued(self, recipient: Recipient, ids: Sequence[str]) -> list[str]:
        """Return the ids, of those given, whose envelopes are in the queue of the recipient."""
        async with self._pool.acquire() as connection:
            return await queue.find_queued(connection, recipient, ids)

    async def last(self, recipient: Recipient) -> int:
        """Return the sequence number of the newest envelope; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await queue.last_position(connection, recipient)

    async def expire(self, now: float, limit: int) -> int:
        """Delete at most `limit` expired envelopes; return how many."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await queue.expire(connection, now, limit)

    async def overview(self) -> Overview:
        """Return statistics of the whole store, for the operator."""
        async with self._pool.acquire() as connection:
            return await queue.overview(connection)

    async def longest(self, limit: int) -> list[QueueLength]:
        """Return the longest queues, longest first, at most `limit`."""
        async with self._pool.acquire() as connection:
            return await queue.longest_queues(connection, limit)

    async def watch(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        """Call back for each change by another process, until cancelled; see `MediatorStore`."""
        await self._wakeups.watch(arrived, moved)

    async def check(self) -> None:
        """Raise an exception if the database is not writable."""
        async with self._pool.acquire() as connection:
            await connection.execute("DELETE FROM gone WHERE until < 0")

    async def aclose(self) -> None:
        """Finish accepted writes, and close the connections."""
        await self._writes.aclose()
        await self.departures.aclose()
        await self._wakeups.aclose()
        await self._pool.close()
