"""Acknowledgments: the headers `please_ack` and `ack`, and the empty message 1.0, which can carry them.

DIDComm v2.1, sections "ACKs" and "Empty Message".

Example:
    >>> from pydidcomm.protocols import Received, Trust
    >>> from pydidcomm.protocols.acknowledgment import acknowledgment, ids_to_acknowledge
    >>> from pydidcomm.protocols.basic_message import Text
    >>> text = Text(content="hi").to_message(id="one", frm="did:example:alice", please_ack=[""])
    >>> received = Received(message=text, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> ids = ids_to_acknowledge(received, {"one": 1})
    >>> acknowledgment(received, ids, now=1_700_000_000).message.ack
    ('one',)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydidcomm import Message, same_message_type
from pydidcomm.protocols._reply import reply
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.received import Received, Trust

__all__ = [
    "PIURI",
    "Empty",
    "EmptyMessage",
    "acknowledged_by",
    "acknowledgment",
    "ids_to_acknowledge",
    "is_pure",
    "requested_by",
    "with_acknowledgment",
]

PIURI: Final = "https://didcomm.org/empty/1.0"
"""The protocol identifier URI of the empty message."""

MAX_IDS: Final = 64
"""The maximum number of ids read from one `please_ack` or `ack`; a later message can carry the rest."""

FORWARD: Final = "https://didcomm.org/routing/2.0/forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty(Body, type=f"{PIURI}/empty"):
    """A message with an empty body, sent for its headers."""


class EmptyMessage(Protocol, piuri=PIURI):
    """Empty message 1.0: only its headers matter, and they are handled like those of any message."""

    @begins(role="sender")
    def start(self, thread: Conversation, empty: Empty) -> None:
        """Send an empty message.

        Args:
            thread: The thread.
            empty: The message.
        """
        thread.send(empty)

    @on("empty", trust=Trust.ANONYMOUS, quiet=True, expired=True)
    def empty(self, thread: Conversation, _empty: Empty) -> None:
        """Do nothing: no answer is due.

        Args:
            thread: The thread.
            _empty: The message.
        """


def is_pure(message: Message) -> bool:
    """Whether a message is a pure acknowledgment: an empty message with `ack`.

    A pure acknowledgment is never acknowledged.

    Args:
        message: Any message.
    """
    return bool(message.ack) and same_message_type(message.type, Empty.type)


def requested_by(message: Message) -> tuple[str, ...]:
    """The ids in the `please_ack` of a message, in lower case; "" becomes the id of the message itself.

    Args:
        message: Any message.

    Example:
        >>> from pydidcomm.protocols.acknowledgment import requested_by
        >>> from pydidcomm.protocols.basic_message import Text
        >>> requested_by(Text(content="hi").to_message(id="two", please_ack=["one", ""]))
        ('one', 'two')
    """
    asked = (message.please_ack or ())[:MAX_IDS]
    return tuple(dict.fromkeys((one or message.id).lower() for one in asked))


def acknowledged_by(message: Message) -> tuple[str, ...]:
    """The ids that a message of any type acknowledges, in lower case.

    Args:
        message: Any message.
    """
    return tuple(dict.fromkeys(one.lower() for one in (message.ack or ())[:MAX_IDS]))


def ids_to_acknowledge(received: Received, arrived: Mapping[str, int]) -> tuple[str, ...]:
    """The ids to acknowledge to the sender of a message, the oldest first.

    There are none if the sender is not proved, or if the message is a pure acknowledgment or a forward.

    Args:
        received: The message, which must be stored already.
        arrived: The arrival times of earlier messages of this peer, in seconds since the epoch, by id in
            lower case.
    """
    message = received.message
    if received.sender is None or is_pure(message) or same_message_type(message.type, FORWARD):
        return ()
    times = {**arrived, message.id.lower(): arrived.get(message.id.lower(), received.at)}
    return tuple(sorted((one for one in requested_by(message) if one in times), key=times.__getitem__))


def with_acknowledgment(message: Message, ids: Sequence[str]) -> Message:
    """The message with the ids added to its `ack`, so that no separate acknowledgment is needed.

    Args:
        message: A message of ours on the same thread.
        ids: What `ids_to_acknowledge` returned.
    """
    if not ids:
        return message
    return message.replace(ack=list(dict.fromkeys((*(message.ack or ()), *ids))))


def acknowledgment(received: Received, ids: Sequence[str], *, now: int) -> Outgoing | None:
    """A pure acknowledgment of the ids, to be sent if no other message of the thread carries them.

    It requests no acknowledgment itself.

    Args:
        received: The message that requested the acknowledgment.
        ids: What `ids_to_acknowledge` returned.
        now: The time, in seconds since the epoch.

    Returns:
        The message to send; None if `ids` is empty or the sender is not proved.
    """
    if not ids or received.sender is None:
        return None
    message = Empty().to_message(
        thid=received.message.thread,
        ack=list(ids),
        frm=received.recipient,
        to=[received.sender],
        created_time=now,
    )
    return reply(received, message, received.sender)
