"""The queue of onward delivery: envelopes for DIDs that are not registered here."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pydidcomm.mediator.records import Placement

__all__ = [
    "Departure",
    "Departures",
    "Fate",
    "Outgoing",
    "OutgoingLimits",
    "Settlement",
    "decide_placement",
    "has_share",
]

# an outage of an hour of a busy next hop
MAX_MESSAGES: Final = 10_000
MAX_BYTES: Final = 256 * 1_048_576
MAX_PER_NEXT: Final = 1_000
MAX_AGE: Final = 86_400
MAX_DELAY: Final = 3_600

UNRESOLVED_SHARE: Final = 4
"""The share (1/4) of the queue for DIDs that cannot be reached, of which a sender can name any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingLimits:
    """The limits of the queue of onward delivery.

    At most a quarter of the messages and bytes is for DIDs that did not resolve at the last attempt and, if
    any host is allowed, for those whose endpoints failed.

    Attributes:
        messages: Maximum number of messages.
        bytes: Maximum number of bytes.
        per_next: Maximum number of messages for one `next`.
        age: Seconds after which a message is given up.
        delay: Maximum of `delay_milli`, in seconds; a longer delay is shortened to it.

    Raises:
        ValueError: A limit is less than 1, or `delay` is negative.
    """

    messages: int = MAX_MESSAGES
    bytes: int = MAX_BYTES
    per_next: int = MAX_PER_NEXT
    age: int = MAX_AGE
    delay: int = MAX_DELAY

    def __post_init__(self) -> None:
        for name in ("messages", "bytes", "per_next", "age"):
            if getattr(self, name) < 1:
                message = f"`{name}` must be at least 1, got {getattr(self, name)}"
                raise ValueError(message)
        if self.delay < 0:
            message = f"`delay` must not be negative, got {self.delay}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """An envelope for onward delivery.

    Attributes:
        next: The `next` of the forward.
        envelope: The attached envelope, byte for byte.
        at: The time of arrival, in seconds since the epoch.
        due: The time of the first attempt, in seconds since the epoch.
        ends: When the envelope is given up, in seconds since the epoch.
    """

    next: str
    envelope: bytes
    at: float
    due: float
    ends: float

    @property
    def size(self) -> int:
        """The number of bytes of the envelope and of `next`; the sender chooses the length of both."""
        return len(self.envelope) + len(self.next)

    @property
    def timed(self) -> float | None:
        """When `due` was set; None for a delay that the sender has asked for."""
        return self.at if self.due <= self.at else None

    @property
    def digest(self) -> bytes:
        """The hash that identifies a repeat of the same envelope for the same `next`."""
        # the prefix separates it from the hashes of envelopes for registered DIDs
        return hashlib.sha256(b"onward\0" + self.next.encode() + b"\0" + self.envelope).digest()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A departure that was taken from the queue for an attempt.

    Attributes:
        seq: The sequence number, in the order of acceptance.
        next: The `next` of the forward.
        envelope: The attached envelope, byte for byte.
        ends: When the envelope is given up, in seconds since the epoch.
        attempts: The number of earlier attempts.
    """

    seq: int
    next: str
    envelope: bytes
    ends: float
    attempts: int


class Fate(StrEnum):
    """What happens to a departure after an attempt."""

    SENT = "sent"
    DROPPED = "dropped"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome of an attempt.

    Attributes:
        seq: The sequence number of the departure.
        fate: Whether it was sent, is dropped, or is retried later.
        due: The time of the next attempt, in seconds since the epoch.
        attempts: The number of attempts so far.
        apart: Whether later departures for the same `next` do not wait for it any more.
        resolved: Whether `next` resolved and, if any host is allowed, has a working endpoint; None for no
            change.
    """

    seq: int
    fate: Fate
    due: float = 0.0
    attempts: int = 0
    apart: bool = False
    resolved: bool | None = None


class Departures(Protocol):
    """The queue of departures; each method is one transaction, and returns when it is durable.

    Departures for one `next` are sent in the order of acceptance, one at a time; those with a delay are not
    ordered.
    """

    async def keep(self, departure: Departure, limits: OutgoingLimits) -> Placement:
        """Store a departure, unless it is a repeat, has expired, or a limit is reached."""
        ...

    async def take(self, now: float, until: float, count: int, size: int) -> list[Outgoing]:
        """Take the departures that are due, oldest first, with a lease.

        A departure whose `due` was set more than a minute after `now` is due too: the clock was set back.

        Args:
            now: The time, in seconds since the epoch.
            until: The end of the lease, in seconds since the epoch: departures that are not settled, for
                instance after a crash, are due again then.
            count: The maximum number of departures.
            size: The maximum number of bytes; one departure may exceed it.
        """
        ...

    async def settle(self, settlements: Sequence[Settlement], at: float, limits: OutgoingLimits) -> int:
        """Store the outcomes of attempts: delete sent and dropped departures, reschedule the others.

        A departure whose `next` did not resolve is also deleted if the share of such departures is used up.
        Otherwise all departures for this `next` count for the share, until it resolves.

        Args:
            settlements: The outcomes; unknown sequence numbers are ignored.
            at: The time, in seconds since the epoch.
            limits: The limits.

        Returns:
            The number of departures that were deleted because their share is used up.
        """
        ...

    async def expire(self, now: float, limit: int) -> int:
        """Delete at most `limit` departures whose `ends` has passed; return how many."""
        ...

    async def load(self) -> tuple[int, int]:
        """Return the number of departures, and of their bytes."""
        ...


def decide_placement(  # noqa: PLR0913, what a store looks up
    departure: Departure,
    limits: OutgoingLimits,
    *,
    load: tuple[int, int],
    alike: int,
    seen: bool,
    unresolved: tuple[int, int] | None,
) -> Placement:
    """Decide whether a departure is stored. No I/O: the store passes the numbers.

    Args:
        departure: The departure.
        limits: The limits.
        load: The number of messages and bytes in the queue.
        alike: The number of messages for the same `next`.
        seen: Whether the same envelope for the same `next` is stored, or was sent before.
        unresolved: The number of messages and bytes whose `next` did not resolve, if the `next` of this
            departure is among them; else None.
    """
    if departure.ends <= max(departure.at, departure.due):
        return Placement.EXPIRED
    if seen:
        return Placement.SEEN
    full = load[0] >= limits.messages or load[1] + departure.size > limits.bytes
    if unresolved is not None and not has_share(limits, unresolved, (1, departure.size)):
        full = True
    return Placement.FULL if full or alike >= limits.per_next else Placement.STORED


def has_share(limits: OutgoingLimits, others: tuple[int, int], more: tuple[int, int]) -> bool:
    """Return whether the share for DIDs that do not resolve has room for more departures.

    Args:
        limits: The limits.
        others: The number of messages and bytes that count for the share.
        more: The number of messages and bytes to be added.
    """
    if not others[0]:
        # even a small queue has room for one `next`
        return True
    return (others[0] + more[0]) * UNRESOLVED_SHARE <= limits.messages and (
        others[1] + more[1]
    ) * UNRESOLVED_SHARE <= limits.bytes
