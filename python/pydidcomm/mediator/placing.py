"""Decide which arrivals of a group are stored. No I/O: a store passes the state, and writes the result."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydidcomm.mediator._names import digest_of
from pydidcomm.mediator.records import Arrival, Limits, Placed, Placement

__all__ = ["Group", "Route", "Row", "decide", "digests"]

Route = tuple[str, int]
"""A registered DID, and the id of its recipient."""


_ID_BYTES: Final = 18
"""Random bytes of an id, a multiple of 3, so that base64 needs no padding."""

_ID_LENGTH: Final = 24


class Row(NamedTuple):
    """An envelope to store, in the order of the columns of the tables.

    Attributes:
        id: The id of the attachment in deliveries.
        recipient: The id of the recipient.
        route: The registered DID.
        digest: The hash that identifies the envelope for that DID.
        received: The time of arrival, in seconds since the epoch.
        expires: When it expires, in seconds since the epoch.
        size: The length of the envelope, in bytes.
        envelope: The envelope, byte for byte.
    """

    id: str
    recipient: int
    route: str
    digest: bytes
    received: float
    expires: float
    size: int
    envelope: bytes


@dataclass(slots=True)
class Group:
    """The results of a group of arrivals, and the rows to write.

    Attributes:
        placed: The result of each arrival, in order.
        rows: The envelopes to store, in order.
        totals: The number of new envelopes and bytes of each recipient.
    """

    placed: list[Placed] = field(default_factory=list[Placed])
    rows: list[Row] = field(default_factory=list[Row])
    totals: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])


def digests(arrivals: Sequence[Arrival], routes: Sequence[Route | None]) -> list[bytes | None]:
    """Return the digest of each arrival; None for an arrival without a route.

    Args:
        arrivals: The arrivals.
        routes: Their routes, in the same order.
    """
    pairs = zip(arrivals, routes, strict=True)
    return [None if route is None else digest_of(route[0], arrival.envelope) for arrival, route in pairs]


def decide(  # noqa: PLR0913, PLR0917, what a store knows
    arrivals: Sequence[Arrival],
    routes: Sequence[Route | None],
    names: Sequence[bytes | None],
    queued: Mapping[int, tuple[int, int]],
    seen: set[tuple[int | None, bytes]],
    limits: Limits,
) -> Group:
    """Decide which arrivals are stored: each envelope once per DID, within the limits of its recipient.

    Args:
        arrivals: The arrivals, in the order of acceptance.
        routes: Their routes.
        names: Their digests.
        queued: The number of envelopes and bytes in the queue of each recipient.
        seen: The digests in queues, with the recipient, and acknowledged digests, with None.
        limits: The limits of each recipient.
    """
    group = Group()
    known = set(seen)
    # one call of the system for all
    ids = secrets.token_urlsafe(_ID_BYTES * len(arrivals))
    for place, (arrival, route, name) in enumerate(zip(arrivals, routes, names, strict=True)):
        ends = arrival.ends(limits.age)
        if ends <= arrival.at:
            group.placed.append(Placed(Placement.EXPIRED))
            continue
        if route is None or name is None or route[1] not in queued:
            group.placed.append(Placed(Placement.UNKNOWN))
            continue
        did, recipient = route
        size = len(arrival.envelope)
        count, total = group.totals.get(recipient, (0, 0))
        before, held = queued[recipient]
        if (recipient, name) in known or (None, name) in known:
            outcome = Placement.SEEN
        elif before + count >= limits.messages or held + total + size > limits.bytes:
            outcome = Placement.FULL
        else:
            outcome = Placement.STORED
            known.add((recipient, name))
            group.totals[recipient] = (count + 1, total + size)
            own = ids[place * _ID_LENGTH : (place + 1) * _ID_LENGTH]
            group.rows.append(Row(own, recipient, did, name, arrival.at, ends, size, arrival.envelope))
        group.placed.append(Placed(outcome, recipient))
    return group
