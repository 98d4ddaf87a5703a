"""Sanitize untrusted text for display."""

from collections.abc import Sequence

from pydidcomm import _core

__all__ = ["describe", "sanitize"]


_LONGEST = 64
"""The most characters of a text for display: enough to distinguish two kids, and short enough for a line."""


def sanitize(text: str, length: int = _LONGEST) -> str:
    """Return the text in one line, shortened in the middle, with unprintable characters escaped.

    Line breaks, terminal escapes, bidi controls and characters that XML forbids would let a peer fake what
    is displayed.
    """
    return _core.sanitize(text, length)


def describe(value: object, names: Sequence[str] = ()) -> str:
    """Return the text of an argument where it is a DID, a URL or one of the names; else its type and length.

    Any argument may be a private key or a passphrase by mistake.
    """
    return _core.describe(value, names) if isinstance(value, str) else type(value).__name__
