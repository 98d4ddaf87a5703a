"""The standard streams as the commands need them."""

import os
import sys
from typing import Any, Final, cast

__all__ = ["prepare"]


_INPUT, _OUTPUT, _ERRORS = range(3)

_STAND_INS: Final = (
    # nothing to read
    ("stdin", _INPUT, os.O_RDONLY, "r"),
    # a write fails, as that to a closed descriptor does in other programs
    ("stdout", _OUTPUT, os.O_RDONLY, "w"),
    # there is no place left to report anything
    ("stderr", _ERRORS, os.O_WRONLY, "w"),
)


def prepare() -> None:
    """Open what the caller has closed, and choose encodings.

    The descriptor of a closed stream would be that of the next file, for instance of the wallet. A program or
    a file gets UTF-8, as JSON is; a terminal of another encoding shows an escape in place of a letter.
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
