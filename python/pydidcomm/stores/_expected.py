"""Compare the expected records of a commit with the stored ones."""

from pydidcomm.protocols.thread import Thread
from pydidcomm.stores.errors import StoreConflictError
from pydidcomm.stores.records import Expected, NoRecord, NoThread, Record, Relationship

__all__ = ["Value", "conflict", "not_first", "not_waiting"]


Value = Relationship | Thread | Record | None


def _value_of(expected: Expected) -> Value:
    """The expected value; None if there must be none."""
    return None if isinstance(expected, NoRecord | NoThread) else expected


def conflict(expected: Expected, found: Value) -> StoreConflictError | None:
    """The error if the stored value is not the expected one; None if it is."""
    if found == _value_of(expected):
        return None
    kind = type(expected).__name__.removeprefix("No").lower()
    message = f"the {kind} was changed since it was read: read it again"
    return StoreConflictError(message)


def not_waiting(state: str) -> StoreConflictError:
    """The error for a commit of a message that is not waiting."""
    message = f"the message is {state}: it is not waiting to be handled"
    return StoreConflictError(message)


def not_first() -> StoreConflictError:
    """The error for a commit of a message behind another one of its lane."""
    message = "an earlier message of the same lane is waiting: handle it first"
    return StoreConflictError(message)
