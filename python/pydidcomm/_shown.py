"""Sanitize untrusted text for display."""

from pydidcomm._core import sanitize

_LONGEST = 64
"""The most characters that are shown of one text: enough to tell two kids apart, few enough for a line."""


def shown(text: str, length: int = _LONGEST) -> str:
    """The text in one line: its middle left out where it is long, and what is not printable escaped.

    Line breaks, terminal escapes, bidi controls and what XML does not allow would let a peer show another
    text than the one that is there.
    """
    return sanitize(text, length)
