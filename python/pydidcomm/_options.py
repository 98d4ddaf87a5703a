"""The base class of options: comparison, repr and pickling by their fields.

A dataclass would generate and compile these methods for each class, a third of the time of its creation.
"""

from collections.abc import Callable
from dataclasses import fields
from reprlib import recursive_repr
from typing import Any, TypeVar

__all__ = ["Options"]


_Options = TypeVar("_Options")


class Options:
    """The base of a frozen dataclass with `eq=False` and `repr=False`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return _values_of(self) == _values_of(other)

    def __hash__(self) -> int:
        return hash(tuple(_values_of(self).values()))

    def __reduce__(self) -> tuple[Any, ...]:
        # the constructor derives again what is not an option
        return _configured, (type(self), _values_of(self))

    @recursive_repr()
    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in _values_of(self).items())
        return f"{type(self).__qualname__}({options})"


def _values_of(options: Any) -> dict[str, Any]:  # noqa: ANN401, any dataclass
    """Return the values of the options, by name."""
    return {option.name: getattr(options, option.name) for option in fields(options)}


def _configured(kind: Callable[..., _Options], options: dict[str, Any]) -> _Options:
    return kind(**options)
