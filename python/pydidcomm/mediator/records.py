"""What a mediator keeps: recipients, their routes, and queued envelopes."""

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

# a week of the messages of a busy relationship; the figures of public mediators are the same
MAX_MESSAGES: Final = 1_000
MAX_BYTES: Final = 64 * 1_048_576
MAX_AGE: Final = 7 * 86_400
MAX_ROUTES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one recipient.

    Attributes:
        messages: The most messages in the queue.
        bytes: The most bytes in the queue.
        age: The seconds after which a message leaves the queue.
        routes: The most DIDs that one recipient may register.
        deliveries: The deliveries without an acknowledgment after which a message is parked; 0 for no bound.
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
            # a message that is delivered once may be lost on its way
            message = f"`deliveries` must be 0 or at least 2, got {self.deliveries}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An envelope for a registered DID.

    Attributes:
        next: The `next` of the forward: a DID, the DID URL of a key, or a did:key.
        envelope: The attached envelope, byte for byte.
        at: When it arrived, in seconds since the epoch.
        expires: The `expires_time` of the forward, in seconds since the epoch.
    """

    next: str
    envelope: bytes
    at: float
    expires: float | None = None

    def ends(self, age: int) -> float:
        """When the envelope leaves the queue, in seconds since the epoch.

        Args:
            age: The longest time in the queue, in seconds.
        """
        end = self.at + age
        return end if self.expires is None else min(end, self.expires)


class Placement(StrEnum):
    """What became of an arrival."""

    STORED = "stored"
    SEEN = "seen"
    """The queue has, or had, the same envelope for the same DID."""
    UNKNOWN = "unknown"
    """`next` is not registered."""
    FULL = "full"
    """A bound of the recipient's queue is reached."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer to an arrival.

    Attributes:
        outcome: What became of it.
        recipient: The id of the recipient of its route, where the route is registered.
    """

    outcome: Placement
    recipient: int | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """An envelope in the queue.

    Attributes:
        seq: Its place in the order of acceptance.
        id: The id of its attachment: opaque, and the same in every delivery.
        route: The registered DID that it is for.
        envelope: The envelope, byte for byte.
        received: When it arrived, in seconds since the epoch.
        deliveries: How often it was delivered before.
    """

    seq: int
    id: str
    route: str
    envelope: bytes
    received: float
    deliveries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """The size and age of a queue; times are in seconds since the epoch.

    Attributes:
        count: The envelopes.
        bytes: Their bytes.
        oldest: When the oldest arrived, in seconds since the epoch; None where there is none.
        newest: When the newest arrived, in seconds since the epoch; None where there is none.
    """

    count: int = 0
    bytes: int = 0
    oldest: float | None = None
    newest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A party with a grant.

    Attributes:
        id: The key of the record.
        did: The DID that the party proves.
        granted: When mediation was granted, in seconds since the epoch.
    """

    id: int
    did: str
    granted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A rotation of a recipient.

    Attributes:
        seq: Its place in the order of rotations.
        old: The id of the recipient before.
        old_did: The DID before.
        recipient: The recipient after: another one where the new DID had a grant, which joins both.
        did: The DID after, in the form that its party used.
    """

    seq: int
    old: int
    old_did: str
    recipient: Recipient
    did: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole store, for its operator.

    Attributes:
        recipients: The recipients.
        routes: Their registered DIDs.
        messages: The queued envelopes.
        bytes: Their bytes.
        oldest: When the oldest arrived, in seconds since the epoch.
        unacknowledged: The envelopes that were delivered before and not acknowledged.
        parked: The envelopes that are parked, in no queue.
        parked_bytes: Their bytes.
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
    """The queue of one recipient, for the operator; `deliveries` is the most of one of its envelopes.

    Attributes:
        did: The DID of the recipient.
        messages: The envelopes.
        bytes: Their bytes.
        deliveries: The most deliveries of one of its envelopes.
        unacknowledged: The envelopes that were delivered before and not acknowledged.
        parked: The envelopes that are parked, in no queue.
    """

    did: str
    messages: int
    bytes: int
    deliveries: int
    unacknowledged: int
    parked: int


class Action(StrEnum):
    """What a recipient asks for one of its DIDs. Coordinate Mediation 2.0 and 3.0."""

    ADD = "add"
    REMOVE = "remove"


class RouteResult(StrEnum):
    """The answer to one change of the routes. Coordinate Mediation 2.0 and 3.0."""

    SUCCESS = "success"
    NO_CHANGE = "no_change"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One change of the routes of a recipient.

    Attributes:
        did: The DID to register or to remove.
        action: Which of the two.
        names: Other names by which a forward may name it, its keys as did:key: claims of its document.
        proved: The names of those keys that its party proved.
    """

    did: str
    action: Action
    names: tuple[str, ...] = ()
    proved: tuple[str, ...] = ()
