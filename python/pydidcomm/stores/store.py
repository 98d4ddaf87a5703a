"""The Protocol of stores: coarse verbs, each of which is one transaction."""

from typing import Protocol, runtime_checkable

from pydidcomm.protocols.thread import Thread
from pydidcomm.resolvers import SecretsResolver
from pydidcomm.stores.records import (
    Done,
    InboxItem,
    Incoming,
    OutboxItem,
    OutboxState,
    Page,
    Record,
    Relationship,
)

__all__ = ["MOST_ITEMS", "ClaimingStore", "Store"]

MOST_ITEMS = 1000
"""The largest `limit`: a page is held in memory."""


@runtime_checkable
class Store(Protocol):
    """Keeps the state of an agent; see `MemoryStore` and `AskarStore`.

    Each verb is one transaction: when it returns, all of it is durable, and when it raises, nothing of it is
    stored. A `StoreUnavailableError` leaves open which of the two; the verb can then be called again with the
    same arguments. A verb that was cancelled may have taken effect. Verbs can be called at the same time, by
    tasks of one event loop, and where the store says so by several processes.

    Times are whole seconds since the epoch. Lists come in pages of at most `limit` items, from 1 to 1000;
    `after` is that of the page before. `pydidcomm.stores.testing` has a conformance suite.
    """

    @property
    def secrets(self) -> SecretsResolver:
        """The secret keys, a `SecretsStore` or a `KeyMaker`, for `DIDCommMessaging(secrets=)`."""
        ...

    async def accept(self, incoming: Incoming) -> bool:
        """Store a message that arrived. Once it returns, the message may be acknowledged to its sender.

        Returns:
            False if a message of this key was accepted before, and is waiting, parked or done.
        """
        ...

    async def commit(self, done: Done) -> None:
        """Store the effects of a message and mark it as done, all or nothing.

        Raises:
            StoreConflictError: `done.inbox_key` is not waiting, or not the first of its lane that is, or
                something of `done.expected` was changed.
        """
        ...

    async def postpone(self, inbox_key: str, *, attempts: int, next_at: int, error: str | None) -> None:
        """Handle a waiting message again at `next_at`; until then its lane waits.

        A message that is not waiting is left as it is.
        """
        ...

    async def park(self, inbox_key: str, error: str) -> None:
        """Set a waiting message aside, so that its lane goes on without it.

        A parked message is kept until it is replayed. One that is not waiting is left as it is.
        """
        ...

    async def parked(self, after: str | None = None, limit: int = 100) -> Page[InboxItem]:
        """The messages that were set aside, in the order in which they were accepted."""
        ...

    async def replay(self, inbox_key: str) -> bool:
        """Put a parked message at the end of its lane, as if it had just been accepted.

        It is handled even if it has expired.

        Returns:
            False if it is not parked.
        """
        ...

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        """The messages that can be handled, in the order in which they were accepted.

        Left out are messages that have expired, and those of a lane with a message that was postponed beyond
        `now`. A message stays in the list until it is done, postponed or parked.
        """
        ...

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        """The messages that can be sent, oldest first: of each lane at most the first one that is waiting.

        A message whose `expires` has passed is in the list, to be settled as failed. One that was settled as
        sent with `next_at` is due again from then on, unless it was acknowledged; it does not hold its lane.
        """
        ...

    async def outgoing(self, outbox_id: str) -> OutboxItem | None:
        """The message of the outbox with this id; None where there is none."""
        ...

    async def settle(  # noqa: PLR0913, all but the first two are named
        self,
        outbox_id: str,
        state: OutboxState,
        *,
        attempts: int = 0,
        next_at: int | None = None,
        error: str | None = None,
        at: int | None = None,
    ) -> None:
        """Store what became of a message of the outbox; `waiting` with `next_at` is another attempt later.

        A message that was acknowledged stays so, and an unknown id changes nothing. `at` is when it happened,
        from which retention counts; None for now.
        """
        ...

    async def thread(self, peer: str, protocol: str, thid: str) -> Thread | None:
        """The state of a thread; None where there is none."""
        ...

    async def wakes(self, now: int, limit: int = 100) -> list[Thread]:
        """The threads whose `wake_at` has come and that are not over.

        A thread stays in the list until it is stored with another `wake_at`.
        """
        ...

    async def relationship(self, id: str) -> Relationship | None:  # noqa: A002, the field's name
        """The relationship of that id."""
        ...

    async def find(self, ours: str, theirs: str | None) -> Relationship | None:
        """The relationship between two DIDs, in any form of each, current or replaced by rotation.

        `theirs` is None for one whose peer is not known yet. Where several fit, one with both DIDs current
        comes first, then one that has not ended, then the newest.
        """
        ...

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        """All relationships, in the order in which they were first stored."""
        ...

    async def record(self, kind: str, key: str) -> Record | None:
        """The record; None where there is none."""
        ...

    async def records(self, kind: str, after: str | None = None, limit: int = 100) -> Page[Record]:
        """The records of a kind, in the order in which they were first stored."""
        ...

    async def forget_before(self, time: int) -> int:
        """Remove what is over and older than `time`, in small transactions between which others run.

        That is: inbox rows that are done, or have expired without being parked; threads in the state "done";
        settled messages of the outbox, unless they are sent again.

        Returns:
            How many were removed.
        """
        ...

    async def aclose(self) -> None:
        """Close the store; what is under way is finished."""
        ...


@runtime_checkable
class ClaimingStore(Store, Protocol):
    """A `Store` for several processes: each message is handled, or sent, by the one that has claimed it."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes use the store, so that messages have to be claimed."""
        ...

    async def occupy(self) -> None:
        """Keep other agents off a store that is not shared, until it is closed or the process ends.

        Raises:
            StoreUnavailableError: Another agent uses it.
        """
        ...

    async def claim(self, inbox_key: str, *, by: str, now: int, until: int) -> bool:
        """Claim a waiting message, or extend a claim: until then no other `by` can claim it.

        A claim is a lease. It ends with `until`, since a process that was killed never gives it up; a claim
        `until` now gives it up, as do `postpone` and `park`. Messages that are claimed stay in `waiting`, and
        `commit` does not ask for a claim.

        Args:
            inbox_key: The message.
            by: The process.
            now: The time, in seconds since the epoch.
            until: When the claim ends, in seconds since the epoch.

        Returns:
            False if another `by` has claimed it, if it is not waiting, or behind one of its lane that is.
        """
        ...

    async def claim_outgoing(self, outbox_id: str, *, by: str, now: int, until: int) -> bool:
        """Claim a message of the outbox that is due, or extend a claim, which `settle` ends.

        Args:
            outbox_id: The message.
            by: The process.
            now: The time, in seconds since the epoch.
            until: When the claim ends, in seconds since the epoch.

        Returns:
            False if another `by` has claimed it, or if it is not due.
        """
        ...
