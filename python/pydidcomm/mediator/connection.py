"""An open connection of a mediator: what may be sent back on it, and for whom."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydidcomm import Message, same_party
from pydidcomm.mediator.live import LiveSession
from pydidcomm.mediator.pickup import Pickup
from pydidcomm.mediator.records import Recipient

__all__ = ["Connection", "LivePeer"]

MOST_DIDS = 100
"""DIDs that may use one connection at once."""


@dataclass(frozen=True, slots=True)
class LivePeer:
    """A recipient in live mode on one connection.

    Attributes:
        session: What was pushed and what is not acknowledged.
        recipient: The recipient.
        did: The DID that it proved.
        frm: Our DID, as the recipient named it.
        pickup: The version of the protocol in which it asked.
    """

    session: LiveSession
    recipient: Recipient
    did: str
    frm: str
    pickup: Pickup


@dataclass(eq=False, slots=True)
class Connection:
    """A WebSocket, or one HTTP request.

    Attributes:
        id: The id by which received messages name it.
        send: Sends an envelope; None where the connection is not persistent.
        wake: Called when there may be something to push.
        live: The recipients in live mode, by the id of the recipient.
        routes: The last `return_route` of each proved DID; a thread id stands for "thread".
    """

    id: str
    send: Callable[[str], Awaitable[None]] | None = None
    wake: Callable[[], object] = lambda: None
    live: dict[int, LivePeer] = field(default_factory=dict[int, LivePeer])
    routes: dict[str, tuple[str, str | None]] = field(default_factory=dict[str, tuple[str, str | None]])

    @property
    def persistent(self) -> bool:
        """Whether live mode is possible."""
        return self.send is not None

    def note(self, sender: str, message: Message) -> None:
        """Remember what a proved sender says about answers; its next message with the header changes it.

        DIDComm v2.1, extension "Return-Route".

        Args:
            sender: The proved DID.
            message: Its message.
        """
        headers = message.custom_headers
        value = headers.get("return_route")
        if value is None and self.persistent:
            return
        thread = headers.get("return_route_thread")
        self.routes.pop(sender, None)
        if value == "all":
            self.routes[sender] = ("all", None)
        elif value == "thread" and isinstance(thread, str):
            self.routes[sender] = ("thread", thread.lower())
        if len(self.routes) > MOST_DIDS:
            del self.routes[next(iter(self.routes))]

    def takes(self, to: str, answer: Message) -> bool:
        """Whether an answer to this DID may go back on the connection."""
        for did, (value, thread) in self.routes.items():
            if same_party(did, to):
                return value == "all" or answer.thread.lower() == thread
        return False
