"""Read the JSON of a peer with the core: an unambiguous object, or an error.

`json.loads` accepts ambiguous JSON (a repeated name, `NaN`, UTF-16), and fails where other readers do not
(deep nesting, long integers). A check after it could be skipped, or could check another message.
"""

from typing import Any

from pydidcomm import _core
from pydidcomm.errors import MalformedMessageError

__all__ = ["looks_like_object", "read_object"]


_MARKS = b"\x00\xef\xbb\xbf\xfe\xff \t\r\n"
"""Bytes before the first character of a JSON text: white space, byte order marks, zeros of wide encodings."""


def read_object(text: str | bytes) -> dict[str, Any]:
    """Read an unambiguous JSON object.

    Args:
        text: The JSON text; bytes are UTF-8.

    Returns:
        The members of the object.

    Raises:
        MalformedMessageError: The text is not a JSON object, or is ambiguous.
    """
    try:
        return _core.read_object(text)
    except ValueError as error:  # an integer with thousands of digits
        part = "message"
        raise MalformedMessageError(part, str(error)) from error


def looks_like_object(content: bytes) -> bool:
    """Return whether a JSON reader, in any encoding of Unicode, would start to read an object."""
    return content.lstrip(_MARKS).startswith(b"{")
