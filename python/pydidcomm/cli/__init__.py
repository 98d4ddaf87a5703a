"""The command line: `pydidcomm`, or `python -m pydidcomm` (extra `cli`).

Commands read stdin or a file and write to stdout; with `--json` they write one JSON object per line. Imports
are deferred to each command, so that `pydidcomm inspect` needs neither a server nor a database.
"""

import sys
from typing import NoReturn

__all__ = ["main"]

USAGE = 2
"""The exit status of a usage error, the same as in click."""


def main() -> NoReturn:
    """Run the command in `sys.argv`, and exit with its status.

    | status | meaning |
    |---|---|
    | 0 | success |
    | 1 | a file cannot be read or written, or another failure |
    | 2 | a usage error, or an extra that is not installed |
    | 3 | a malformed message or document |
    | 4 | an unsupported algorithm, method or version |
    | 5 | a DID, key, endpoint or wallet is not found |
    | 6 | an untrusted message, or one that cannot be decrypted |
    | 7 | a message was not delivered |
    | 8 | a wallet or store is locked or unavailable |
    | 130 | Ctrl-C |
    | 141 | stdout was closed by its reader |
    """
    try:
        from pydidcomm.cli._root import run  # noqa: PLC0415, it needs the extra
    except ImportError as error:
        sys.stderr.write(f"{error.name} is not installed: pip install 'pydidcomm[cli]'\n")
        sys.exit(USAGE)
    run()
