"""The records of a mediator: recipients, their routes, and queued envelopes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = [
    "Action",
    "Arrival",
    "Limits",
    "Move",
    "Overview",
    "Placed",
    "Placement",
    "QueueLength",
    "QueueStatus",
    "Queued",
    "Recipient",
    "RouteChange",
    "RouteResult",
]

# a week of messages of a busy relationship; public mediators have the same limits
MAX_MESSAGES: Final = 1_000
MAX_BYTES: Final = 64 * 1_048_576
MAX_AGE: Final = 7 * 86_400
MAX_ROUTES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one recipient.

    Attributes:
        messages: Maximum number of messages in the queue.
        bytes: Maximum number of bytes in the queue.
        age: Seconds until a message expires.
        routes: Maximum number of registered DIDs.
        deliveries: Number of deliveries without an acknowledgment after which a message is parked; 0 for no
            limit.

    Raises:
        ValueError: A limit is less than 1, or `deliveries` is negative or 1.
    """

    messages: int = MAX_MESSAGES
    bytes: int = MAX_BYTES
    age: int = MAX_AGE
    routes: int = MAX_ROUTES
    deliveries: int = 0

    def __post_init__(self) -> None:
        for name in ("messages", "bytes", "age", "routes"):
            if getattr(self, name) < 1:
                message = f"`{name}` must be at least 1, got {getattr(self, name)}"
                raise ValueError(message)
        if self.deliveries < 0 or self.deliveries == 1:
            # with 1, a message whose only delivery is lost would be parked
            message = f"`deliveries` must be 0 or at least 2, got {self.deliveries}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An envelope for a registered DID.

    Attributes:
        next: The `next` of the forward: a DID, the DID URL of a key, or a did:key.
        envelope: The attached envelope, byte for byte.
        at: The time of arrival, in seconds since the epoch.
        expires: The `expires_time` of the forward, in seconds since the epoch, or None.
    """

    next: str
    envelope: bytes
    at: float
    expires: float | None = None

    def ends(self, age: int) -> float:
        """Return when the envelope expires, in seconds since the epoch.

        Args:
            age: The maximum time in the queue, in seconds.
        """
        end = self.at + age
        return end if self.expires is None else min(end, self.expires)


class Placement(StrEnum):
    """The outcome of an arrival."""

    STORED = "stored"
    SEEN = "seen"
    """The same envelope for the same DID is in the queue, or was there before."""
    UNKNOWN = "unknown"
    """`next` is not registered."""
    FULL = "full"
    """A limit of the recipient's queue is reached."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Placed:
    """The result of an arrival.

    Attributes:
        outcome: The outcome.
        recipient: The id of the recipient that has registered `next`, or None.
    """

    outcome: Placement
    recipient: int | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """An envelope in the queue.

    Attributes:
        seq: The sequence number, in the order of acceptance.
        id: The id of the attachment: opaque, and the same in each delivery.
        route: The registered DID that it is for.
        envelope: The envelope, byte for byte.
        received: The time of arrival, in seconds since the epoch.
        deliveries: The number of earlier deliveries.
    """

    seq: int
    id: str
    route: str
    envelope: bytes
    received: float
    deliveries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """The size and age of a queue.

    Attributes:
        count: The number of envelopes.
        bytes: The number of bytes.
        oldest: The arrival of the oldest envelope, in seconds since the epoch; None for an empty queue.
        newest: The arrival of the newest envelope, in seconds since the epoch; None for an empty queue.
    """

    count: int = 0
    bytes: int = 0
    oldest: float | None = None
    newest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A party with a grant of mediation.

    Attributes:
        id: The primary key of the record.
        did: The DID with which the party authenticates.
        granted: The time of the grant, in seconds since the epoch.
    """

    id: int
    did: str
    granted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A rotation of the DID of a recipient.

    Attributes:
        seq: The sequence number of the rotation.
        old: The id of the recipient before.
        old_did: The DID before.
        recipient: The recipient after; another one if the new DID had a grant too, and both were merged.
        did: The DID after, in the form that its party used.
    """

    seq: int
    old: int
    old_did: str
    recipient: Recipient
    did: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Statistics of the whole store, for the operator.

    Attributes:
        recipients: The number of recipients.
        routes: The number of registered DIDs.
        messages: The number of queued envelopes.
        bytes: The bytes of queued envelopes.
        oldest: The arrival of the oldest queued envelope, in seconds since the epoch, or None.
        unacknowledged: The number of queued envelopes that were delivered and not acknowledged.
        parked: The number of parked envelopes, which are not in a queue.
        parked_bytes: The bytes of parked envelopes.
    """

    recipients: int
    routes: int
    messages: int
    bytes: int
    oldest: float | None
    unacknowledged: int
    parked: int
    parked_bytes: int


@dataclass(frozen=True, slots=True)
class QueueLength:
    """Statistics of the queue of one recipient, for the operator.

    Attributes:
        did: The DID of the recipient.
        messages: The number of envelopes.
        bytes: The bytes of the envelopes.
        deliveries: The maximum number of deliveries of one envelope.
        unacknowledged: The number of envelopes that were delivered and not acknowledged.
        parked: The number of parked envelopes, which are not in the queue.
    """

    did: str
    messages: int
    bytes: int
    deliveries: int
    unacknowledged: int
    parked: int


class Action(StrEnum):
    """A requested change of a registered DID. Coordinate Mediation 2.0 and 3.0."""

    ADD = "add"
    REMOVE = "remove"


class RouteResult(StrEnum):
    """The result of one change of the routes. Coordinate Mediation 2.0 and 3.0."""

    SUCCESS = "success"
    NO_CHANGE = "no_change"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One change of the routes of a recipient.

    Attributes:
        did: The DID to register or to remove.
        action: Whether to register or to remove it.
        names: Aliases of the DID in forwards: the did:key of the keys in its document, which are not
            verified.
        proved: The did:key of the keys that the party has verified to hold.
    """

    did: str
    action: Action
    names: tuple[str, ...] = ()
    proved: tuple[str, ...] = ()
