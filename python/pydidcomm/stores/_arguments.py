"""Checks of arguments that every store shares."""

from typing import get_args

from pydidcomm.stores.records import OutboxState
from pydidcomm.stores.store import MOST_ITEMS

__all__ = ["check_limit", "check_state", "position"]


_STATES = get_args(OutboxState)


def check_limit(limit: int) -> None:
    """Raise ValueError for a page size out of range."""
    if not 1 <= limit <= MOST_ITEMS:
        message = f"`limit` must be from 1 to {MOST_ITEMS}, got {limit}"
        raise ValueError(message)


def check_state(state: str) -> None:
    """Raise ValueError for a value that is not an `OutboxState`."""
    if state not in _STATES:
        message = f"`state` must be one of {', '.join(_STATES)}, got {state!r}"
        raise ValueError(message)


def position(after: str | None) -> int:
    """The position in the `after` of a page; 0 for None."""
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit()):
        message = f"`after` must be the `after` of a page of this store, got {after!r}"
        raise ValueError(message)
    return int(after)
