"""What the parts of a running agent share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydidcomm.agent.events import Events
from pydidcomm.agent.relationships import Relationships
from pydidcomm.agent.requests import Requests
from pydidcomm.protocols import Protocols
from pydidcomm.stores import Store

__all__ = ["Services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the parts of a running agent share.

    Attributes:
        store: Where state is kept.
        protocols: The protocols of the program.
        relationships: Who we are to whom.
        requests: The requests that wait for answers.
        events: Where events go.
        clock: The time, in seconds since the epoch.
        new_did: Makes a DID of ours.
        outbox_changed: To be called after messages were committed.
    """

    store: Store
    protocols: Protocols
    relationships: Relationships
    requests: Requests
    events: Events
    clock: Callable[[], float]
    new_did: Callable[[], Awaitable[str]]
    outbox_changed: Callable[[], None]

    @property
    def now(self) -> int:
        """The time in whole seconds."""
        return int(self.clock())
