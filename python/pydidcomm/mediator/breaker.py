"""Circuit breakers and concurrency limits by host. No I/O, no clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

__all__ = ["Hosts", "Turn"]

PLACES: Final = 8
"""Concurrent messages to one host."""

FAILURES: Final = 5
"""Failures in a row after which the circuit breaker of a host opens."""

FIRST_PAUSE: Final = 15.0
"""Seconds for which a circuit breaker is open, doubled with each further failure."""

LONGEST_PAUSE: Final = 900.0
"""Maximum of these seconds, so that a host that recovers is tried within a quarter of an hour."""

SLOW_SECONDS: Final = 1.0
"""Seconds after which a host with all places in use is slow: its messages must not block other hosts."""

SLOW_PAUSE: Final = 15.0
"""Maximum number of seconds that a message for a slow host waits in the store."""

MOST_HOSTS: Final = 10_000
"""Hosts that are tracked, a limit because senders choose them."""


class Turn(Enum):
    """Whether a message for a host is sent now."""

    GO = "go"
    WAIT = "wait"
    """All places are in use, and one will be free soon."""
    LATER = "later"
    """The circuit breaker is open, or the host is slow: put the message back into the store."""


@dataclass(slots=True)
class _Host:
    failures: int = 0
    pauses: int = 0
    open_until: float = 0.0
    trial: bool = False
    begun: list[float] = field(default_factory=list[float])


class Hosts:
    """The circuit breakers of all hosts, in this process.

    After `FAILURES` failures in a row the breaker of a host opens for a while; then one message tries the
    host.

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
        """Return whether a message may be sent to a host, and for `LATER` when to try again.

        Args:
            host: The host and port.
            now: The time, in seconds.
        """
        known = self._hosts.get(host)
        if known is None:
            return Turn.GO, now
        if known.open_until > now:
            return Turn.LATER, known.open_until
        if known.trial or (known.pauses and known.begun):
            # one message tries the host; the others wait for its outcome
            return Turn.LATER, now + FIRST_PAUSE * self._fraction()
        if len(known.begun) < PLACES:
            return Turn.GO, now
        if now - known.begun[0] > SLOW_SECONDS:
            return Turn.LATER, now + SLOW_PAUSE * (1 + self._fraction()) / 2
        return Turn.WAIT, now

    def begin(self, host: str, now: float) -> None:
        """Record that a message is being sent to a host.

        Args:
            host: The host and port.
            now: The time, in seconds.
        """
        known = self._hosts.get(host)
        if known is None:
            self._forget()
            known = self._hosts[host] = _Host()
        known.trial = known.pauses > 0
        known.begun.append(now)

    def end(self, host: str, begun: float, now: float, *, up: bool) -> None:
        """Record the outcome of a message.

        Args:
            host: The host and port.
            begun: The `now` of its `begin`.
            now: The time, in seconds.
            up: Whether the host answered; a refusal of the message counts as an answer.
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
        """Return whether the breaker of a host has opened, and the host has not answered since.

        Args:
            host: The host and port.
        """
        known = self._hosts.get(host)
        return known is not None and known.pauses > 0

    def count_paused(self, now: float) -> int:
        """Return the number of hosts whose breaker is open.

        Args:
            now: The time, in seconds.
        """
        return sum(known.open_until > now for known in self._hosts.values())

    def _forget(self) -> None:
        """Evict a host if there are too many."""
        if len(self._hosts) < MOST_HOSTS:
            return
        # few hosts are in use, so one is found soon
        oldest = next(name for name, known in self._hosts.items() if not known.begun)
        del self._hosts[oldest]
