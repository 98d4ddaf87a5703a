"""Arguments of the verbs, checked the same way by every store."""

from typing import get_args

from pydidcomm.stores.records import OutboxState
from pydidcomm.stores.store import MOST_ITEMS

_STATES = get_args(OutboxState)


def check_limit(limit: int) -> None:
    """Refuse a page that is empty or larger than memory should hold."""
    if not 1 <= limit <= MOST_ITEMS:
        message = f"`limit` must be from 1 to {MOST_ITEMS}, got {limit}"
        raise ValueError(message)


def check_state(state: str) -> None:
    """Refuse a state that an outbox item does not have."""
    if state not in _STATES:
        message = f"`state` must be one of {', '.join(_STATES)}, got {state!r}"
        raise ValueError(message)


def position(after: str | None) -> int:
    """The number behind the `after` of a page."""
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit()):
        message = f"`after` must be that of a page of this store, got {after!r}"
        raise ValueError(message)
    return int(after)
