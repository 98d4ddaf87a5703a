"""An open connection of a mediator, its return routes and its live sessions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydidcomm import Message, same_party
from pydidcomm.mediator.live import LiveSession
from pydidcomm.mediator.pickup import PickupRules
from pydidcomm.mediator.records import Recipient

__all__ = ["Connection", "LivePeer"]

MOST_DIDS = 100
"""DIDs whose `return_route` is stored for one connection."""


@dataclass(slots=True)
class LivePeer:
    """A recipient in live mode on one connection.

    Attributes:
        session: The live session.
        frm: The DID of the mediator that the recipient used.
        pickup: The version of Message Pickup that the recipient used.
    """

    session: LiveSession
    frm: str
    pickup: PickupRules


@dataclass(eq=False, slots=True)
class Connection:
    """A WebSocket, or one HTTP request.

    Attributes:
        send: Sends an envelope on a WebSocket; None for an HTTP request.
        wake: Called when there may be envelopes to push.
        live: The recipients in live mode.
        routes: The last `return_route` of each verified DID, with the thread id for "thread".
    """

    send: Callable[[str], Awaitable[None]] | None = None
    wake: Callable[[], object] = lambda: None
    live: list[LivePeer] = field(default_factory=list[LivePeer])
    routes: dict[str, tuple[str, str | None]] = field(default_factory=dict[str, tuple[str, str | None]])

    @property
    def persistent(self) -> bool:
        """Whether the connection is a WebSocket, so that live mode is possible."""
        return self.send is not None

    def live_peer(self, recipient: Recipient) -> LivePeer | None:
        """Return the live session of a recipient on this connection, or None.

        Args:
            recipient: The recipient.
        """
        return next((peer for peer in self.live if peer.session.recipient.id == recipient.id), None)

    def rotate(self, old: str, new: str) -> None:
        """Move the `return_route` of a DID to the DID that it was rotated to.

        Args:
            old: The DID before a verified rotation.
            new: The DID after it.
        """
        for did in [did for did in self.routes if same_party(did, old)]:
            self.routes.setdefault(new, self.routes.pop(did))

    def note(self, sender: str, message: Message) -> None:
        """Store the `return_route` of a message, until another message of the sender changes it.

        DIDComm v2.1, extension "Return-Route".

        Args:
            sender: The verified DID of the sender.
            message: The message.
        """
        headers = message.custom_headers
        self.note_route(sender, headers.get("return_route"), headers.get("return_route_thread"))

    def note_route(self, sender: str, value: object, thread: object) -> None:
        """Store a `return_route`.

        Args:
            sender: The verified DID of the sender.
            value: The `return_route`; None if the message has none.
            thread: The `return_route_thread`.
        """
        if value is None and self.persistent:
            return
        self.routes.pop(sender, None)
        if value == "all":
            self.routes[sender] = ("all", None)
        elif value == "thread" and isinstance(thread, str):
            self.routes[sender] = ("thread", thread.lower())
        if len(self.routes) > MOST_DIDS:
            del self.routes[next(iter(self.routes))]

    def takes(self, to: str, answer: Message) -> bool:
        """Return whether an answer to a DID may be sent on the connection."""
        # a problem report about a thread is a child thread
        return self.allows(to, {answer.thread, answer.pthid or ""})

    def allows(self, to: str, threads: set[str]) -> bool:
        """Return whether an answer to a DID in one of these threads may be sent on the connection.

        Args:
            to: The DID.
            threads: The thread id of the answer, and that of its parent.
        """
        for did, (value, thread) in self.routes.items():
            if same_party(did, to):
                return value == "all" or thread in {each.lower() for each in threads}
        return False
