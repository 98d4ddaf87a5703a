"""Keys, digests and SQL queries that both stores of a mediator share."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Final

from pydidcomm import short_form
from pydidcomm.mediator.records import Move, Overview, Recipient

__all__ = [
    "CLOCK_SECONDS",
    "DELIVERED",
    "LONGEST",
    "MOVES",
    "MOVES_KEPT",
    "OVERVIEW",
    "PARKED",
    "REMEMBERED",
    "STATUS",
    "STATUS_OF_ROUTE",
    "digest_of",
    "key_of",
    "move_of",
    "overview_of",
    "own_lane",
]


STATUS: Final = """
    SELECT queued, bytes,
           (SELECT received FROM message WHERE recipient = :recipient ORDER BY seq LIMIT 1),
           (SELECT received FROM message WHERE recipient = :recipient ORDER BY seq DESC LIMIT 1)
    FROM recipient WHERE id = :recipient
"""
"""The stored counters, so that a long queue need not be counted."""

STATUS_OF_ROUTE: Final = """
    SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT), min(received), max(received) FROM message
    WHERE recipient = :recipient AND route = :route
"""

OVERVIEW: Final = """
    SELECT (SELECT count(*) FROM recipient), (SELECT count(*) FROM route), count(*),
           CAST(coalesce(sum(size), 0) AS BIGINT), min(received),
           coalesce(sum(CASE WHEN deliveries > 0 THEN 1 ELSE 0 END), 0),
           (SELECT count(*) FROM parked), (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM parked)
    FROM message
"""
LONGEST: Final = """
    SELECT r.did, r.queued, r.bytes,
           coalesce((SELECT max(deliveries) FROM message AS m WHERE m.recipient = r.id), 0),
           (SELECT count(*) FROM message AS m WHERE m.recipient = r.id AND m.deliveries > 0),
           (SELECT count(*) FROM parked AS p WHERE p.recipient = r.id)
    FROM recipient AS r WHERE r.queued > 0 OR EXISTS (SELECT 1 FROM parked AS p WHERE p.recipient = r.id)
    ORDER BY r.queued DESC, r.id LIMIT {}
"""

DELIVERED: Final = """
    SELECT m.seq AS number, r.did, m.size AS bytes, m.received, m.expires, m.deliveries, m.first_delivered,
           m.last_delivered, NULL AS parked
    FROM message AS m JOIN recipient AS r ON r.id = m.recipient
    WHERE m.deliveries > 0 AND ({did} IS NULL OR r.did = {did})
    ORDER BY m.deliveries DESC, m.seq LIMIT {limit}
"""
PARKED: Final = """
    SELECT p.seq AS number, r.did, p.size AS bytes, p.received, p.expires, p.deliveries, p.first_delivered,
           p.last_delivered, p.parked
    FROM parked AS p JOIN recipient AS r ON r.id = p.recipient
    WHERE {did} IS NULL OR r.did = {did}
    ORDER BY p.parked, p.seq LIMIT {limit}
"""

MOVES: Final = """
    SELECT m.seq, m.old, m.old_did, r.id, r.did, r.granted, m.did
    FROM moved AS m JOIN recipient AS r ON r.id = m.recipient
    WHERE m.seq > {after} ORDER BY m.seq LIMIT 100
"""
MOVES_KEPT: Final = 3_600.0
"""Seconds for which rotations are stored: processes read them every few seconds."""

REMEMBERED: Final = 86_400.0
"""Seconds for which repeats of acknowledged or sent envelopes are detected: senders retry for hours."""


CLOCK_SECONDS: Final = 60.0
"""Seconds by which clocks of machines may differ. A departure whose `due` was set further in the future is
due, since the clock was set back."""


def own_lane() -> str:
    """Return a unique lane, for a departure that is not ordered with others."""
    # a DID never begins with `#`
    return f"#{secrets.token_urlsafe(16)}"


def key_of(did: str) -> str:
    """Return the lookup key of a DID: its short form, without path, query and fragment."""
    for mark in "#?/":
        did = did.partition(mark)[0]
    try:
        return short_form(did)
    except ValueError:
        return did


def overview_of(row: Sequence[Any]) -> Overview:
    """Return the `Overview` of a row of `OVERVIEW`."""
    return Overview(
        recipients=row[0],
        routes=row[1],
        messages=row[2],
        bytes=row[3],
        oldest=row[4],
        unacknowledged=row[5],
        parked=row[6],
        parked_bytes=row[7],
    )


def move_of(row: Sequence[Any]) -> Move:
    """Return the `Move` of a row of `MOVES`."""
    recipient = Recipient(id=row[3], did=row[4], granted=row[5])
    return Move(seq=row[0], old=row[1], old_did=row[2], recipient=recipient, did=row[6])


def digest_of(route: str, envelope: bytes) -> bytes:
    """Return the hash that identifies an envelope for one DID, to detect repeats."""
    return hashlib.sha256(route.encode() + b"\0" + envelope).digest()
