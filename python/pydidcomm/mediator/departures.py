"""What a mediator keeps for DIDs that are not registered here, until their own endpoint has it."""

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

# an hour of an outage of a busy next hop; a larger backlog is for a larger machine
MAX_MESSAGES: Final = 10_000
MAX_BYTES: Final = 256 * 1_048_576
MAX_PER_NEXT: Final = 1_000
MAX_AGE: Final = 86_400
MAX_DELAY: Final = 3_600

UNRESOLVED_SHARE: Final = 4
"""One part of so many is for DIDs that cannot be reached: a sender can name them without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingLimits:
    """The bounds of everything that waits to leave.

    A quarter of the messages and bytes is for DIDs that did not resolve when they were last tried; with any
    host, also for those whose endpoints failed.

    Attributes:
        messages: The most messages.
        bytes: Their most bytes.
        per_next: The most messages for one `next`.
        age: The seconds after which a message is given up.
        delay: The most seconds of a `delay_milli`; a longer delay is this one.
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
    """An envelope that is to leave.

    Attributes:
        next: The `next` of the forward.
        envelope: The attached envelope, byte for byte.
        at: When it arrived, in seconds since the epoch.
        due: When it may leave, in seconds since the epoch.
        ends: When it is given up, in seconds since the epoch.
    """

    next: str
    envelope: bytes
    at: float
    due: float
    ends: float

    @property
    def size(self) -> int:
        """Its bytes with those of `next`, whose length a sender chooses too."""
        return len(self.envelope) + len(self.next)

    @property
    def timed(self) -> float | None:
        """When `due` was set; None for a delay that the sender has asked for."""
        return self.at if self.due <= self.at else None

    @property
    def digest(self) -> bytes:
        """The hash by which the same envelope for the same `next` leaves once."""
        # apart from the names of envelopes for registered DIDs
        return hashlib.sha256(b"onward\0" + self.next.encode() + b"\0" + self.envelope).digest()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A departure that was taken out to be sent.

    Attributes:
        seq: Its place in the order of acceptance.
        next: The `next` of the forward.
        envelope: The attached envelope, byte for byte.
        ends: When it is given up, in seconds since the epoch.
        attempts: The attempts before.
    """

    seq: int
    next: str
    envelope: bytes
    ends: float
    attempts: int


class Fate(StrEnum):
    """What is to become of a departure after an attempt."""

    SENT = "sent"
    DROPPED = "dropped"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome of an attempt.

    Attributes:
        seq: Which departure.
        fate: What is to become of it.
        due: When it is tried again, in seconds since the epoch.
        attempts: The attempts so far.
        apart: Whether later departures for the same `next` no longer wait for it.
        resolved: Whether its `next` resolved, and with any host had an endpoint that does not fail; None
            where that is as it was.
    """

    seq: int
    fate: Fate
    due: float = 0.0
    attempts: int = 0
    apart: bool = False
    resolved: bool | None = None


class Departures(Protocol):
    """The queue of departures; each method is one transaction, and returns when it is durable.

    Those for one `next` leave in the order of acceptance, one after the other; one with a delay of its own
    is in no order.
    """

    async def keep(self, departure: Departure, limits: OutgoingLimits) -> Placement:
        """Store a departure, unless it is there, was sent before, or a bound is reached."""
        ...

    async def take(self, now: float, until: float, count: int, size: int) -> list[Outgoing]:
        """The departures that are due, oldest first, for this caller alone until a time.

        Due are also those whose time was set more than a minute later than now: the clock was set back since.

        Args:
            now: The time, in seconds since the epoch.
            until: When they are due again unless they are settled: a process that was killed settles nothing.
            count: The most departures.
            size: The most bytes, but at least one departure.
        """
        ...

    async def settle(self, settlements: Sequence[Settlement], at: float, limits: OutgoingLimits) -> int:
        """Delete what was sent or is dropped, and note when the rest is due; unknown ones are ignored.

        One whose `next` did not resolve is deleted too, where the share of such departures is used up;
        returns how many. Otherwise all departures for this `next` count for the share, until it resolves.

        Args:
            settlements: The outcomes.
            at: The time, in seconds since the epoch.
            limits: The bounds.
        """
        ...

    async def expire(self, now: float, limit: int) -> int:
        """Delete at most `limit` departures that are to be given up; returns how many."""
        ...

    async def load(self) -> tuple[int, int]:
        """How many departures there are, and their bytes."""
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
    """Whether a departure is stored. No I/O: a store looks up what it takes.

    Args:
        departure: The departure.
        limits: The bounds.
        load: The messages and bytes that are stored.
        alike: The messages for the same `next`.
        seen: Whether the same envelope for the same `next` is stored, or was sent before.
        unresolved: The messages and bytes whose `next` did not resolve, where this one is among them.
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
    """Whether more departures whose `next` does not resolve have room in their share.

    Args:
        limits: The bounds.
        others: The messages and bytes of those that count for the share.
        more: The messages and bytes of those for one more `next`.
    """
    if not others[0]:
        # a small queue has room for one `next`
        return True
    return (others[0] + more[0]) * UNRESOLVED_SHARE <= limits.messages and (
        others[1] + more[1]
    ) * UNRESOLVED_SHARE <= limits.bytes
