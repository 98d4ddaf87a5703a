"""Checks of arguments, with error texts that name the argument."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from pydidcomm._arguments import ArgumentTypeError, ArgumentValueError

__all__ = [
    "check_instance",
    "check_list",
    "check_made",
    "check_mapping",
    "check_positive",
    "check_resolver",
    "check_seconds",
    "check_several",
    "check_text",
    "check_whole",
    "kind_of",
    "text_of",
]


PACKED_OBJECTS = "str, bytes, dict or the result of packing"
"""The types that `inspect` and `diagnose` read, for an error text."""


def kind_of(value: object) -> str:
    """Return the type of an argument for an error text; a class instead of an object is marked as one."""
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def check_instance(name: str, value: object, kind: type) -> None:
    """Raises TypeError for what is neither None nor an object of the class."""
    if value is not None and not isinstance(value, kind):
        reason = f"`{name}` must be {kind.__name__} or None, got {kind_of(value)}: {kind.__name__}(...)"
        raise ArgumentTypeError(reason)


def check_made(name: str, value: object, method: str) -> None:
    """Raises TypeError for a class instead of an object, unless its method is a class or static method."""
    if not isinstance(value, type):
        return
    from inspect import getattr_static  # noqa: PLC0415, hardly any program passes a class

    if not isinstance(getattr_static(value, method, None), staticmethod | classmethod | None):
        reason = f"`{name}` must be an object, got {kind_of(value)}: {value.__name__}(...)"
        raise ArgumentTypeError(reason)


def check_whole(name: str, value: object, *, least: int) -> None:
    """Raises TypeError for what is not an int, ValueError for an int below `least`."""
    if not isinstance(value, int) or isinstance(value, bool):
        reason = f"`{name}` must be a whole number (int), got {kind_of(value)}"
        raise ArgumentTypeError(reason)
    if value < least:
        reason = f"`{name}` must be at least {least}, got {value}"
        raise ArgumentValueError(reason)


def check_positive(name: str, value: object, *, whole: bool) -> None:
    """Raises TypeError for what is not a number, ValueError for a number that is not positive."""
    # also refuses NaN
    if not _number(name, value, whole=whole) > 0:
        reason = f"`{name}` must be positive, got {value}"
        raise ArgumentValueError(reason)


def check_seconds(name: str, value: object) -> None:
    """Raises TypeError for what is not a number of seconds, ValueError for a negative one."""
    if not _number(name, value, whole=False) >= 0:
        reason = f"`{name}` must not be negative, got {value}"
        raise ArgumentValueError(reason)


def _number(name: str, value: object, *, whole: bool) -> float:
    if not isinstance(value, int if whole else int | float) or isinstance(value, bool):
        expected = "a whole number (int)" if whole else "a number of seconds"
        reason = f"`{name}` must be {expected}, got {kind_of(value)}"
        raise ArgumentTypeError(reason)
    return value


def check_resolver(name: str, value: object) -> None:
    """Raises TypeError for what is not a resolver."""
    if isinstance(value, type) or not hasattr(value, "resolve"):
        reason = f"`{name}` must be an object with the method `resolve`, got {kind_of(value)}"
        raise ArgumentTypeError(reason)


def check_list(name: str, value: object, content: type, called: str | None = None) -> None:
    """Raises TypeError for what is not a collection of objects of the class, and for a str."""
    called, kind = called or content.__name__, kind_of(value)
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Collection):
        reason = f"`{name}` must be a list of {called}, got {kind}: write {name}=[...]"
        raise ArgumentTypeError(reason)
    for entry in cast("Collection[object]", value):
        if not isinstance(entry, content):
            reason = f"`{name}` must be a list of {called}, got {kind_of(entry)} in it"
            raise ArgumentTypeError(reason)


def check_text(name: str, value: object) -> None:
    """Raises TypeError for what is not a str."""
    if not isinstance(value, str):
        reason = f"`{name}` must be a str, got {kind_of(value)}"
        raise ArgumentTypeError(reason)


def check_mapping(name: str, value: object) -> None:
    """Raises TypeError for what is not a mapping with str as keys."""
    kind = kind_of(value)
    if not isinstance(value, Mapping):
        reason = f"`{name}` must be a dict, got {kind}"
        raise ArgumentTypeError(reason)
    if not all(isinstance(key, str) for key in cast("Mapping[object, object]", value)):
        reason = f"`{name}` must be a dict with str as keys"
        raise ArgumentTypeError(reason)


def check_several(name: str, value: object, content: str, one: str) -> None:
    """Raises TypeError for one object instead of several; `one` is the function for one object."""
    kind = kind_of(value)
    if isinstance(value, (str, bytes, bytearray, memoryview, Mapping)) or not isinstance(value, Iterable):
        reason = f"`{name}` must be a list of {content}, got {kind}: use `{one}` for one"
        raise ArgumentTypeError(reason)


def text_of(name: str, packed: Any) -> Any:  # noqa: ANN401, programs without a type checker pass any object
    """Return the text or JSON object of a message, or the text of a packing result."""
    if isinstance(packed, str | bytes | bytearray | memoryview | Mapping):
        return cast("Any", packed)
    text = None if isinstance(packed, type) else getattr(packed, "packed_msg", None)
    if text is None:
        reason = f"`{name}` must be {PACKED_OBJECTS}, got {kind_of(packed)}"
        raise ArgumentTypeError(reason)
    return text
