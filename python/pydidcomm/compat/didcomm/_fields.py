"""Validators for the fields of a message."""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import attrs

from pydidcomm.compat._described import describe
from pydidcomm.compat.didcomm.core.utils import is_did, is_did_or_did_url
from pydidcomm.compat.didcomm.errors import DIDCommValueError

__all__ = ["a", "a_did", "a_did_or_did_url", "a_list", "maybe", "maybe_did", "maybe_list", "that"]


_Check: TypeAlias = Callable[[Any, Any, Any], None]


def _check(validator: Any) -> _Check:  # noqa: ANN401
    def check(instance: Any, attribute: Any, value: Any) -> None:  # noqa: ANN401
        try:
            validator(instance, attribute, value)
        except (TypeError, ValueError) as error:
            raise DIDCommValueError(str(error)) from error

    return check


def a(*types: type) -> _Check:
    """Accept a value of one of these types."""
    return _check(attrs.validators.instance_of(types))


def maybe(*types: type) -> _Check:
    """Accept a value of one of these types, or None."""
    return _check(attrs.validators.optional(attrs.validators.instance_of(types)))


def maybe_list(*types: type) -> _Check:
    """Accept a list of values of one of these types, or None."""
    return _check(attrs.validators.optional(_list(*types)))


def a_list(*types: type) -> _Check:
    """Accept a list of values of one of these types."""
    return _check(_list(*types))


def _list(*types: type) -> Any:  # noqa: ANN401
    a_list_itself: Any = attrs.validators.instance_of(cast("type[Any]", list))
    return attrs.validators.deep_iterable(attrs.validators.instance_of(types), a_list_itself)


def that(holds: Callable[[Any], bool], otherwise: str) -> _Check:
    """Accept a value for which `holds` returns True."""

    def check(_instance: Any, attribute: Any, value: Any) -> None:  # noqa: ANN401
        if not holds(value):
            message = f"'{attribute.name}': value {describe(value)} {otherwise}"
            raise DIDCommValueError(message)

    return check


a_did = that(is_did, "is not a did")
maybe_did = that(lambda value: value is None or is_did(value), "is not a did")
a_did_or_did_url = that(is_did_or_did_url, "is neither a did nor a did url")
