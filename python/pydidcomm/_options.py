"""The base of options: compared, shown and copied by their fields.

A dataclass generates and compiles these methods for each class, which is a third of what its creation takes.
"""

from collections.abc import Callable
from dataclasses import fields
from reprlib import recursive_repr
from typing import Any, TypeVar

_Options = TypeVar("_Options")


class Options:
    """Options of a frozen dataclass with `eq=False` and `repr=False`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values_of(self) == values_of(other)

    def __hash__(self) -> int:
        return hash(tuple(values_of(self).values()))

    def __reduce__(self) -> tuple[Any, ...]:
        # made anew, since what a config finds out or prepares is not an option
        return _configured, (type(self), values_of(self))

    @recursive_repr()
    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in values_of(self).items())
        return f"{type(self).__qualname__}({options})"


def values_of(options: Any) -> dict[str, Any]:  # noqa: ANN401, any dataclass
    """The values of the options, by name."""
    return {option.name: getattr(options, option.name) for option in fields(options)}


def _configured(kind: Callable[..., _Options], options: dict[str, Any]) -> _Options:
    return kind(**options)
