"""The outcome of one of several messages: a value or an exception."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

__all__ = ["Outcome"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Outcome(Generic[Value]):
    """The result for one of several messages, or the exception that a single call would raise.

    `pack_to_each`, `pack_many`, `unpack_many` and `unpack_each` return one for each message. It has no
    attribute of its value, so that a failure is not overlooked: `unwrap()` returns the value or raises.

    Attributes:
        value: The result of packing or unpacking; None where it failed.
        error: The exception; None where it succeeded.

    Example:
        >>> from pydidcomm import Outcome
        >>> Outcome("packed").unwrap()
        'packed'
        >>> match Outcome(error=ValueError("no key")):
        ...     case Outcome(error=None, value=value):
        ...         print(value)
        ...     case Outcome(error=error):
        ...         print(error)
        no key
    """

    value: Value | None = None
    error: Exception | None = None

    def unwrap(self) -> Value:
        """Return `value`, or raise `error`.

        Raises:
            Exception: `error`, where it is not None.
        """
        if self.error is not None:
            raise self.error
        return cast("Value", self.value)


def outcomes(entries: Iterable[Value | Exception]) -> list[Outcome[Value]]:
    """Return an outcome for each value or exception."""
    return [Outcome(error=one) if isinstance(one, Exception) else Outcome(one) for one in entries]
