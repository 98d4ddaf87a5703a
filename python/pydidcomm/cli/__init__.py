"""The command line: `pydidcomm`, or `python -m pydidcomm` (extra `cli`).

Each command reads stdin or a file and writes stdout; with `--json` it writes one JSON object a line. Commands
import what they need when they run, so that `pydidcomm inspect` starts without a server or a database.
"""

import sys
from typing import NoReturn

__all__ = ["main"]

USAGE = 2
"""The exit status of a wrong call, as that of click."""


def main() -> NoReturn:
    """Run the command that `sys.argv` names, and exit with its status.

    | status | of |
    |---|---|
    | 0 | success |
    | 2 | a wrong call, or an extra that is not installed |
    | 3 | a malformed message or document |
    | 4 | something that is not supported |
    | 5 | a DID, a key, an endpoint or a wallet that is not found |
    | 6 | an untrusted message, or one that cannot be decrypted |
    | 7 | a message that was not delivered |
    | 8 | a wallet that is locked or does not answer |
    | 130 | Ctrl-C |
    """
    try:
        from pydidcomm.cli._root import run  # noqa: PLC0415, it needs the extra
    except ImportError as error:
        sys.stderr.write(f"{error.name} is not installed: pip install 'pydidcomm[cli]'\n")
        sys.exit(USAGE)
    run()
