"""The members of a JWE and their types."""

from typing import Any, NoReturn, cast

from pydidcomm.compat._json import looks_like_object, read_object
from pydidcomm.errors import MalformedMessageError

__all__ = ["check_members", "read_header", "refuse"]

_TEXTS = {
    "protected": True,
    "ciphertext": True,
    "iv": True,
    "tag": True,
    "aad": False,
    "encrypted_key": False,
}
"""The members that are strings, and whether they are required."""

_OBJECTS = ("unprotected", "header")
"""The optional members that are objects."""


def refuse(what: str) -> NoReturn:
    """Raise the exception of the original for a part of an envelope."""
    message = f"Invalid {what}"
    raise ValueError(message)


def check_members(message: object) -> None:
    """Check that the members of a JWE are present, and have the right types."""
    if not isinstance(message, dict):
        refuse("JWE: not a mapping")
    members = cast("dict[str, Any]", message)
    for name, required in _TEXTS.items():
        if required and name not in members:
            refuse(f"JWE: missing {_describe(name)}")
        if not isinstance(members.get(name, ""), str):
            refuse(f"JWE: invalid {_describe(name)}")
    for name in _OBJECTS:
        if not isinstance(members.get(name, {}), dict):
            refuse(f"JWE: invalid {name}{' header' if name == 'unprotected' else ''}")


def read_header(decoded: bytes) -> dict[str, Any]:
    """Return the protected header."""
    if not looks_like_object(decoded):
        refuse("JWE: invalid protected header")
    try:
        return read_object(decoded)
    except MalformedMessageError as error:
        refuse(f"JWE: invalid JSON for protected headers: {error}")


def _describe(name: str) -> str:
    return "protected header" if name == "protected" else name
