"""Onward delivery: rules for forwards to DIDs that are not registered here. No I/O.

A mediator that delivers to any host lets a sender choose hosts that receive requests from the address of the
mediator. Onward delivery is therefore off by default, and usually restricted to a list of hosts.
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
"""Attempts during which later messages for the same DID wait; then the message itself may be the cause."""

LONGEST_PAUSE: Final = 600.0
"""Maximum pause between two attempts for one message, in seconds."""

MOST_NEXT: Final = 16_384
"""The longest `next`, in characters: a did:peer:4 in its long form has some thousands."""

_PORTS: Final = {"https": 443, "wss": 443, "http": 80, "ws": 80}

_FINAL: Final = frozenset({"status 404", "status 410", "status 421", "refused address", "not a URL"})
"""Reasons of a transport for which another attempt would fail too."""

_UNRESOLVABLE: Final = frozenset({"invalid DID", "refused address"})
"""Causes of a `ResolutionError` for which another attempt would fail too."""


class Sender(Protocol):
    """Sends an envelope to an endpoint, as `HttpTransport` does."""

    async def send(self, packed: "Sendable", *, uri: str) -> "Sent":
        """Send an envelope.

        Args:
            packed: The envelope and its media type.
            uri: The endpoint.

        Raises:
            DeliveryError: The endpoint did not accept the envelope.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Options of onward delivery, for envelopes to DIDs that are not registered here.

    Attributes:
        sender: Sends envelopes, and protects the mediator's network: an `HttpTransport(rounds=1)`.
        hosts: The allowed hosts, each with a port or for all ports, without scheme, path and `*`; None for
            any host, which lets a sender choose where the mediator connects to.
        schemes: The allowed URI schemes, of https, wss, http and ws.
        rewrap: Whether to wrap an envelope in one more forward to its recipient, so that its bytes differ at
            each hop; the recipient must open this forward itself.
        pause: Seconds before the second attempt, doubled before each further one, minus a random part of up
            to half.
        limits: The limits of waiting messages.

    Raises:
        TypeError: `hosts` is a str.
        ValueError: `hosts` has an entry that is not a host, `schemes` an unknown scheme, or `pause` is not
            positive.

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
            message = f"`schemes` must be of {', '.join(_PORTS)}; got {unknown[0]!r}"
            raise ValueError(message)
        names = None if self.hosts is None else frozenset(map(_normalize_host, self.hosts))
        object.__setattr__(self, "hosts", names)

    def allows(self, uri: str) -> bool:
        """Return whether the host and the scheme of an endpoint are allowed.

        Args:
            uri: The URI of the endpoint.
        """
        host = host_of(uri)
        if host is None or urlsplit(uri).scheme.lower() not in self.schemes:
            return False
        return self.hosts is None or host in self.hosts or host.rpartition(":")[0] in self.hosts


def _normalize_host(host: str) -> str:
    """Return a configured host in the form that is compared with endpoints."""
    name = host.lower()
    # a malformed host matches no endpoint, so all its messages would be dropped
    if set(name) & set("* ") or host_of(f"https://{name}") not in {name, f"{name}:443"}:
        message = f"`hosts` must list hosts such as 'example.org' or 'example.org:8443', got {host!r}"
        raise ValueError(message)
    return name


def host_of(uri: str) -> str | None:
    """Return the host and port of an endpoint; None if it is neither an HTTP nor a WebSocket URL.

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
    """Return the host of the document of a did:web or did:webvh; None for other methods.

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
    """Return the departure of a forward; None if `next` is not a DID that can be resolved.

    Args:
        to: The `next`.
        envelope: The attached envelope.
        limits: The limits.
        at: The time, in seconds since the epoch.
        expires: The `expires_time`, in seconds since the epoch, or None.
        delay_milli: The minimum and the maximum delay, in milliseconds, or None.
        fraction: A random number from 0 to 1, which selects the delay between both.
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
    """The result of an attempt.

    Attributes:
        outcome: The label for the metrics.
        fate: Whether the message was sent, is dropped, or is retried later.
        due: When to try the host, in seconds since the epoch, if it was not tried because it is busy or its
            circuit breaker is open; else None.
        failing: Whether the endpoints fail, now or at the last attempt.
    """

    outcome: str
    fate: Fate
    due: float | None = None
    failing: bool = False


def decide_settlement(  # noqa: PLR0913, what is known after an attempt
    item: Outgoing, result: Result, onward: Onward, *, resolved: bool, now: float, fraction: float
) -> Settlement:
    """Return the settlement of an attempt, for the queue.

    Args:
        item: The message.
        result: The result of the attempt.
        onward: The options.
        resolved: Whether `next` resolved.
        now: The time, in seconds since the epoch.
        fraction: A random number from 0 to 1, for the jitter.
    """
    # with any host allowed, a sender can name any number of failing endpoints, like DIDs that do not resolve
    resolved = resolved and not (result.failing and onward.hosts is None)
    if result.due is not None:
        return Settlement(item.seq, result.fate, result.due, item.attempts, resolved=resolved)
    pause = min(LONGEST_PAUSE, onward.pause * 2.0 ** min(item.attempts, 32))
    attempts = item.attempts + 1
    due = now + pause * (1 + fraction) / 2
    apart = attempts >= PATIENT_ATTEMPTS
    return Settlement(item.seq, result.fate, due, attempts, apart=apart, resolved=resolved)


def is_final(error: DeliveryError) -> bool:
    """Return whether another attempt at an endpoint is useless.

    That is after status 4xx other than 408, 425 and 429, and for a malformed URL or a forbidden address.

    Args:
        error: The exception of the transport.
    """
    # details follow the colon
    return error.refused or (bool(error.tried) and error.tried[-1][1].partition(":")[0] in _FINAL)


def may_resolve(error: ResolutionError) -> bool:
    """Return whether a DID may resolve at another attempt.

    Args:
        error: The exception of the resolver.
    """
    return error.cause not in _UNRESOLVABLE
