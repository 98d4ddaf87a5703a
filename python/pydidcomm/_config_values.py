"""Convert the values of options: names to members of an enum, collections to tuples."""

from collections.abc import Iterable
from typing import TypeVar, cast

from pydidcomm.algorithms import AnonCryptAlg, AuthCryptAlg

__all__ = ["member_of", "tuple_of"]

_Algorithm = TypeVar("_Algorithm", AnonCryptAlg, AuthCryptAlg)


def member_of(name: str, kind: type[_Algorithm], value: str) -> _Algorithm:
    """Return the algorithm with that wire name; raise ValueError with the known names for another one."""
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(repr(member.value) for member in kind)
        message = (
            f"`{name}` must be one of {names} or a member of {kind.__name__}, got {type(value).__name__}"
        )
        raise ValueError(message) from None


def tuple_of(name: str, given: object) -> tuple[str, ...]:
    """Return the collection as a tuple; raise TypeError for a str and for other objects than str in it."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        message = f"`{name}` must be a collection of str, got {type(given).__name__}: `{name}=[...]`"
        raise TypeError(message)
    copied: list[str] = []
    for entry in cast("Iterable[object]", given):
        if not isinstance(entry, str):
            message = f"`{name}` must be a collection of str, got {type(entry).__name__} in it"
            raise TypeError(message)
        copied.append(entry)
    return tuple(copied)
