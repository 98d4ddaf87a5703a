"""`MediatorStore`, the Protocol of stores of a mediator: registry and queue, each method one transaction."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from pydidcomm.mediator.departures import Departures
from pydidcomm.mediator.invitations import Invitations
from pydidcomm.mediator.parked import Parked
from pydidcomm.mediator.records import (
    Arrival,
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

__all__ = ["MediatorStore"]


class MediatorStore(Protocol):
    """Stores the grants, routes and envelopes of a mediator.

    Each method is one transaction, and returns when it is durable. Many calls may share a commit.
    """

    @property
    def departures(self) -> Departures:
        """The queue of onward delivery, for DIDs that are not registered here."""
        ...

    @property
    def invitations(self) -> Invitations:
        """The tokens that admit recipients."""
        ...

    @property
    def parked(self) -> Parked:
        """The messages that were delivered too often without an acknowledgment."""
        ...

    async def place(self, arrival: Arrival) -> Placed:
        """Store an envelope for its recipient, unless it is a repeat or the queue is full."""
        ...

    async def grant(self, did: str, at: float, names: Sequence[str] = ()) -> Recipient:
        """Return the recipient of a DID; create it on first use.

        If another recipient has registered the DID, its route moves to this recipient, which has
        authenticated with the DID.

        Args:
            did: The verified DID of the sender.
            at: The time, in seconds since the epoch.
            names: The did:key of the keys that the sender has verified to hold; they override unverified
                names of other routes.
        """
        ...

    async def recipient(self, did: str) -> Recipient | None:
        """Return the recipient of a DID in any of its forms, or None."""
        ...

    async def move(self, old: str, new: str, at: float, names: Sequence[str] = ()) -> bool:
        """Rotate the DID of a recipient, which keeps its grant, routes and queue.

        If `new` has a grant too, both recipients are merged.

        Returns:
            False if `old` has no grant.
        """
        ...

    async def moves(self, after: int) -> list[Move]:
        """Return rotations of the last hour, oldest first, a bounded number.

        Sequence numbers are in the order of commits.

        Args:
            after: The sequence number after which to begin.
        """
        ...

    async def change_routes(
        self, recipient: Recipient, changes: Sequence[RouteChange], at: float
    ) -> list[RouteResult]:
        """Register and remove DIDs of a recipient; a DID of another recipient is a client error.

        Args:
            recipient: The recipient.
            changes: The changes, applied in order.
            at: The time, in seconds since the epoch.

        Returns:
            The result of each change.
        """
        ...

    async def routes(self, recipient: Recipient, offset: int, limit: int) -> tuple[list[str], int]:
        """Return a page of the registered DIDs, in the order of registration, and their total number."""
        ...

    async def owns(self, recipient: Recipient, name: str) -> str | None:
        """Return the registered DID of the recipient for a DID or alias in any form, or None."""
        ...

    async def status(self, recipient: Recipient, route: str | None = None) -> QueueStatus:
        """Return the size and age of a queue, or of its part for one registered DID."""
        ...

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
        """Return the oldest envelopes, and count their delivery.

        An envelope that reaches `Limits.deliveries` is parked by this delivery.

        Args:
            recipient: The recipient.
            count: The maximum number of envelopes.
            size: The maximum number of bytes; one envelope may exceed it.
            at: The time, in seconds since the epoch.
            route: Only envelopes for this registered DID; None for all.
            after: Only envelopes with a greater sequence number.
            skip: Sequence numbers to leave out.
        """
        ...

    async def acknowledge(self, recipient: Recipient, ids: Sequence[str], at: float) -> int:
        """Delete envelopes of the recipient by their ids, including parked ones; return how many.

        Unknown ids are ignored.
        """
        ...

    async def queued(self, recipient: Recipient, ids: Sequence[str]) -> list[str]:
        """Return the ids, of those given, whose envelopes are in the queue of the recipient."""
        ...

    async def last(self, recipient: Recipient) -> int:
        """Return the sequence number of the newest envelope, 0 for an empty queue."""
        ...

    async def expire(self, now: float, limit: int) -> int:
        """Delete at most `limit` expired envelopes; return how many."""
        ...

    async def overview(self) -> Overview:
        """Return statistics of the whole store, for the operator."""
        ...

    async def longest(self, limit: int) -> list[QueueLength]:
        """Return the longest queues, longest first, at most `limit`."""
        ...

    async def watch(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        """Call back for each change by another process.

        Notifications may be lost, and a store without notifications may return at once: live sessions and
        `moves` are polled as well.

        Args:
            arrived: Called with the id of a recipient, after an envelope was stored for it.
            moved: Called after the DID of a recipient was rotated.
        """
        ...

    async def check(self) -> None:
        """Raise an exception if the store is not writable."""
        ...

    async def aclose(self) -> None:
        """Finish accepted writes, and close the store."""
        ...
