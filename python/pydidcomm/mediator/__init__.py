"""DIDComm mediator: queue envelopes for registered DIDs until their recipients pick them up.

`Mediator` implements Routing, Coordinate Mediation and Message Pickup; `MediatorServer` serves it as an ASGI
application. The rules are in small modules without I/O, and the state is in a `MediatorStore`.
"""

try:
    import anyio as anyio
except ImportError as _error:
    _problem = f"{_error.name} is not installed: pip install 'pydidcomm[mediator]'"
    raise ImportError(_problem, name=_error.name) from None

from pydidcomm.mediator.admission import Admission, AllowList, Closed, Open
from pydidcomm.mediator.departures import OutgoingLimits
from pydidcomm.mediator.invitations import Invitations, InvitationToken, InvitedOnly
from pydidcomm.mediator.live import LiveSession, LiveSessions
from pydidcomm.mediator.mediator import Mediator
from pydidcomm.mediator.onward import Onward
from pydidcomm.mediator.parked import Parked, Undelivered
from pydidcomm.mediator.rate import RateLimit, RateLimiter
from pydidcomm.mediator.records import (
    Action,
    Arrival,
    Limits,
    Placed,
    Placement,
    Queued,
    QueueStatus,
    Recipient,
    RouteChange,
    RouteResult,
)
from pydidcomm.mediator.server import MediatorServer
from pydidcomm.mediator.sqlite import SqliteMediatorStore
from pydidcomm.mediator.storage import MediatorStore

__all__ = [
    "Action",
    "Admission",
    "AllowList",
    "Arrival",
    "Closed",
    "InvitationToken",
    "Invitations",
    "InvitedOnly",
    "Limits",
    "LiveSession",
    "LiveSessions",
    "Mediator",
    "MediatorServer",
    "MediatorStore",
    "Onward",
    "Open",
    "OutgoingLimits",
    "Parked",
    "Placed",
    "Placement",
    "QueueStatus",
    "Queued",
    "RateLimit",
    "RateLimiter",
    "Recipient",
    "RouteChange",
    "RouteResult",
    "SqliteMediatorStore",
    "Undelivered",
]
