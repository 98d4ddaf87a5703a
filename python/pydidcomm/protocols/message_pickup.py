"""Message pickup 3.0 and 4.0 in the recipient's role: status, delivery, acknowledgment, live mode.

The mediator's role is in `pydidcomm.mediator`. Store an envelope before you acknowledge it: the mediator then
deletes it.

Example:
    >>> from pydidcomm.protocols.message_pickup import DeliveryRequest3, MessagePickup3
    >>> recipient = MessagePickup3()
    >>> request = DeliveryRequest3(limit=10)
    >>> step = recipient.begin(request, peer="m", to="did:example:m", frm="did:example:a", now=1_000)
    >>> step.send[0].message.body, step.thread.state
    ({'limit': 10}, 'fetching')
"""

from dataclasses import dataclass
from typing import Any, Final

from pydidcomm import Attachment
from pydidcomm.errors import ContentNotFoundError, MalformedMessageError
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on

__all__ = [
    "PIURI_3",
    "PIURI_4",
    "Delivery3",
    "Delivery4",
    "DeliveryRequest3",
    "DeliveryRequest4",
    "Envelope",
    "LiveDeliveryChange3",
    "LiveDeliveryChange4",
    "MessagePickup3",
    "MessagePickup4",
    "MessagesReceived3",
    "MessagesReceived4",
    "Status3",
    "Status4",
    "StatusRequest3",
    "StatusRequest4",
]

PIURI_3: Final = "https://didcomm.org/messagepickup/3.0"
PIURI_4: Final = "https://didcomm.org/message-pickup/4.0"

_RETURN: Final = {"return_route": "all"}
"""The header of every request: a recipient has no endpoint, so answers come back on the connection."""

MOST_ENVELOPES: Final = 1_000
"""The maximum number of envelopes read from one delivery; some mediators ignore the requested limit."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivered envelope.

    Attributes:
        id: The id by which it is acknowledged.
        content: The envelope, byte for byte.
    """

    id: str
    content: bytes


class _Status(Body):
    """The part of a status that both versions share."""

    __slots__ = ()
    message_count: int
    live_delivery: bool | None


@dataclass(frozen=True, slots=True)
class StatusRequest3(Body, type=f"{PIURI_3}/status-request"):
    """A request for the state of the queue.

    Attributes:
        recipient_did: Only the part of the queue for this DID; None for all.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Status3(_Status, type=f"{PIURI_3}/status"):
    """The state of the queue; times are in seconds since the epoch.

    Attributes:
        message_count: The number of envelopes in the queue.
        recipient_did: The DID that the status is about, if the request named one.
        longest_waited_seconds: The age of the oldest envelope, in seconds.
        newest_received_time: When the newest arrived, in seconds since the epoch.
        oldest_received_time: When the oldest arrived, in seconds since the epoch.
        total_bytes: The size of the queue, in bytes.
        live_delivery: Whether live mode is on for this connection.
    """

    message_count: int
    recipient_did: str | None = None
    longest_waited_seconds: int | None = None
    newest_received_time: int | None = None
    oldest_received_time: int | None = None
    total_bytes: int | None = None
    live_delivery: bool | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRequest3(Body, type=f"{PIURI_3}/delivery-request"):
    """A request for the oldest envelopes.

    Attributes:
        limit: The maximum number of envelopes.
        recipient_did: Only envelopes for this DID; None for all.
    """

    limit: int
    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery3(Body, type=f"{PIURI_3}/delivery"):
    """Envelopes, in the attachments of the message.

    Attributes:
        recipient_did: The DID that the envelopes are for, if the request named one.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class MessagesReceived3(Body, type=f"{PIURI_3}/messages-received"):
    """The acknowledgment of stored envelopes.

    Attributes:
        message_id_list: The ids of the stored envelopes.
    """

    message_id_list: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveDeliveryChange3(Body, type=f"{PIURI_3}/live-delivery-change"):
    """A request to turn live mode on or off.

    Attributes:
        live_delivery: True for on, False for off.
    """

    live_delivery: bool


@dataclass(frozen=True, slots=True)
class StatusRequest4(Body, type=f"{PIURI_4}/status-request"):
    """A request for the state of the queue.

    Attributes:
        recipient_did: Only the part of the queue for this DID; None for all.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Status4(_Status, type=f"{PIURI_4}/status"):
    """The state of the queue; times are in milliseconds since the epoch.

    Attributes:
        message_count: The number of envelopes in the queue.
        recipient_did: The DID that the status is about, if the request named one.
        newest_received_time: When the newest arrived, in milliseconds since the epoch.
        oldest_received_time: When the oldest arrived, in milliseconds since the epoch.
        total_bytes: The size of the queue, in bytes.
        live_delivery: Whether live mode is on for this connection.
    """

    message_count: int
    recipient_did: str | None = None
    newest_received_time: int | None = None
    oldest_received_time: int | None = None
    total_bytes: int | None = None
    live_delivery: bool | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRequest4(Body, type=f"{PIURI_4}/delivery-request"):
    """A request for the oldest envelopes.

    Attributes:
        message_count_limit: The maximum number of envelopes.
        recipient_did: Only envelopes for this DID; None for all.
    """

    message_count_limit: int
    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery4(Body, type=f"{PIURI_4}/delivery"):
    """Envelopes, in the attachments of the message.

    Attributes:
        recipient_did: The DID that the envelopes are for, if the request named one.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class MessagesReceived4(Body, type=f"{PIURI_4}/messages-received"):
    """The acknowledgment of stored envelopes.

    Attributes:
        message_id_list: The ids of the stored envelopes.
    """

    message_id_list: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveDeliveryChange4(Body, type=f"{PIURI_4}/live-delivery-change"):
    """A request to turn live mode on or off.

    Attributes:
        live_delivery: True for on, False for off.
    """

    live_delivery: bool


