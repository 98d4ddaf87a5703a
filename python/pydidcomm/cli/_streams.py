"""Prepare the standard streams for commands."""

import os
import sys
from typing import Any, Final, cast

__all__ = ["prepare"]


_INPUT, _OUTPUT, _ERRORS = range(3)

_STAND_INS: Final = (
    # empty input
    ("stdin", _INPUT, os.O_RDONLY, "r"),
    # opened for reading, so that a write fails as with a closed descriptor
    ("stdout", _OUTPUT, os.O_RDONLY, "w"),
    # errors are discarded
    ("stderr", _ERRORS, os.O_WRONLY, "w"),
)


def prepare() -> None:
    """Open standard streams that the caller has closed, and set encodings.

    Otherwise the next file, for instance the wallet, would get the descriptor of a closed stream. Pipes and
    files get UTF-8, as JSON requires; a terminal with another encoding shows escapes for other characters.
    """
    for name, number, flags, mode in _STAND_INS:
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, flags)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        cast("Any", stream).reconfigure(
            encoding=stream.encoding if stream.isatty() else "utf-8", errors="backslashreplace"
        )
