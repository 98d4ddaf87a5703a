"""What a commit expects to find in a store."""

from pydidcomm.protocols.thread import Thread
from pydidcomm.stores.errors import StoreConflictError
from pydidcomm.stores.records import Expected, NoRecord, NoThread, Record, Relationship

Value = Relationship | Thread | Record | None


def value_of(expected: Expected) -> Value:
    """The value; None where there must be none."""
    return None if isinstance(expected, NoRecord | NoThread) else expected


def conflict(expected: Expected, found: Value) -> StoreConflictError | None:
    """The error for another value than the expected one."""
    if found == value_of(expected):
        return None
    kind = type(expected).__name__.removeprefix("No").lower()
    message = f"the {kind} was changed since it was read: read it again"
    return StoreConflictError(message)
