"""Onward delivery: where envelopes for DIDs that are not registered here may go, and when. No I/O.

A mediator that hands on to any host can be used to send requests to hosts of a sender's choice, from the
address of the mediator. So it is off unless it is configured, and a list of hosts is the usual way.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from pydidcomm import DeliveryError, ResolutionError
from pydidcomm.mediator.departures import Departure, Fate, Outgoing, OutgoingLimits, Settlement

if TYPE_CHECKING:
    from pydidcomm.transports.http import Sendable, Sent

__all__ = [
    "Onward",
    "Result",
    "Sender",
    "decide_settlement",
    "departure_of",
    "host_of",
    "is_final",
    "may_resolve",
    "origin_of",
]

PATIENT_ATTEMPTS: Final = 8
"""Attempts during which later messages for the same DID wait: past them the one message may be the cause."""

LONGEST_PAUSE: Final = 600.0
"""The longest pause between two attempts for one message, in seconds."""

MOST_NEXT: Final = 16_384
"""The longest `next`, in characters: a did:peer:4 in its long form has some thousands."""

_PORTS: Final = {"https": 443, "wss": 443, "http": 80, "ws": 80}

_FINAL: Final = frozenset({"status 404", "status 410", "status 421", "refused address", "not a URL"})
"""Reasons for which a transport tries another endpoint, and which another attempt would meet again."""

_UNRESOLVABLE: Final = frozenset({"invalid DID", "refused address"})
"""Causes for which a DID does not resolve that another attempt would meet again."""


class Sender(Protocol):
    """Sends an envelope to an endpoint, as `HttpTransport` does."""

    async def send(self, packed: "Sendable", *, uri: str) -> "Sent":
        """Send an envelope.

        Args:
            packed: The envelope and its media type.
            uri: The endpoint.

        Raises:
            DeliveryError: The endpoint did not take it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """How envelopes for DIDs that are not registered here are handed on.

    Attributes:
        sender: Sends them, and guards the mediator's network: an `HttpTransport(rounds=1)`.
        hosts: The hosts that are sent to, each with its port or for all ports; None for any host, which lets
            a sender choose what the mediator connects to. A host has no scheme, path or `*`.
        schemes: The URI schemes that are sent to.
        rewrap: Whether an envelope is wrapped once more for its recipient, so that its bytes differ at each
            hop; the recipient has to open the forward itself.
        pause: Seconds before the second attempt, doubled before each further one; a random half is taken off.
        limits: The bounds of what waits.

    Example:
        >>> from pydidcomm.mediator.onward import Onward
        >>> from pydidcomm.transports.http import HttpTransport
        >>> onward = Onward(sender=HttpTransport(rounds=1), hosts=["mediator.example"])
        >>> onward.allows("https://mediator.example/inbox"), onward.allows("https://other.example/")
        (True, False)
    """

    sender: Sender
    hosts: Collection[str] | None
    schemes: tuple[str, ...] = ("https", "wss")
    rewrap: bool = False
    pause: float = 2.0
    limits: OutgoingLimits = field(default_factory=OutgoingLimits)

    def __post_init__(self) -> None:
        if isinstance(self.hosts, str):
            message = f"`hosts` must be a list of hosts, got str: `hosts=[{self.hosts!r}]`"
            raise TypeError(message)
        if self.pause <= 0:
            message = f"`pause` must be positive, got {self.pause}"
            raise ValueError(message)
        unknown = sorted(set(self.schemes) - set(_PORTS))
        if unknown:
            message = f"`schemes` may have {', '.join(_PORTS)}, got {unknown[0]!r}"
            raise ValueError(message)
        names = None if self.hosts is None else frozenset(map(_normalize_host, self.hosts))
        object.__setattr__(self, "hosts", names)

    def allows(self, uri: str) -> bool:
        """Whether an endpoint is sent to.

        Args:
            uri: Its URI.
        """
        host = host_of(uri)
        if host is None or urlsplit(uri).scheme.lower() not in self.schemes:
            return False
        return self.hosts is None or host in self.hosts or host.rpartition(":")[0] in self.hosts


