"""The Protocol of stores of a mediator: registry and queue in coarse verbs, each one transaction."""

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
    """Where a mediator keeps grants, routes and envelopes.

    Each method is one transaction, and returns when it is durable. Many calls may share a commit.
    """

    @property
    def departures(self) -> Departures:
        """The envelopes for DIDs that are not registered here."""
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
        """Store an envelope for the recipient of its route, unless the queue has it or is full."""
        ...

    async def grant(self, did: str, at: float, names: Sequence[str] = ()) -> Recipient:
        """The recipient of this DID, made where it is not there.

        The DID is registered for its party: it outranks the registration of the same DID by another. `names`
        are the did:key of keys that the party proved: they outrank the claims of other DIDs.
        """
        ...

    async def recipient(self, did: str) -> Recipient | None:
        """The recipient of this DID, in any of its forms."""
        ...

    async def move(self, old: str, new: str, at: float, names: Sequence[str] = ()) -> bool:
        """Rotate the DID of a recipient: grant, routes and queue stay; False where `old` has no grant."""
        ...

    async def moves(self, after: int) -> list[Move]:
        """The rotations of the last hour past a place in their order, the oldest first, a bounded number.

        A rotation that is committed later has a later place.
        """
        ...

    async def change_routes(
        self, recipient: Recipient, changes: Sequence[RouteChange], at: float
    ) -> list[RouteResult]:
        """Register and remove DIDs of a recipient; a DID of another recipient is a client error."""
        ...

    async def routes(self, recipient: Recipient, offset: int, limit: int) -> tuple[list[str], int]:
        """A page of the registered DIDs, in the order of registration, and how many there are in all."""
        ...

    async def owns(self, recipient: Recipient, name: str) -> str | None:
        """The registered DID of the recipient that a name stands for, in any form."""
        ...

    async def status(self, recipient: Recipient, route: str | None = None) -> QueueStatus:
        """The state of a queue, or of the part for one registered DID."""
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
        """The oldest envelopes, at most `count` and `size` bytes but at least one; deliveries are counted.

        An envelope that reaches `Limits.deliveries` is parked by this delivery.

        Args:
            recipient: Whose queue.
            count: The most envelopes.
            size: The most bytes.
            at: The time, in seconds since the epoch.
            route: Only those for this registered DID.
            after: Only those accepted after this place in the order.
            skip: Places in the order that are left out.
        """
        ...

    async def acknowledge(self, recipient: Recipient, ids: Sequence[str], at: float) -> int:
        """Delete envelopes of the recipient, parked ones too, by their ids; unknown ids are ignored."""
        ...

    async def queued(self, recipient: Recipient, ids: Sequence[str]) -> list[str]:
        """Those of the ids whose envelopes are in the queue of the recipient."""
        ...

    async def last(self, recipient: Recipient) -> int:
        """The place of the newest envelope in the order of acceptance, 0 for an empty queue."""
        ...

    async def expire(self, now: float, limit: int) -> int:
        """Delete at most `limit` expired envelopes; returns how many."""
        ...

    async def overview(self) -> Overview:
        """The whole store, for its operator."""
        ...

    async def longest(self, limit: int) -> list[QueueLength]:
        """The longest queues, longest first, at most `limit`."""
        ...

    async def watch(self, arrived: Callable[[int], object], moved: Callable[[], object]) -> None:
        """Call `arrived` with the id of a recipient for whom another process stored something.

        `moved` is called where another process rotated the DID of a recipient. It may miss some, and may
        return where the engine does not tell: live sessions and `moves` are polled as well.
        """
        ...

    async def check(self) -> None:
        """Raise if the store cannot be written."""
        ...

    async def aclose(self) -> None:
        """Finish what was accepted, and close."""
        ...
