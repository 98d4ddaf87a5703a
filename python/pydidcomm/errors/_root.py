"""The root of the exceptions: a text in one line, and a bounded repr."""

from typing import ClassVar

from pydidcomm._arguments import NAMED_BY
from pydidcomm._core import sanitize

_LONGEST_REPR = 1000
"""The most characters of a repr, whose middle is left out: several DIDs and kids."""


class DIDCommError(Exception):
    """The root of all exceptions of pydidcomm.

    Attributes:
        code: The problem code of DIDComm v2.1 that a problem report can carry; the same for all of a class.
    """

    code: ClassVar[str] = "e.p.me"

    def add_note(self, note: str, /) -> None:
        """Add a note, but not the one in which the bindings name an argument."""
        if not note.startswith(NAMED_BY):
            super().add_note(note)

    def __str__(self) -> str:
        """The text in one line, whatever a peer wrote into it."""
        return sanitize(self._text())

    def __repr__(self) -> str:
        """The class and its arguments, bounded: a message can name a thousand long kids."""
        return sanitize(super().__repr__(), _LONGEST_REPR)

    def _text(self) -> str:
        """The text as it is, for a subclass to say."""
        return super().__str__()
