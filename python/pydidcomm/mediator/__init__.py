"""A mediator: takes forwards for registered DIDs, and keeps them until their recipient has them.

`Mediator` is an ASGI application. What it decides is in small modules without I/O; what it keeps is behind
`MediatorStore`.
"""

from pydidcomm.mediator.records import (
    Action,
    Arrival,
    Limits,
    Placement,
    Queued,
    QueueStatus,
    Recipient,
    RouteChange,
    RouteResult,
)
from pydidcomm.mediator.sqlite import SqliteMediatorStore
from pydidcomm.mediator.storage import MediatorStore

__all__ = [
    "Action",
    "Arrival",
    "Limits",
    "MediatorStore",
    "Placement",
    "QueueStatus",
    "Queued",
    "Recipient",
    "RouteChange",
    "RouteResult",
    "SqliteMediatorStore",
]
