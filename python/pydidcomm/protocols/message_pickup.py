"""Message pickup 3.0 and 4.0 in the recipient's role: status, delivery, acknowledgment, live mode.

The mediator's role is in `pydidcomm.mediator`. Acknowledge an envelope only when it is stored: the mediator
deletes it then.

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
"""Envelopes of one delivery that are read; some mediators ignore the limit that was asked for."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivered envelope; `id` acknowledges it.

    Attributes:
        id: The id that acknowledges it.
        content: The envelope, byte for byte.
    """

    id: str
    content: bytes


class _Status(Body):
    """What both versions of a status have."""

    __slots__ = ()
    message_count: int
    live_delivery: bool | None


@dataclass(frozen=True, slots=True)
class StatusRequest3(Body, type=f"{PIURI_3}/status-request"):
    """Asks for the state of the queue.

    Attributes:
        recipient_did: Only the part of the queue for this DID; None for all.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Status3(_Status, type=f"{PIURI_3}/status"):
    """The state of the queue; times are in seconds since the epoch.

    Attributes:
        message_count: The envelopes in the queue.
        recipient_did: The DID that the status is about, where the request named one.
        longest_waited_seconds: The age of the oldest envelope, in seconds.
        newest_received_time: When the newest arrived, in seconds since the epoch.
        oldest_received_time: When the oldest arrived, in seconds since the epoch.
        total_bytes: The bytes in the queue.
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
    """Asks for the oldest envelopes.

    Attributes:
        limit: The most envelopes.
        recipient_did: Only envelopes for this DID; None for all.
    """

    limit: int
    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery3(Body, type=f"{PIURI_3}/delivery"):
    """Envelopes, in the attachments of the message.

    Attributes:
        recipient_did: The DID that the envelopes are for, where the request named one.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class MessagesReceived3(Body, type=f"{PIURI_3}/messages-received"):
    """Says that envelopes are stored.

    Attributes:
        message_id_list: The ids of the stored envelopes.
    """

    message_id_list: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveDeliveryChange3(Body, type=f"{PIURI_3}/live-delivery-change"):
    """Asks for live mode, or for its end.

    Attributes:
        live_delivery: Whether live mode is wanted.
    """

    live_delivery: bool


@dataclass(frozen=True, slots=True)
class StatusRequest4(Body, type=f"{PIURI_4}/status-request"):
    """Asks for the state of the queue.

    Attributes:
        recipient_did: Only the part of the queue for this DID; None for all.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Status4(_Status, type=f"{PIURI_4}/status"):
    """The state of the queue; times are in milliseconds since the epoch.

    Attributes:
        message_count: The envelopes in the queue.
        recipient_did: The DID that the status is about, where the request named one.
        newest_received_time: When the newest arrived, in milliseconds since the epoch.
        oldest_received_time: When the oldest arrived, in milliseconds since the epoch.
        total_bytes: The bytes in the queue.
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
    """Asks for the oldest envelopes.

    Attributes:
        message_count_limit: The most envelopes.
        recipient_did: Only envelopes for this DID; None for all.
    """

    message_count_limit: int
    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery4(Body, type=f"{PIURI_4}/delivery"):
    """Envelopes, in the attachments of the message.

    Attributes:
        recipient_did: The DID that the envelopes are for, where the request named one.
    """

    recipient_did: str | None = None


@dataclass(frozen=True, slots=True)
class MessagesReceived4(Body, type=f"{PIURI_4}/messages-received"):
    """Says that envelopes are stored.

    Attributes:
        message_id_list: The ids of the stored envelopes.
    """

    message_id_list: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveDeliveryChange4(Body, type=f"{PIURI_4}/live-delivery-change"):
    """Asks for live mode, or for its end.

    Attributes:
        live_delivery: Whether live mode is wanted.
    """

    live_delivery: bool