class _Recipient:
    """The steps that both versions share."""

    @staticmethod
    def ask(thread: Conversation, body: Body, state: str, **data: Any) -> None:  # noqa: ANN401
        """Send a request."""
        thread.send(body, custom_headers=_RETURN)
        thread.set(state, **data)

    @staticmethod
    def status(thread: Conversation, status: _Status) -> None:
        """End the thread with the state of the queue; after a change of mode the event names the new mode."""
        if thread.state == "changing":
            thread.finish("live" if status.live_delivery else "polling", status)
        else:
            thread.finish("empty" if thread.state == "fetching" else "status", status)

    @staticmethod
    def delivery(thread: Conversation) -> None:
        """Report requested or pushed envelopes."""
        found = _envelopes(thread.message.attachments or ())
        if thread.state == "fetching":
            thread.finish("delivered" if found else "empty", found)
        elif found:
            thread.emit("delivered", found)


def _envelopes(attachments: tuple[Attachment, ...]) -> tuple[Envelope, ...]:
    """The readable envelopes; those without an id or content are skipped, and stay with the mediator."""
    found: list[Envelope] = []
    for each in attachments[:MOST_ENVELOPES]:
        try:
            content = each.content()
        except (ContentNotFoundError, MalformedMessageError):
            continue
        if each.id is not None:
            found.append(Envelope(each.id, content))
    return tuple(found)


class MessagePickup3(Protocol, piuri=PIURI_3, roles=("recipient",)):
    """Message pickup 3.0 in the recipient's role.

    Each request is a thread of its own, whose states are "asking", "fetching" or "changing", and "done".
    Events: "status" with the status; "delivered" with a tuple of `Envelope`, requested or pushed; "empty"
    with the status, or with an empty tuple after a delivery without envelopes; "live" and "polling" with the
    status that confirms the mode; "timeout". After "live" fetch the queue: only later envelopes are pushed.
    """

    @begins(role="recipient")
    def ask_status(self, thread: Conversation, request: StatusRequest3) -> None:
        """Request the state of the queue."""
        _Recipient.ask(thread, request, "asking")

    @begins(role="recipient")
    def fetch(self, thread: Conversation, request: DeliveryRequest3) -> None:
        """Request envelopes."""
        _Recipient.ask(thread, request, "fetching")

    @begins(role="recipient")
    def acknowledge(self, thread: Conversation, received: MessagesReceived3) -> None:
        """Acknowledge stored envelopes; not every mediator answers."""
        thread.send(received, custom_headers=_RETURN)

    @begins(role="recipient")
    def change_mode(self, thread: Conversation, change: LiveDeliveryChange3) -> None:
        """Request to turn live mode on or off."""
        _Recipient.ask(thread, change, "changing")

    @on("status", role="recipient", state=("asking", "fetching", "changing"), quiet=True)
    def status(self, thread: Conversation, status: Status3) -> None:
        """End the thread with the state of the queue."""
        _Recipient.status(thread, status)

    @on("delivery", role="recipient", state=("", "fetching"), quiet=True)
    def delivery(self, thread: Conversation, _delivery: Delivery3) -> None:
        """Report envelopes to the program."""
        _Recipient.delivery(thread)


class MessagePickup4(Protocol, piuri=PIURI_4, roles=("recipient",)):
    """Message pickup 4.0 in the recipient's role; see `MessagePickup3`."""

    @begins(role="recipient")
    def ask_status(self, thread: Conversation, request: StatusRequest4) -> None:
        """Request the state of the queue."""
        _Recipient.ask(thread, request, "asking")

    @begins(role="recipient")
    def fetch(self, thread: Conversation, request: DeliveryRequest4) -> None:
        """Request envelopes."""
        _Recipient.ask(thread, request, "fetching")

    @begins(role="recipient")
    def acknowledge(self, thread: Conversation, received: MessagesReceived4) -> None:
        """Acknowledge stored envelopes; the message has no answer."""
        thread.send(received)

    @begins(role="recipient")
    def change_mode(self, thread: Conversation, change: LiveDeliveryChange4) -> None:
        """Request to turn live mode on or off."""
        _Recipient.ask(thread, change, "changing")

    @on("status", role="recipient", state=("asking", "fetching", "changing"), quiet=True)
    def status(self, thread: Conversation, status: Status4) -> None:
        """End the thread with the state of the queue."""
        _Recipient.status(thread, status)

    @on("delivery", role="recipient", state=("", "fetching"), quiet=True)
    def delivery(self, thread: Conversation, _delivery: Delivery4) -> None:
        """Report envelopes to the program."""
        _Recipient.delivery(thread)
