"""Circuit breakers: which hosts are sent to now, and how many messages at a time. No I/O, no clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

__all__ = ["Hosts", "Turn"]

PLACES: Final = 8
"""Messages that are on their way to one host at the same time."""

FAILURES: Final = 5
"""Failures in a row after which a host is left alone."""

FIRST_PAUSE: Final = 15.0
"""Seconds for which a host is left alone, doubled each time that it fails again."""

LONGEST_PAUSE: Final = 900.0
"""The longest of these pauses: a host that comes back is found within a quarter of an hour."""

SLOW_SECONDS: Final = 1.0
"""After how long in all of its places a host is slow: other hosts need the places of the mediator."""

SLOW_PAUSE: Final = 15.0
"""The most seconds that a message for a slow host waits in the store."""

MOST_HOSTS: Final = 10_000
"""Hosts that are remembered: a sender chooses them."""


class Turn(Enum):
    """What a message for a host does."""

    GO = "go"
    WAIT = "wait"
    """All places are in use, and one will be free soon."""
    LATER = "later"


@dataclass(slots=True)
class _Host:
    failures: int = 0
    pauses: int = 0
    open_until: float = 0.0
    trial: bool = False
    begun: list[float] = field(default_factory=list[float])


class Hosts:
    """What is known about hosts, in this process.

    After some failures in a row a host is left alone for a while; then one message tries it.

    Args:
        fraction: Returns a random number from 0 to 1, for the jitter.

    Example:
        >>> from pydidcomm.mediator.breaker import Hosts, Turn
        >>> hosts = Hosts(lambda: 1.0)
        >>> for _ in range(5):
        ...     hosts.begin("down.example:443", 0.0)
        ...     hosts.end("down.example:443", 0.0, 1.0, up=False)
        >>> hosts.turn("down.example:443", 2.0)
        (<Turn.LATER: 'later'>, 16.0)
    """

    def __init__(self, fraction: Callable[[], float]) -> None:
        self._fraction = fraction
        self._hosts: dict[str, _Host] = {}

    def turn(self, host: str, now: float) -> tuple[Turn, float]:
        """Whether a message may go to a host, and for LATER when it may ask again.

        Args:
            host: The host and port.
            now: The time in seconds.
        """
        known = self._hosts.get(host)
        if known is None:
            return Turn.GO, now
        if known.open_until > now:
            return Turn.LATER, known.open_until
        if known.trial or (known.pauses and known.begun):
            # one message tries the host, and the others wait for its outcome
            return Turn.LATER, now + FIRST_PAUSE * self._fraction()
        if len(known.begun) < PLACES:
            return Turn.GO, now
        if now - known.begun[0] > SLOW_SECONDS:
            return Turn.LATER, now + SLOW_PAUSE * (1 + self._fraction()) / 2
        return Turn.WAIT, now

    def begin(self, host: str, now: float) -> None:
        """Note that a message is on its way to a host.

        Args:
            host: The host and port.
            now: The time in seconds.
        """
        known = self._hosts.get(host)
        if known is None:
            self._forget()
            known = self._hosts[host] = _Host()
        known.trial = known.pauses > 0
        known.begun.append(now)

    def end(self, host: str, begun: float, now: float, *, up: bool) -> None:
        """Note the outcome of a message.

        Args:
            host: The host and port.
            begun: The time that `begin` had.
            now: The time in seconds.
            up: Whether the host answered other than with a failure of its own.
        """
        known = self._hosts[host]
        known.begun.remove(begun)
        known.trial = False
        if up:
            known.failures = known.pauses = 0
            if not known.begun:
                del self._hosts[host]
            return
        known.failures += 1
        if known.failures >= FAILURES and known.open_until <= now:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(known.pauses, 16))
            known.open_until = now + pause * (1 + self._fraction()) / 2
            known.pauses += 1

    def is_failing(self, host: str) -> bool:
        """Whether a host was left alone, and has not answered since.

        Args:
            host: The host and port.
        """
        known = self._hosts.get(host)
        return known is not None and known.pauses > 0

    def count_paused(self, now: float) -> int:
        """How many hosts are left alone.

        Args:
            now: The time in seconds.
        """
        return sum(known.open_until > now for known in self._hosts.values())

    def _forget(self) -> None:
        """Make room for one more host."""
        if len(self._hosts) < MOST_HOSTS:
            return
        # those in use are few
        oldest = next(name for name, known in self._hosts.items() if not known.begun)
        del self._hosts[oldest]
