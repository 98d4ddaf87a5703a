"""The `typing.Protocol` of stores; each method is one transaction."""

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
    """The state of an agent; see `MemoryStore` and `AskarStore`.

    Each method is one transaction: when it returns, all of it is durable, and when it raises, nothing of it
    is stored. After a `StoreUnavailableError` it is not known which; call the method again with the same
    arguments. A method that was cancelled may have taken effect. Methods can be called concurrently by tasks
    of one event loop, and by several processes if the store supports that.

    Times are whole seconds since the epoch. A time of `postpone`, `settle`, `claim` or `claim_outgoing` that
    was stored more than a minute later than now has no effect: the clock was set back since.

    Lists are returned in pages of at most `limit` items, from 1 to 1000; pass the `after` of a page to read
    the next one. Another `limit` or `after` raises ValueError. Every method may raise
    `StoreUnavailableError`. `pydidcomm.stores.testing` is the conformance suite.
    """

    @property
    def secrets(self) -> SecretsResolver:
        """The secret keys, a `SecretsStore` or a `KeyMaker`, for `DIDCommMessaging(secrets=)`."""
        ...

    async def accept(self, incoming: Incoming) -> bool:
        """Store a message that arrived; it may be acknowledged to its sender once this returns.

        Args:
            incoming: The message.

        Returns:
            True if the message is new; False if one with this key is waiting, parked or done.
        """
        ...

    async def commit(self, done: Done) -> None:
        """Store the effects of a message and mark it as done, all or nothing.

        Args:
            done: The effects.

        Raises:
            StoreConflictError: `done.inbox_key` is not waiting or not the first waiting message of its lane,
                or a record in `done.expected` has changed.
        """
        ...

    async def postpone(
        self, inbox_key: str, *, attempts: int, next_at: int, error: str | None, at: int | None = None
    ) -> None:
        """Postpone a waiting message, and with it its lane, until `next_at`.

        A message that is not waiting is left as it is.

        Args:
            inbox_key: The key of the message.
            attempts: How often its handler has failed.
            next_at: When to handle it again, in seconds since the epoch.
            error: Why it was postponed.
            at: When it failed, in seconds since the epoch; None for now.
        """
        ...

    async def park(self, inbox_key: str, error: str) -> None:
        """Set a waiting message aside, so that its lane continues without it.

        A parked message is kept until it is replayed. A message that is not waiting is left as it is.

        Args:
            inbox_key: The key of the message.
            error: Why it was parked.
        """
        ...

    async def parked(self, after: str | None = None, limit: int = 100) -> Page[InboxItem]:
        """The parked messages, in the order in which they were accepted.

        Args:
            after: The `after` of the page before; None for the first page.
            limit: The maximum number of items.
        """
        ...

    async def replay(self, inbox_key: str) -> bool:
        """Put a parked message at the end of its lane, as if it had just been accepted.

        It is handled even if it has expired.

        Args:
            inbox_key: The key of the message.

        Returns:
            False if the message is not parked.
        """
        ...

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        """The messages that can be handled, in the order in which they were accepted.

        It omits messages that have expired, and all messages of a lane with one that is postponed beyond
        `now`. A message stays in the list until it is done, postponed or parked.

        Args:
            now: The time, in seconds since the epoch.
            limit: The maximum number of items.
            after: The `after` of the page before; None for the first page.
        """
        ...

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        """The messages that can be sent, oldest first: at most the first waiting one of each lane.

        A message whose `expires` has passed is in the list too: settle it as failed. A message that was
        settled as sent with `next_at` is due again from then on until it is acknowledged; it does not block
        its lane.

        Args:
            now: The time, in seconds since the epoch.
            limit: The maximum number of items.
        """
        ...

    async def outgoing(self, outbox_id: str) -> OutboxItem | None:
        """The message of the outbox with this id; None if there is none.

        Args:
            outbox_id: The id of the message.
        """
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
        """Store the outcome of an attempt to send a message.

        A message that was acknowledged stays acknowledged, and an unknown id changes nothing.

        Args:
            outbox_id: The id of the message.
            state: The new state; "waiting" with `next_at` schedules another attempt.
            attempts: The number of attempts so far.
            next_at: When to send it again, in seconds since the epoch; None for at once if it is waiting,
                else for never.
            error: Why the attempt failed.
            at: When it happened, in seconds since the epoch; retention counts from it. None for now.

        Raises:
            ValueError: `state` is not an `OutboxState`.
        """
        ...

    async def thread(self, peer: str, protocol: str, thid: str) -> Thread | None:
        """The state of a thread; None if there is none.

        Args:
            peer: The id of the relationship, or the peer's DID.
            protocol: The protocol identifier URI.
            thid: The thread id.
        """
        ...

    async def wakes(self, now: int, limit: int = 100) -> list[Thread]:
        """The threads that are not done and whose `wake_at` has come.

        A thread stays in the list until it is stored with another `wake_at`.

        Args:
            now: The time, in seconds since the epoch.
            limit: The maximum number of items.
        """
        ...

    async def relationship(self, id: str) -> Relationship | None:  # noqa: A002, the field's name
        """The relationship with this id; None if there is none.

        Args:
            id: The id of the relationship.
        """
        ...

    async def find(self, ours: str, theirs: str | None) -> Relationship | None:
        """The relationship between two DIDs, in any form of each, current or former; None if there is none.

        Of several, one with both DIDs current is preferred, then one that has not ended, then the newest.

        Args:
            ours: Our DID.
            theirs: The peer's DID; None for a relationship whose peer is not known yet.
        """
        ...

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        """All relationships, in the order in which they were first stored.

        Args:
            after: The `after` of the page before; None for the first page.
            limit: The maximum number of items.
        """
        ...

    async def record(self, kind: str, key: str) -> Record | None:
        """The record of a kind and key; None if there is none.

        Args:
            kind: The kind of the record.
            key: The key of the record.
        """
        ...

    async def records(self, kind: str, after: str | None = None, limit: int = 100) -> Page[Record]:
        """The records of a kind, in the order in which they were first stored.

        Args:
            kind: The kind of the records.
            after: The `after` of the page before; None for the first page.
            limit: The maximum number of items.
        """
        ...

    async def forget_before(self, time: int) -> int:
        """Remove everything that is over and older than `time`, in small transactions.

        These are: messages of the inbox that are done, or have expired without being parked; threads in the
        state "done"; settled messages of the outbox, unless they are due again.

        Args:
            time: The end of the retention, in seconds since the epoch.

        Returns:
            The number of removed items.
        """
        ...

    async def aclose(self) -> None:
        """Finish the calls under way, and close the store."""
        ...


