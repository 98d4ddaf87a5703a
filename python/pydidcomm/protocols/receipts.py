"""Receipts 1.0: whether a message was received, viewed or deleted by a person.

Example:
    >>> from pydidcomm.protocols.receipts import ReceiptState, RequestedReceipt, RequestReceipts
    >>> request = RequestReceipts(requested_receipts=(
    ...     RequestedReceipt(message_type="https://didcomm.org/basicmessage/2.0/*"),))
    >>> request.wants("https://didcomm.org/basicmessage/2.0/message", ReceiptState.VIEWED)
    True
    >>> request.wants("https://didcomm.org/receipts/1.0/message-receipts", ReceiptState.RECEIVED)
    False
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydidcomm import same_message_type
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on
from pydidcomm.protocols.versions import agree

__all__ = [
    "PIURI",
    "MessageReceipts",
    "Receipt",
    "ReceiptState",
    "Receipts",
    "RequestReceipts",
    "RequestedReceipt",
]

PIURI: Final = "https://didcomm.org/receipts/1.0"
"""The protocol identifier URI."""

MAX_ENTRIES: Final = 256
"""The maximum number of entries in one message: more than a page of viewed messages needs."""

_LONGEST_TIME: Final = 19
"""The maximum number of digits of a time, that of the largest number with 63 bits."""


class ReceiptState(StrEnum):
    """The state of a message at its recipient; "viewed" and "deleted" come after "received"."""

    RECEIVED = "received"
    VIEWED = "viewed"
    DELETED = "deleted"

    def may_follow(self, earlier: "Collection[ReceiptState]") -> bool:
        """Whether a message can get this state.

        Args:
            earlier: The states that the message has had.
        """
        if self in earlier:
            return False
        return self is ReceiptState.RECEIVED or ReceiptState.RECEIVED in earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedReceipt:
    """The receipts that are requested for messages of a type.

    Attributes:
        message_type: The message type URI; a `*` at the end is a wildcard.
        states: The states; None for all. A state that we do not support is ignored.
    """

    message_type: str
    states: tuple[str, ...] | None = None

    def wants(self, message_type: str, state: ReceiptState) -> bool:
        """Whether a receipt is requested.

        Args:
            message_type: The type of the message.
            state: The state that it has reached.
        """
        # examples of the protocol begin the states with a capital letter
        if self.states is not None and state.value not in {one.lower() for one in self.states}:
            return False
        if self.message_type.endswith("*"):
            return message_type.startswith(self.message_type[:-1])
        return same_message_type(self.message_type, message_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceipts(Body, type=f"{PIURI}/request-receipts"):
    """A request for receipts; it replaces earlier ones, and an empty one ends them.

    Attributes:
        requested_receipts: The types of messages and the states to send receipts for, at most 256 entries.
    """

    requested_receipts: tuple[RequestedReceipt, ...]

    def __post_init__(self) -> None:
        _check_length(self.requested_receipts)

    def wants(self, message_type: str, state: ReceiptState) -> bool:
        """Whether a receipt is requested; receipts themselves get none.

        Args:
            message_type: The type of the message.
            state: The state that it has reached.
        """
        if agree(PIURI, message_type.rpartition("/")[0]) is not None:
            return False
        return any(one.wants(message_type, state) for one in self.requested_receipts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receipt of one message.

    Attributes:
        message_id: The id of the message.
        state: The state; `ReceiptState(state.lower())` if it is one that we support.
        timestamp: When the message reached the state, in seconds since the epoch; also a string of digits, as
            in examples of the protocol.
    """

    message_id: str
    state: str
    timestamp: int | str

    def __post_init__(self) -> None:
        text = str(self.timestamp)
        if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_TIME:
            problem = f"`timestamp` must be seconds since the epoch, with at most {_LONGEST_TIME} digits"
            raise ValueError(problem)

    @property
    def at(self) -> int:
        """The time as a number, in seconds since the epoch."""
        return int(self.timestamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceipts(Body, type=f"{PIURI}/message-receipts"):
    """Receipts of messages.

    Attributes:
        receipts: The receipts, at most 256.
    """

    receipts: tuple[Receipt, ...]

    def __post_init__(self) -> None:
        _check_length(self.receipts)


def _check_length(entries: Collection[object]) -> None:
    if len(entries) > MAX_ENTRIES:
        problem = f"a message must have at most {MAX_ENTRIES} entries, got {len(entries)}"
        raise ValueError(problem)


class Receipts(Protocol, piuri=PIURI, roles=("requester", "responder")):
    """Receipts 1.0 in both roles; it has no states.

    Events: "receipts-requested" with a `RequestReceipts`, which the program stores for the peer; "receipts"
    with a `MessageReceipts`.
    """

    @begins(role="requester")
    def request(self, thread: Conversation, request: RequestReceipts) -> None:
        """Request receipts, or end them.

        Args:
            thread: The thread.
            request: The request.
        """
        thread.send(request)

    @begins(role="responder")
    def tell(self, thread: Conversation, receipts: MessageReceipts) -> None:
        """Send receipts.

        Args:
            thread: The thread.
            receipts: The receipts.
        """
        thread.send(receipts)

    @on("request-receipts", role="responder")
    def request_receipts(self, thread: Conversation, request: RequestReceipts) -> None:
        """Report a request to the program.

        Args:
            thread: The thread.
            request: The request.
        """
        thread.emit("receipts-requested", request)

    @on("message-receipts", role="requester", quiet=True)
    def message_receipts(self, thread: Conversation, receipts: MessageReceipts) -> None:
        """Report receipts to the program.

        Args:
            thread: The thread.
            receipts: The receipts.
        """
        thread.emit("receipts", receipts)
