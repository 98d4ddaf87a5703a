"""What the stores of a mediator have in common: names, and queries for the operator."""

import hashlib
from typing import Final

from pydidcomm import short_form

STATUS: Final = """
    SELECT queued, bytes,
           (SELECT received FROM message WHERE recipient = :recipient ORDER BY seq LIMIT 1),
           (SELECT received FROM message WHERE recipient = :recipient ORDER BY seq DESC LIMIT 1)
    FROM recipient WHERE id = :recipient
"""
"""The counters: a long queue is not counted."""

STATUS_OF_ROUTE: Final = """
    SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT), min(received), max(received) FROM message
    WHERE recipient = :recipient AND route = :route
"""

OVERVIEW: Final = """
    SELECT (SELECT count(*) FROM recipient), (SELECT count(*) FROM route), count(*),
           CAST(coalesce(sum(size), 0) AS BIGINT), min(received),
           coalesce(sum(CASE WHEN deliveries > 0 THEN 1 ELSE 0 END), 0)
    FROM message
"""
LONGEST: Final = """
    SELECT r.did, r.queued, r.bytes,
           coalesce((SELECT max(deliveries) FROM message AS m WHERE m.recipient = r.id), 0)
    FROM recipient AS r WHERE r.queued > 0 ORDER BY r.queued DESC, r.id LIMIT {}
"""


def key_of(did: str) -> str:
    """The form of a DID by which it is found: without path, query and fragment, and short."""
    for mark in "#?/":
        did = did.partition(mark)[0]
    try:
        return short_form(did)
    except ValueError:
        return did


def digest_of(route: str, envelope: bytes) -> bytes:
    """The name of an envelope for one DID: the same envelope is stored once."""
    return hashlib.sha256(route.encode() + b"\0" + envelope).digest()
