"""Messages that are delivered and never acknowledged: parked, and brought back or deleted by the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydidcomm.mediator.records import Limits

__all__ = ["Parked", "Undelivered", "has_room"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message without an acknowledgment, as the operator sees it; times are in seconds since the epoch.

    Attributes:
        number: What the operator calls it by.
        did: The DID of the recipient.
        bytes: Its bytes.
        received: When it arrived, in seconds since the epoch.
        expires: When it is deleted, in seconds since the epoch.
        deliveries: How often it was delivered.
        first_delivered: When it was first delivered; None where it never was.
        last_delivered: When it was last delivered; None where it never was.
        parked: When it was parked; None where it is in the queue.
    """

    number: int
    did: str
    bytes: int
    received: float
    expires: float
    deliveries: int
    first_delivered: float | None
    last_delivered: float | None
    parked: float | None


class Parked(Protocol):
    """The messages that are in no queue, each method one transaction.

    They are not delivered and not counted for their recipient, are deleted when they expire or when their
    recipient acknowledges an earlier delivery, and the same envelope is not taken again meanwhile.
    """

    async def park(self, numbers: Sequence[int], at: float) -> int:
        """Take messages out of their queues; returns how many.

        A message stays in its queue where the parked ones of its recipient have the bounds of a queue.

        Args:
            numbers: Their numbers; others are ignored.
            at: The time, in seconds since the epoch.
        """
        ...

    async def restore(self, numbers: Sequence[int]) -> int:
        """Put parked messages at the end of their queues, as if never delivered; returns how many.

        A message stays parked where its queue is full. The number of a restored message is another one, the
        id of its attachment stays.

        Args:
            numbers: Their numbers; others are ignored.
        """
        ...

    async def delete(self, numbers: Sequence[int]) -> int:
        """Delete parked messages; returns how many.

        Args:
            numbers: Their numbers; others are ignored.
        """
        ...

    async def count(self) -> int:
        """How many messages are parked."""
        ...

    async def messages(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """The messages that were parked first.

        Args:
            limit: The most messages.
            did: Only those of this recipient.
        """
        ...

    async def delivered(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """The messages of the queues that were delivered most often without an acknowledgment.

        Args:
            limit: The most messages.
            did: Only those of this recipient.
        """
        ...


def has_room(limits: Limits, count: int, total: int, size: int) -> bool:
    """Whether there is room for one more message.

    Args:
        limits: The bounds of a queue.
        count: The number of messages that it has.
        total: Their bytes.
        size: The bytes of one more.
    """
    return count < limits.messages and total + size <= limits.bytes
