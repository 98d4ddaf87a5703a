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
"""Connections of one process: at 8 with 64 rows a statement the disk is the limit."""

_SECONDS: Final = 30.0
"""The longest time for one statement, after which the server counts as gone."""


class PostgresMediatorStore:
    """Grants, routes and envelopes in PostgreSQL; implements `MediatorStore`. Needs asyncio.

    Envelopes that arrive together are written by one statement and one commit. Other processes learn of them
    by notifications, which are sent apart from the writing transactions and are hints: the tables are the
    truth.

    Example:
        >>> from pydidcomm.mediator.postgres import PostgresMediatorStore
        >>> async def main():
        ...     store = await PostgresMediatorStore.open("postgres://user:password@host/mediator")
        ...     await store.check()
        ...     await store.aclose()
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", limits: Limits) -> None:
        """Uses a pool whose database has the tables; `open` makes both."""
        self.limits = limits
        self._pool = pool
        self._wakeups = Wakeups(pool)
        self._writes = GroupedWrites(pool, limits, self._wakeups.announce)
        self.departures = PostgresDepartures(pool)
        self.invitations = PostgresInvitations(pool)
        self.parked = parked.PostgresParked(pool, limits, self._wakeups.announce)

    @classmethod
    async def open(cls, url: str, *, limits: Limits | None = None, connections: int = _CONNECTIONS) -> Self:
        """Connects, and brings the tables to the newest version.

        Args:
            url: `postgres://user:password@host:port/database`; the database exists.
            limits: The bounds of each recipient.
            connections: The most connections of this process.

        Raises:
            ImportError: The extra is not installed.
            ValueError: A newer version of pydidcomm made the tables.
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
        """Stores an envelope for the recipient of its route; see `MediatorStore`."""
        if arrival.ends(self.limits.age) <= arrival.at:
            return Placed(Placement.EXPIRED)
        if not arrival.next.isprintable():
            # PostgreSQL has no text with U+0000, and the others of the group would fail with it
            return Placed(Placement.UNKNOWN)
        return await self._writes.place(arrival)

    async def grant(self, did: str, at: float, names: Sequence[str] = ()) -> Recipient:
        """The recipient of this DID, made where it is not there; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await routes.grant(connection, did, at, names)

    async def recipient(self, did: str) -> Recipient | None:
        """The recipient of this DID, in any of its forms."""
        async with self._pool.acquire() as connection:
            return await routes.recipient(connection, did)

    async def move(self, old: str, new: str, at: float, names: Sequence[str] = ()) -> bool:
        """Rotates the DID of a recipient; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            found = await routes.move(connection, old, new, at, names)
        if found:
            self._wakeups.announce_move()
        return found

    async def moves(self, after: int) -> list[Move]:
        """The rotations past a place in their order; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await routes.moves(connection, after)

    async def change_routes(
        self, recipient: Recipient, changes: Sequence[RouteChange], at: float
    ) -> list[RouteResult]:
        """Registers and removes DIDs of a recipient; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await routes.change(connection, recipient, changes, at, self.limits.routes)

    async def routes(self, recipient: Recipient, offset: int, limit: int) -> tuple[list[str], int]:
        """A page of the registered DIDs, and how many there are; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await routes.page(connection, recipient, offset, limit)

    async def owns(self, recipient: Recipient, name: str) -> str | None:
        """The registered DID of the recipient that a name stands for; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await routes.registered_did(connection, recipient, name)

    async def status(self, recipient: Recipient, route: str | None = None) -> QueueStatus:
        """The state of a queue; see `MediatorStore`."""
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
        """The oldest envelopes, counted as delivered; see `MediatorStore`."""
        key = None if route is None else key_of(route)
        async with self._pool.acquire() as connection:
            found = await queue.read_oldest(
                connection, recipient, key, after=after, skip=skip, count=count, size=size
            )
            await parked.count_delivery(connection, [each.seq for each in found], at, self.limits)
        return found

    async def acknowledge(self, recipient: Recipient, ids: Sequence[str], at: float) -> int:
        """Deletes envelopes of the recipient by their ids; see `MediatorStore`."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await queue.acknowledge(connection, recipient, ids, at)

    async def queued(self, recipient: Recipient, ids: Sequence[str]) -> list[str]:
        """Those of the ids whose envelopes are in the queue of the recipient."""
        async with self._pool.acquire() as connection:
            return await queue.find_queued(connection, recipient, ids)

    async def last(self, recipient: Recipient) -> int:
        """The place of the newest envelope in the order of acceptance; see `MediatorStore`."""
        async with self._pool.acquire() as connection:
            return await queue.last_position(connection, recipient)

    async def expire(self, now: float, limit: int) -> int:
        """Deletes at most `limit` expired envelopes; returns how many."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await queue.expire(connection, now, limit)

    async def overview(self) -> Overview:
        """The whole store, for its operator."""
        async with self._pool.acquire() as connection:
            return await queue.overview(connection)

    async def longest(self, limit: int) -> list[QueueLength]:
        """The longest queues, longest first, at most `limit`."""
        async with self._pool.acquire() as connection:
            return await queue.longest_queues(connection, limit)

    async def watch(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        """Calls `arrived` and `moved` where another process stored or rotated something; never returns."""
        await self._wakeups.watch(arrived, moved)

    async def check(self) -> None:
        """Raises if the database cannot be written."""
        async with self._pool.acquire() as connection:
            await connection.execute("DELETE FROM gone WHERE until < 0")

    async def aclose(self) -> None:
        """Finishes what was accepted, and closes the connections."""
        await self._writes.aclose()
        await self.departures.aclose()
        await self._wakeups.aclose()
        await self._pool.close()