class _Recipient:
    """What the machines of both versions do."""

    @staticmethod
    def ask(thread: Conversation, body: Body, state: str, **data: Any) -> None:  # noqa: ANN401
        """Send a request."""
        thread.send(body, custom_headers=_RETURN)
        thread.set(state, **data)

    @staticmethod
    def status(thread: Conversation, status: _Status) -> None:
        """End with the state of the queue; after a change of live mode with what to fetch now."""
        if thread.state == "changing":
            thread.finish("live" if status.live_delivery else "polling", status)
        else:
            thread.finish("empty" if thread.state == "fetching" else "status", status)

    @staticmethod
    def delivery(thread: Conversation) -> None:
        """Report envelopes, whether they were asked for or pushed."""
        found = _envelopes(thread.message.attachments or ())
        if thread.state == "fetching":
            thread.finish("delivered" if found else "empty", found)
        elif found:
            thread.emit("delivered", found)


def _envelopes(attachments: tuple[Attachment, ...]) -> tuple[Envelope, ...]:
    """The envelopes that can be read; those without an id or content stay with the mediator."""
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
    Events: "status" and "empty" with the status, "delivered" with the `Envelope`s, asked for or pushed,
    "live" and "polling" with the status that confirms the mode, "timeout". Fetch what is queued after "live":
    only what arrives later is pushed.
    """

    @begins(role="recipient")
    def ask_status(self, thread: Conversation, request: StatusRequest3) -> None:
        """Ask for the state of the queue."""
        _Recipient.ask(thread, request, "asking")

    @begins(role="recipient")
    def fetch(self, thread: Conversation, request: DeliveryRequest3) -> None:
        """Ask for envelopes."""
        _Recipient.ask(thread, request, "fetching")

    @begins(role="recipient")
    def acknowledge(self, thread: Conversation, received: MessagesReceived3) -> None:
        """Say that envelopes are stored; not every mediator answers."""
        thread.send(received, custom_headers=_RETURN)

    @begins(role="recipient")
    def change_mode(self, thread: Conversation, change: LiveDeliveryChange3) -> None:
        """Ask for live mode, or for its end."""
        _Recipient.ask(thread, change, "changing")

    @on("status", role="recipient", state=("asking", "fetching", "changing"), quiet=True)
    def status(self, thread: Conversation, status: Status3) -> None:
        """End with the state of the queue."""
        _Recipient.status(thread, status)

    @on("delivery", role="recipient", state=("", "fetching"), quiet=True)
    def delivery(self, thread: Conversation, _delivery: Delivery3) -> None:
        """Report envelopes."""
        _Recipient.delivery(thread)


class MessagePickup4(Protocol, piuri=PIURI_4, roles=("recipient",)):
    """Message pickup 4.0 in the recipient's role; see `MessagePickup3`."""

    @begins(role="recipient")
    def ask_status(self, thread: Conversation, request: StatusRequest4) -> None:
        """Ask for the state of the queue."""
        _Recipient.ask(thread, request, "asking")

    @begins(role="recipient")
    def fetch(self, thread: Conversation, request: DeliveryRequest4) -> None:
        """Ask for envelopes."""
        _Recipient.ask(thread, request, "fetching")

    @begins(role="recipient")
    def acknowledge(self, thread: Conversation, received: MessagesReceived4) -> None:
        """Say that envelopes are stored; there is no answer."""
        thread.send(received)

    @begins(role="recipient")
    def change_mode(self, thread: Conversation, change: LiveDeliveryChange4) -> None:
        """Ask for live mode, or for its end."""
        _Recipient.ask(thread, change, "changing")

    @on("status", role="recipient", state=("asking", "fetching", "changing"), quiet=True)
    def status(self, thread: Conversation, status: Status4) -> None:
        """End with the state of the queue."""
        _Recipient.status(thread, status)

    @on("delivery", role="recipient", state=("", "fetching"), quiet=True)
    def delivery(self, thread: Conversation, _delivery: Delivery4) -> None:
        """Report envelopes."""
        _Recipient.delivery(thread)
