"""What the status of an HTTP answer means for a message: sent, try another endpoint, or refused."""

import time
from email.utils import parsedate_to_datetime
from enum import Enum

_TEMPORARY = frozenset({404, 408, 410, 421, 425, 429})
"""Statuses of an endpoint that may take the message later, or whose place another one takes."""

MOST_SECONDS = 30.0
"""The longest wait that an endpoint may ask for with `Retry-After`: another endpoint is tried meanwhile."""


class Meaning(Enum):
    """What a status says."""

    SENT = "sent"
    MOVED = "moved"
    RETRY = "retry"
    REFUSED = "refused"


def meaning(status: int) -> Meaning:
    """What the status says. DIDComm v2.1, section "HTTPS": any 2xx is success, 307 the one redirect."""
    if 200 <= status < 300:  # noqa: PLR2004, the class of successes
        return Meaning.SENT
    if status == 307:  # noqa: PLR2004, the one redirect that is allowed
        return Meaning.MOVED
    if status in _TEMPORARY or status >= 500:  # noqa: PLR2004, the class of failures of the server
        return Meaning.RETRY
    return Meaning.REFUSED


def reason(status: int) -> str:
    """The status in words for an error."""
    if status in {301, 302, 303, 308}:
        return f"status {status}: only 307 is allowed, its DID document may be out of date"
    return f"status {status}"


def wait_of(retry_after: str | None) -> float:
    """The seconds that `Retry-After` asks for, within bounds; 0 where it says nothing readable."""
    if not retry_after:
        return 0.0
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:9]), MOST_SECONDS)
    try:
        seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, min(seconds, MOST_SECONDS))
