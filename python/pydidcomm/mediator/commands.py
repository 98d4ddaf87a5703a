"""What recipients ask of a mediator, and the answers, whatever the protocol and its version."""

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
    """Asks for mediation."""


@dataclass(frozen=True, slots=True)
class Change:
    """Asks to register and remove DIDs.

    Attributes:
        entries: What was asked, word for word, and the change that it stands for; None where it is malformed.
    """

    entries: tuple[tuple[dict[str, object], RouteChange | None], ...]


@dataclass(frozen=True, slots=True)
class List:
    """Asks which DIDs are registered; `limit` is None where all are wanted.

    Attributes:
        offset: The DIDs to leave out before.
        limit: The most DIDs; None for all.
    """

    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """Asks for the state of the queue, or of the part for one DID.

    Attributes:
        route: Only the part for this DID; None for all.
    """

    route: str | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """Asks for the oldest envelopes.

    Attributes:
        limit: The most envelopes.
        route: Only envelopes for this DID; None for all.
        as_json: Whether the recipient reads JSON attachments alone.
    """

    limit: int
    route: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Says that envelopes have arrived.

    Attributes:
        ids: The ids of the envelopes.
    """

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetLive:
    """Asks for live mode on this connection, or for its end.

    Attributes:
        on: Whether live mode is wanted.
    """

    on: bool


Command = Mediate | Change | List | ReportStatus | Deliver | Acknowledge | SetLive


@dataclass(frozen=True, slots=True)
class Granted:
    """Mediation is granted, under this DID.

    Attributes:
        routing_did: The DID to use as service endpoint.
    """

    routing_did: str


@dataclass(frozen=True, slots=True)
class Denied:
    """Mediation is refused."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The entries as they were asked, each with its result.

    Attributes:
        entries: What was asked, word for word, and its result.
    """

    entries: tuple[tuple[dict[str, object], RouteResult], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the registered DIDs; `remaining` is None where no page was asked for.

    Attributes:
        dids: The DIDs, in the order of registration.
        offset: The DIDs before them.
        remaining: The DIDs after them; None where no page was asked for.
    """

    dids: tuple[str, ...]
    offset: int = 0
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a queue.

    Attributes:
        queue: Its size and age.
        now: The time, in seconds since the epoch.
        live: Whether live mode is on for this connection.
        route: The DID as it was asked for.
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
        route: The DID as it was asked for.
        as_json: Whether the recipient reads JSON attachments alone.
    """

    envelopes: tuple[Queued, ...]
    route: str | None = None
    as_json: bool = False


Result = Granted | Denied | Changed | Listed | Status | Delivered
