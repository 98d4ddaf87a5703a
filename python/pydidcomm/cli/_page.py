"""An HTML page that shows the layers of a pasted envelope without a key or a network request."""

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Final

from pydidcomm.cli._output import printable
from pydidcomm.inspection import EnvelopeView

__all__ = ["empty_page", "page"]


_LONGEST_TEXT: Final = 1_048_576
"""The longest envelope that is put into the text field, in bytes: browsers are slow with longer fields."""


def page(view: EnvelopeView, packed: bytes) -> str:
    """Return the page of an envelope, with its picture and its text, both escaped.

    Args:
        view: The view of the envelope.
        packed: The envelope.
    """
    lines = json.dumps(view.as_dict(), ensure_ascii=False, indent=2).split("\n")
    headers = escape("\n".join(map(printable, lines)))
    picture = f"{view.svg()}<details><summary>All headers</summary><pre>{headers}</pre></details>"
    return _page(packed.decode() if len(packed) <= _LONGEST_TEXT else "", picture)


def empty_page() -> str:
    """Return the page with an empty text field."""
    return _page("", "")


def _page(text: str, picture: str) -> str:
    folder = files("pydidcomm.cli")
    script = folder.joinpath("_inspector.js").read_text(encoding="utf-8")
    template = folder.joinpath("_inspector.html").read_text(encoding="utf-8")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    head, rest = template.split("{hash}")
    before_text, rest = rest.split("{text}")
    before_picture, rest = rest.split("{picture}")
    before_script, end = rest.split("{script}")
    pieces = (head, f"sha256-{digest}", before_text, escape(text), before_picture, picture)
    return "".join((*pieces, before_script, script, end))
