"""What became of one of several messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

__all__ = ["Outcome"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Outcome(Generic[Value]):
    """The value of one of several messages, or the exception that one call would raise for it.

    `pack_to_each`, `pack_many`, `unpack_many` and `unpack_each` return one for each message. It has none of
    the attributes of its value, so a failure is not overlooked: `unwrap()` returns the value or raises.

    Attributes:
        value: What was packed or unpacked; None where it failed.
        error: Why it failed; None where it succeeded.

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
        """Return the value, or raise the exception.

        Raises:
            Exception: `error`.
        """
        if self.error is not None:
            raise self.error
        return cast("Value", self.value)


def outcomes(entries: Iterable[Value | Exception]) -> list[Outcome[Value]]:
    """An outcome for each value and for each exception."""
    return [Outcome(error=one) if isinstance(one, Exception) else Outcome(one) for one in entries]
