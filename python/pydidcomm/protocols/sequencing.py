"""Advanced sequencing: `sender_order`, `sent_count` and `received_orders`, which show gaps and repeats.

A protocol turns them on by a class argument: `class Auction(Protocol, piuri=..., sequenced=True)`. The
protocol decides what to do about a gap. DIDComm v2, extension "Advanced Sequencing".

Example:
    >>> from pydidcomm import Message
    >>> from pydidcomm.protocols.sequencing import Orders
    >>> bid = "https://example.org/auction/1.0/bid"
    >>> orders, first = Orders().stamped(Message(type=bid))
    >>> orders, second = orders.stamped(Message(type=bid))
    >>> second.custom_headers["sender_order"]
    2
    >>> seen, is_new = Orders().seen("did:example:alice", second)
    >>> seen.gaps("did:example:alice"), is_new
    ((1,), True)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, cast

from pydidcomm import Message
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols._codec import read

__all__ = ["GapDetector", "Orders", "received_orders", "resent", "sent_count"]

MAX_ORDER: Final = 2**31 - 1
"""The highest `sender_order`: more messages than any thread has."""

MAX_GAPS: Final = 256
"""The maximum number of missing orders of one party: a larger jump is an error, and not a gap."""

MAX_PARTIES: Final = 64
"""The maximum number of parties of one thread whose orders are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDetector:
    """The orders received from one party.

    Attributes:
        id: The DID of the party.
        last: The highest `sender_order`.
        gaps: The missing orders below `last`, in rising order.
    """

    id: str
    last: int
    gaps: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The object as in the header `received_orders`."""
        return {"id": self.id, "last": self.last, "gaps": list(self.gaps)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders of one thread: the count of our messages, and the orders received from the others.

    Attributes:
        sent: The number of messages that we have sent, without repeats.
        parties: The orders received from each party.
    """

    sent: int = 0
    parties: tuple[GapDetector, ...] = ()

    def stamped(self, message: Message) -> tuple[Self, Message]:
        """The orders after our next message, and the message with its sequencing headers.

        Args:
            message: A message that has not been sent yet; `resent` makes a repeat.
        """
        headers: dict[str, Any] = {**message.custom_headers, "sender_order": self.sent + 1}
        if self.parties:
            headers["received_orders"] = [party.as_dict() for party in self.parties]
        return replace(self, sent=self.sent + 1), message.replace(custom_headers=headers)

    def seen(self, party: str, message: Message) -> tuple[Self, bool]:
        """The orders after a received message, and whether the message is new.

        A message without `sender_order` counts as new.

        Args:
            party: The proved DID of its sender.
            message: The message.

        Raises:
            MalformedMessageError: `sender_order` is not a positive whole number or too far ahead, or the
                thread has too many parties.
        """
        value: Any = message.custom_headers.get("sender_order")
        if value is None:
            return self, True
        order = _number(value, "message.sender_order", least=1)
        known = self._of(party) or GapDetector(id=party, last=0)
        if order <= known.last and order not in known.gaps:
            return self, False
        if order in known.gaps:
            updated = replace(known, gaps=tuple(one for one in known.gaps if one != order))
        else:
            if order - known.last - 1 + len(known.gaps) > MAX_GAPS:
                raise MalformedMessageError(part="message.sender_order", reason="too far ahead")
            updated = replace(known, last=order, gaps=(*known.gaps, *range(known.last + 1, order)))
        others = tuple(one for one in self.parties if one.id != party)
        if len(others) >= MAX_PARTIES:
            raise MalformedMessageError(part="message.sender_order", reason="too many parties on the thread")
        return replace(self, parties=(*others, updated)), True

    def gaps(self, party: str) -> tuple[int, ...]:
        """The missing orders of a party.

        Args:
            party: Its DID.
        """
        known = self._of(party)
        return () if known is None else known.gaps

    def _of(self, party: str) -> GapDetector | None:
        return next((one for one in self.parties if one.id == party), None)

    def as_dict(self) -> dict[str, Any]:
        """The object as a JSON object, for `Thread.data`."""
        return {"sent": self.sent, "parties": [party.as_dict() for party in self.parties]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore the object that `as_dict` returned.

        Args:
            stored: What `as_dict` returned.
        """
        parties = tuple(
            GapDetector(id=one["id"], last=one["last"], gaps=tuple(one["gaps"])) for one in stored["parties"]
        )
        return cls(sent=stored["sent"], parties=parties)


def received_orders(message: Message) -> tuple[GapDetector, ...]:
    """The orders that the sender of a message has received, by party (header `received_orders`).

    Args:
        message: The message.

    Raises:
        MalformedMessageError: The header is malformed, or exceeds a limit.
    """
    part = "message.received_orders"
    found: object = message.custom_headers.get("received_orders")
    if found is None:
        return ()
    entries = cast("list[object]", found) if isinstance(found, list) else None
    if entries is None or len(entries) > MAX_PARTIES:
        raise MalformedMessageError(part=part, reason=f"not an array of at most {MAX_PARTIES} objects")
    return tuple(_detector(one, part) for one in entries)


def _detector(value: object, part: str) -> GapDetector:
    detector = read(GapDetector, value, part)
    last = _number(detector.last, f"{part}.last", least=0)
    if len(detector.gaps) > MAX_GAPS:
        raise MalformedMessageError(part=f"{part}.gaps", reason=f"more than {MAX_GAPS} numbers")
    gaps = tuple(sorted({_number(one, f"{part}.gaps", least=1) for one in detector.gaps}))
    if gaps and gaps[-1] >= last:
        raise MalformedMessageError(part=f"{part}.gaps", reason="not below `last`")
    return replace(detector, gaps=gaps)


def _number(value: object, part: str, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MAX_ORDER:
        raise MalformedMessageError(part=part, reason=f"not a whole number from {least} to {MAX_ORDER}")
    return value


def sent_count(message: Message) -> int:
    """How often the sender has sent this message; 1 if the header is absent or malformed.

    Args:
        message: The message.
    """
    value: Any = message.custom_headers.get("sent_count")
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 < value <= MAX_ORDER else 1


def resent(message: Message) -> Message:
    """The message for another attempt, with `sent_count` raised by one.

    Args:
        message: The message as it was sent last.

    Example:
        >>> from pydidcomm.protocols.basic_message import Text
        >>> from pydidcomm.protocols.sequencing import resent
        >>> first = Text(content="hi").to_message(id="one")
        >>> resent(first).id, resent(first).custom_headers
        ('one', {'sent_count': 2})
    """
    return message.replace(custom_headers={**message.custom_headers, "sent_count": sent_count(message) + 1})
