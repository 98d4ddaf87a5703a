"""The meaning of an HTTP status for a message: sent, try another endpoint, or refused."""

import time
from email.utils import parsedate_to_datetime
from enum import Enum

__all__ = ["Meaning", "meaning", "reason", "wait_of"]


_TEMPORARY = frozenset({404, 408, 410, 421, 425, 429})
"""The statuses after which the message may be accepted later, or by another endpoint."""

_MOST_SECONDS = 30.0
"""The longest wait for `Retry-After`, in seconds; a longer one is cut."""


class Meaning(Enum):
    """The meaning of a status for a message."""

    SENT = "sent"
    MOVED = "moved"
    RETRY = "retry"
    REFUSED = "refused"


def meaning(status: int) -> Meaning:
    """The meaning of a status. DIDComm v2.1, section "HTTPS": 2xx is success, 307 is the only redirect."""
    if 200 <= status < 300:  # noqa: PLR2004, the class of successes
        return Meaning.SENT
    if status == 307:  # noqa: PLR2004, the one redirect that is allowed
        return Meaning.MOVED
    if status in _TEMPORARY or status >= 500:  # noqa: PLR2004, the class of failures of the server
        return Meaning.RETRY
    return Meaning.REFUSED


def reason(status: int) -> str:
    """The text of a status for an error."""
    if status in {301, 302, 303, 308}:
        return f"status {status}: only 307 is followed; the DID document may be out of date"
    return f"status {status}"


def wait_of(retry_after: str | None) -> float:
    """The seconds in `Retry-After`, at most `_MOST_SECONDS`; 0 if it is absent or malformed."""
    if not retry_after:
        return 0.0
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:9]), _MOST_SECONDS)
    try:
        seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, min(seconds, _MOST_SECONDS))
