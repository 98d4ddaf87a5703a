"""An open connection of a mediator: what may be sent back on it, and for whom."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydidcomm import Message, same_party
from pydidcomm.mediator.live import LiveSession
from pydidcomm.mediator.pickup import PickupRules
from pydidcomm.mediator.records import Recipient

__all__ = ["Connection", "LivePeer"]

MOST_DIDS = 100
"""DIDs that may use one connection at once."""


@dataclass(slots=True)
class LivePeer:
    """A recipient in live mode on one connection.

    Attributes:
        session: What was pushed and what is not acknowledged, and the DID to push to.
        frm: Our DID, as the recipient named it.
        pickup: The version of the protocol in which it asked.
    """

    session: LiveSession
    frm: str
    pickup: PickupRules


@dataclass(eq=False, slots=True)
class Connection:
    """A WebSocket, or one HTTP request.

    Attributes:
        send: Sends an envelope; None where the connection is not persistent.
        wake: Called when there may be something to push.
        live: The recipients in live mode.
        routes: The last `return_route` of each proved DID; a thread id stands for "thread".
    """

    send: Callable[[str], Awaitable[None]] | None = None
    wake: Callable[[], object] = lambda: None
    live: list[LivePeer] = field(default_factory=list[LivePeer])
    routes: dict[str, tuple[str, str | None]] = field(default_factory=dict[str, tuple[str, str | None]])

    @property
    def persistent(self) -> bool:
        """Whether live mode is possible."""
        return self.send is not None

    def live_peer(self, recipient: Recipient) -> LivePeer | None:
        """The live mode of a recipient on this connection.

        Args:
            recipient: The recipient.
        """
        return next((peer for peer in self.live if peer.session.recipient.id == recipient.id), None)

    def rotate(self, old: str, new: str) -> None:
        """Apply what a DID said about answers to the DID that it was rotated to.

        Args:
            old: The DID before a proved rotation.
            new: The DID after it.
        """
        for did in [did for did in self.routes if same_party(did, old)]:
            self.routes.setdefault(new, self.routes.pop(did))

    def note(self, sender: str, message: Message) -> None:
        """Remember what a proved sender says about answers; its next message with the header changes it.

        DIDComm v2.1, extension "Return-Route".

        Args:
            sender: The proved DID.
            message: Its message.
        """
        headers = message.custom_headers
        self.note_route(sender, headers.get("return_route"), headers.get("return_route_thread"))

    def note_route(self, sender: str, value: object, thread: object) -> None:
        """Remember a `return_route`.

        Args:
            sender: The proved DID.
            value: The `return_route`; None where the message has none.
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
        """Whether an answer to this DID may go back on the connection."""
        # a problem report about the thread has a thread of its own below it
        return self.allows(to, {answer.thread, answer.pthid or ""})

    def allows(self, to: str, threads: set[str]) -> bool:
        """Whether an answer in one of these threads may go back to a DID on the connection.

        Args:
            to: The DID.
            threads: The thread of the answer, and the one above it.
        """
        for did, (value, thread) in self.routes.items():
            if same_party(did, to):
                return value == "all" or thread in {each.lower() for each in threads}
        return False