def _normalize_host(host: str) -> str:
    """A host of the list as endpoints are compared with it."""
    name = host.lower()
    # another one would be on no endpoint, and all messages would be dropped
    if set(name) & set("* ") or host_of(f"https://{name}") not in {name, f"{name}:443"}:
        message = f"`hosts` must list hosts, each with its port or for all ports, got {host!r}: 'example.org'"
        raise ValueError(message)
    return name


def host_of(uri: str) -> str | None:
    """The host and port of an endpoint; None where it is not for HTTP or WebSocket.

    Args:
        uri: The URI of the endpoint.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS.get(parts.scheme.lower())
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{port}"


def origin_of(did: str) -> str | None:
    """The host that a document comes from, by the DID; None where the DID names none.

    Args:
        did: A DID, or the DID URL of a key.
    """
    method, _, rest = did.partition("#")[0].removeprefix("did:").partition(":")
    if method == "webvh":
        rest = rest.partition(":")[2]
    if method not in {"web", "webvh"}:
        return None
    return rest.partition(":")[0].lower()


def departure_of(  # noqa: PLR0913, what a forward says
    to: str,
    envelope: bytes,
    limits: OutgoingLimits,
    *,
    at: float,
    expires: float | None,
    delay_milli: tuple[int, int] | None,
    fraction: float,
) -> Departure | None:
    """What is kept of a forward; None where nothing can be sent to its `next`.

    Args:
        to: The `next`.
        envelope: The attached envelope.
        limits: The bounds.
        at: The time, in seconds since the epoch.
        expires: The `expires_time`, in seconds since the epoch.
        delay_milli: The shortest and the longest delay, in milliseconds.
        fraction: A random number from 0 to 1, for the delay between both.
    """
    if not to.startswith("did:") or not to.isprintable() or len(to) > MOST_NEXT:
        return None
    shortest, longest = delay_milli or (0, 0)
    delay = min(limits.delay, (shortest + (longest - shortest) * fraction) / 1_000)
    end = at + limits.age
    ends = end if expires is None else min(end, expires)
    return Departure(next=to, envelope=envelope, at=at, due=at + delay, ends=ends)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt.

    Attributes:
        outcome: A word for the metrics.
        fate: What is to become of the message.
        due: When the host may be tried, where there was no attempt for lack of a place or because the host
            is left alone.
        failing: Whether the endpoints fail, now or when they were last tried.
    """

    outcome: str
    fate: Fate
    due: float | None = None
    failing: bool = False


def decide_settlement(  # noqa: PLR0913, what is known after an attempt
    item: Outgoing, result: Result, onward: Onward, *, resolved: bool, now: float, fraction: float
) -> Settlement:
    """What the queue is to note.

    Args:
        item: The message.
        result: What came of the attempt.
        onward: The configuration.
        resolved: Whether `next` resolved.
        now: The time, in seconds since the epoch.
        fraction: A random number from 0 to 1, for the jitter.
    """
    # with any host a sender can name endpoints without end that fail, as it can DIDs that do not resolve
    resolved = resolved and not (result.failing and onward.hosts is None)
    if result.due is not None:
        return Settlement(item.seq, result.fate, result.due, item.attempts, resolved=resolved)
    pause = min(LONGEST_PAUSE, onward.pause * 2.0 ** min(item.attempts, 32))
    attempts = item.attempts + 1
    due = now + pause * (1 + fraction) / 2
    apart = attempts >= PATIENT_ATTEMPTS
    return Settlement(item.seq, result.fate, due, attempts, apart=apart, resolved=resolved)


def is_final(error: DeliveryError) -> bool:
    """Whether an endpoint is not tried again: 4xx other than 408, 425 and 429, a wrong URL or address.

    Args:
        error: What the transport raised.
    """
    # behind the colon are details
    return error.refused or (bool(error.tried) and error.tried[-1][1].partition(":")[0] in _FINAL)


def may_resolve(error: ResolutionError) -> bool:
    """Whether a DID may resolve at another attempt.

    Args:
        error: What the resolver raised.
    """
    return error.cause not in _UNRESOLVABLE
