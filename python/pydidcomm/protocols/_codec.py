"""Read and write dataclasses as JSON objects, by the annotations of their fields."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydidcomm.errors import MalformedMessageError

__all__ = ["read", "write"]


_Read = Callable[[Any, str], Any]
"""Takes a JSON value and its path in the message, and returns the value of the field."""

_OTHERS: Final = "others"
"""The metadata key of the field that collects the members without a field of their own."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Member:
    """A field of a dataclass, and the JSON member that it is read from."""

    attribute: str
    name: str
    read: _Read
    required: bool


def read(cls: Callable[..., _Value], found: object, part: str) -> _Value:
    """Create an instance of the dataclass from a JSON object.

    Raises:
        MalformedMessageError: The value is not an object, or a member is missing or has another type.
    """
    if not isinstance(found, Mapping):
        raise MalformedMessageError(part=part, reason="not an object")
    members = cast("Mapping[str, Any]", found)
    values: dict[str, Any] = {}
    for member in _members(cls):
        value = members.get(member.name)
        # some serializers write null for an absent member
        if value is not None:
            values[member.attribute] = member.read(value, f"{part}.{member.name}")
        elif member.required:
            raise MalformedMessageError(part=f"{part}.{member.name}", reason="missing")
    others = _extra_field(cls)
    if others is not None:
        known = {member.name for member in _members(cls)}
        values[others] = {name: value for name, value in members.items() if name not in known}
    try:
        return cls(**values)
    except ValueError as error:
        # raised by a check of the class, for instance for an empty list
        raise MalformedMessageError(part=part, reason=str(error)) from None


def write(value: object) -> dict[str, Any]:
    """Convert a dataclass to a JSON object, without the fields that are None."""
    cls: Callable[..., object] = type(value)
    written = ((member.name, getattr(value, member.attribute)) for member in _members(cls))
    others = _extra_field(cls)
    known = {name: _json(one) for name, one in written if one is not None}
    return known if others is None else {**getattr(value, others), **known}


def _json(value: object) -> object:
    if is_dataclass(value):
        return write(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in cast("Mapping[str, object]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_json(one) for one in cast("Sequence[object]", value)]
    return value


@cache
def _members(cls: Callable[..., object]) -> tuple[_Member, ...]:
    hints = get_type_hints(cls)
    return tuple(
        _Member(
            field.name,
            field.metadata.get("name", field.name),
            _reader(hints[field.name]),
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(cast("Any", cls))
        if not field.metadata.get(_OTHERS)
    )


@cache
def _extra_field(cls: Callable[..., object]) -> str | None:
    """The name of the field that collects the other members; None if there is none."""
    return next((field.name for field in fields(cast("Any", cls)) if field.metadata.get(_OTHERS)), None)


def _reader(hint: Any) -> _Read:  # noqa: ANN401, C901, PLR0911, an annotation; one branch per kind
    """The function that reads a value of the annotation."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any or hint is object:
        return lambda value, _part: value
    if origin in {Union, types.UnionType}:
        return _reader_of_optional(hint, arguments)
    if origin is Literal:
        return _reader_of_values(arguments)
    if origin in {list, tuple} and (origin is list or arguments[1:] == (...,)):
        return _reader_of_array(origin, _reader(arguments[0]))
    if origin in {dict, Mapping}:
        return _reader_of_object(_reader(arguments[1]))
    if isinstance(hint, type):
        if hint in _SCALARS:
            return _SCALARS[hint]
        if is_dataclass(hint):
            return lambda value, part: read(hint, value, part)
        if issubclass(hint, Enum):
            return _reader_of_enum(hint)
        if hint in {dict, Mapping}:
            return _reader_of_object(lambda value, _part: value)
    problem = (
        f"a field of a typed message cannot have the annotation {hint!r}: see pydidcomm.protocols.body.Body"
    )
    raise TypeError(problem)


def _reader_of_optional(hint: object, arguments: tuple[Any, ...]) -> _Read:
    present = [one for one in arguments if one is not type(None)]
    if len(present) == 1:
        known = _reader(present[0])
        return lambda value, part: None if value is None else known(value, part)
    if set(present) == {int, str}:
        # some peers write numbers as strings
        return _reader_of_scalar(int, (int, str), "not a whole number or a string")
    problem = f"a field of a typed message must have one type, or one type and None, got {hint!r}"
    raise TypeError(problem)


def _reader_of_values(values: tuple[Any, ...]) -> _Read:
    def read_value(value: Any, part: str) -> Any:  # noqa: ANN401, JSON
        # in Python 1 == True; in JSON 1 and true are different values
        if not any(type(value) is type(one) and value == one for one in values):
            raise MalformedMessageError(part=part, reason=f"not one of {', '.join(map(str, values))}")
        return value

    return read_value


def _reader_of_enum(enum: type[Enum]) -> _Read:
    known = _reader_of_values(tuple(member.value for member in enum))
    return lambda value, part: enum(known(value, part))


def _reader_of_array(kind: type, entry: _Read) -> _Read:
    def read_array(value: Any, part: str) -> Any:  # noqa: ANN401, JSON
        if not isinstance(value, list | tuple):
            raise MalformedMessageError(part=part, reason="not an array")
        entries = cast("Sequence[Any]", value)
        return kind(entry(one, f"{part}[{number}]") for number, one in enumerate(entries))

    return read_array


def _reader_of_object(member: _Read) -> _Read:
    def read_object(value: Any, part: str) -> Any:  # noqa: ANN401, JSON
        if not isinstance(value, Mapping):
            raise MalformedMessageError(part=part, reason="not an object")
        members = cast("Mapping[str, Any]", value)
        return {name: member(one, f"{part}.{name}") for name, one in members.items()}

    return read_object


def _reader_of_scalar(kind: type, accepted: tuple[type, ...], reason: str) -> _Read:
    def read_scalar(value: Any, part: str) -> Any:  # noqa: ANN401, JSON
        # in Python a bool is an int; in JSON it is not a number
        if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
            raise MalformedMessageError(part=part, reason=reason)
        return value

    return read_scalar


_SCALARS: Final[dict[type, _Read]] = {
    str: _reader_of_scalar(str, (str,), "not a string"),
    int: _reader_of_scalar(int, (int,), "not a whole number"),
    float: _reader_of_scalar(float, (int, float), "not a number"),
    bool: _reader_of_scalar(bool, (bool,), "not true or false"),
}
