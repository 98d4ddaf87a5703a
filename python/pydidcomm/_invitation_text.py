"""Read URLs from mail and chat programs, which wrap, escape, quote and extend them."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

__all__ = ["parameters_of", "tidy", "without_punctuation"]


_QUOTED: Final = re.compile(r"=?\r?\n[ \t]*(?:>[ \t]*)*")
"""A line break, with `=` before it in quoted-printable, and with `>` after it in a quoted mail."""

_INVISIBLE: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
"""White space, soft hyphens and characters without width."""

_OPENING: Final = "<([{\"'\u201c\u2018\u00ab"
_CLOSING: Final = ">)]}\"'\u201d\u2019\u00bb.,;:!?*"
_NAMES: Final = ("_oob", "_oobid")


def parameters_of(url: str) -> dict[str, list[str]]:
    """Return the query parameters of a URL, or of a URL in one of them, as in a link into an app.

    Raises:
        ValueError: `url` is not a URL.
    """
    found = _parameters(tidy(url))
    if any(name in found for name in _NAMES):
        return found
    for values in found.values():
        for value in values:
            inner = _parameters(value) if "_oob" in value else {}
            if any(name in inner for name in _NAMES):
                return inner
    return found


def tidy(url: str) -> str:
    """Remove what mail and chat programs add to a URL and around it."""
    text = _INVISIBLE.sub("", _QUOTED.sub("", url.strip()))
    return text.replace("&amp;", "&").lstrip(_OPENING)


def without_punctuation(encoded: str) -> str:
    """Remove the punctuation after a URL in a sentence."""
    return encoded.rstrip(_CLOSING)


def _parameters(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)