@runtime_checkable
class ClaimingStore(Store, Protocol):
    """A `Store` for several processes: a message is handled or sent by the process that has claimed it."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes use the store, so that each message must be claimed."""
        ...

    async def occupy(self) -> None:
        """Lock a store that is not shared against other agents, until it is closed or the process ends.

        Raises:
            StoreUnavailableError: Another agent uses the store.
        """
        ...

    async def claim(self, inbox_key: str, *, by: str, now: int, until: int) -> bool:
        """Claim a waiting message, or extend a claim: until it ends no other `by` can claim the message.

        A claim is a lease, equally long in all processes: it ends at `until`, because a process that was
        killed cannot release it. It is released by `postpone`, by `park` and by a claim with `until=now`.
        Claimed messages stay in `waiting`, and `commit` does not require a claim.

        Args:
            inbox_key: The key of the message.
            by: The id of the process.
            now: The time, in seconds since the epoch.
            until: When the claim ends, in seconds since the epoch.

        Returns:
            False if another `by` has claimed the message, or it is not the first waiting message of its lane.
        """
        ...

    async def claim_outgoing(self, outbox_id: str, *, by: str, now: int, until: int) -> bool:
        """Claim a message of the outbox that is due, or extend a claim; `settle` releases it.

        Args:
            outbox_id: The id of the message.
            by: The id of the process.
            now: The time, in seconds since the epoch.
            until: When the claim ends, in seconds since the epoch.

        Returns:
            False if another `by` has claimed the message, or it is not due.
        """
        ...
