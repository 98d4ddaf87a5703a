"""Sanitize untrusted text for display."""

from collections.abc import Sequence

from pydidcomm._core import describe, sanitize

_LONGEST = 64
"""The most characters that are shown of one text: enough to tell two kids apart, few enough for a line."""


def shown(text: str, length: int = _LONGEST) -> str:
    """The text in one line: its middle left out where it is long, and what is not printable escaped.

    Line breaks, terminal escapes, bidi controls and what XML does not allow would let a peer show another
    text than the one that is there.
    """
    return sanitize(text, length)


def described(value: object, names: Sequence[str] = ()) -> str:
    """The text of an argument where it is a DID, a URL or one of the names; else its type and length.

    A private key or a passphrase may stand in the place of any argument.
    """
    return describe(value, names) if isinstance(value, str) else type(value).__name__
