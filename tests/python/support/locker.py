"""Another process that keeps an SQLite database locked for writing."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SECONDS = 60
PROGRAM = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
"""


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Keep the database locked for the time of the block; locks of one process do not hinder itself."""
    process = subprocess.Popen(  # noqa: S603, the interpreter that runs this
        [sys.executable, "-c", PROGRAM, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield
        process.communicate(b"\n", timeout=SECONDS)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait(timeout=SECONDS)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
