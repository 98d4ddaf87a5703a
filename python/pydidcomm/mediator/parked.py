"""Parked messages: delivered often and never acknowledged, until the operator restores or deletes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydidcomm.mediator.records import Limits

__all__ = ["Parked", "Undelivered", "has_room"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message without an acknowledgment, for the operator; times are in seconds since the epoch.

    Attributes:
        number: The number of the message in commands.
        did: The DID of the recipient.
        bytes: The length, in bytes.
        received: The time of arrival.
        expires: When it is deleted.
        deliveries: The number of deliveries.
        first_delivered: The time of the first delivery, or None.
        last_delivered: The time of the last delivery, or None.
        parked: When it was parked; None if it is in the queue.
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
    """The parked messages; each method is one transaction.

    A parked message is not in a queue: it is not delivered, and does not count for the limits of the queue.
    It is deleted when it expires, or when its recipient acknowledges an earlier delivery. Until then a repeat
    of the same envelope is not stored.
    """

    async def park(self, numbers: Sequence[int], at: float) -> int:
        """Take messages out of their queues; return how many.

        The parked messages of one recipient have the limits of a queue; beyond them, a message stays in its
        queue.

        Args:
            numbers: The numbers of the messages; unknown ones are ignored.
            at: The time, in seconds since the epoch.
        """
        ...

    async def restore(self, numbers: Sequence[int]) -> int:
        """Put parked messages at the end of their queues, with no deliveries counted; return how many.

        A message stays parked if its queue is full. A restored message gets a new number, and keeps the id of
        its attachment.

        Args:
            numbers: The numbers of the messages; unknown ones are ignored.
        """
        ...

    async def delete(self, numbers: Sequence[int]) -> int:
        """Delete parked messages; return how many.

        Args:
            numbers: The numbers of the messages; unknown ones are ignored.
        """
        ...

    async def count(self) -> int:
        """Return the number of parked messages."""
        ...

    async def messages(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """Return parked messages, in the order of parking.

        Args:
            limit: The maximum number of messages.
            did: Only messages of this recipient; None for all.
        """
        ...

    async def delivered(self, limit: int, *, did: str | None = None) -> list[Undelivered]:
        """Return queued messages that were delivered without an acknowledgment, most deliveries first.

        Args:
            limit: The maximum number of messages.
            did: Only messages of this recipient; None for all.
        """
        ...


def has_room(limits: Limits, count: int, total: int, size: int) -> bool:
    """Return whether a queue has room for one more message.

    Args:
        limits: The limits of the queue.
        count: The number of messages in it.
        total: The number of bytes in it.
        size: The bytes of the new message.
    """
    return count < limits.messages and total + size <= limits.bytes
