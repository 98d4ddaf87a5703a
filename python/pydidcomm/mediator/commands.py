"""Commands of recipients, and their results, independent of protocol and version."""

from dataclasses import dataclass

from pydidcomm.mediator.records import Queued, QueueStatus, RouteChange, RouteResult

__all__ = [
    "Acknowledge",
    "Change",
    "Changed",
    "Command",
    "Deliver",
    "Delivered",
    "Denied",
    "Granted",
    "List",
    "Listed",
    "Mediate",
    "ReportStatus",
    "Result",
    "SetLive",
    "Status",
]


@dataclass(frozen=True, slots=True)
class Mediate:
    """Request mediation."""


@dataclass(frozen=True, slots=True)
class Change:
    """Register and remove DIDs.

    Attributes:
        entries: Each entry of the request as it was sent, with its change; None for a malformed entry.
    """

    entries: tuple[tuple[dict[str, object], RouteChange | None], ...]


@dataclass(frozen=True, slots=True)
class List:
    """List the registered DIDs.

    Attributes:
        offset: The number of DIDs to skip.
        limit: The maximum number of DIDs; None if no page was requested.
    """

    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """Report the state of the queue, or of its part for one DID.

    Attributes:
        route: The DID; None for the whole queue.
    """

    route: str | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """Deliver the oldest envelopes.

    Attributes:
        limit: The maximum number of envelopes.
        route: Only envelopes for this DID; None for all.
        as_json: Whether the recipient reads only JSON attachments.
    """

    limit: int
    route: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Acknowledge envelopes.

    Attributes:
        ids: The ids of the envelopes.
    """

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetLive:
    """Start or end live mode on this connection.

    Attributes:
        on: Whether to start live mode.
    """

    on: bool


Command = Mediate | Change | List | ReportStatus | Deliver | Acknowledge | SetLive


@dataclass(frozen=True, slots=True)
class Granted:
    """Mediation is granted.

    Attributes:
        routing_did: The routing DID, for use as service endpoint.
    """

    routing_did: str


@dataclass(frozen=True, slots=True)
class Denied:
    """Mediation is refused."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The results of a `Change`.

    Attributes:
        entries: Each entry of the request as it was sent, with its result.
    """

    entries: tuple[tuple[dict[str, object], RouteResult], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the registered DIDs.

    Attributes:
        dids: The DIDs, in the order of registration.
        offset: The number of DIDs before them.
        remaining: The number of DIDs after them; None if no page was requested and the list is complete.
    """

    dids: tuple[str, ...]
    offset: int = 0
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a queue.

    Attributes:
        queue: The size and age of the queue.
        now: The time, in seconds since the epoch.
        live: Whether this connection is in live mode.
        route: The DID of the request, as it was sent, or None.
    """

    queue: QueueStatus
    now: float
    live: bool = False
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """Envelopes of a queue.

    Attributes:
        envelopes: The envelopes, oldest first.
        route: The DID of the request, as it was sent, or None.
        as_json: Whether the recipient reads only JSON attachments.
    """

    envelopes: tuple[Queued, ...]
    route: str | None = None
    as_json: bool = False


Result = Granted | Denied | Changed | Listed | Status | Delivered
