"""A lock between processes that use one file. It is one of SQLite, and ends with its process."""

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

STEP_SECONDS: Final = 0.02
"""How long to wait between attempts to acquire the lock."""

SUFFIX: Final = "-lock"
"""What the lock is called after the file."""

HELD: Final = "another process makes it, and has not finished"
"""Why the lock was not acquired in time."""

_LATER: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR})
"""Another process has the lock, or removed its file after it was opened here."""


class FileLock:
    """The lock of a file, in a file next to it.

    Args:
        path: The file.
        keep: Whether the file of the lock stays when the lock is released: a process that opened it before it
            is removed could lock what others do not see.
    """

    def __init__(self, path: Path, *, keep: bool = False) -> None:
        self._path = path.with_name(path.name + SUFFIX)
        self._keep = keep
        self._held: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Whether the lock is held now; does not wait.

        Raises:
            OSError: There can be no file in the folder.
        """
        # a file that is there is not opened: closing it would end the locks that this process has on it
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            # the low byte is the kind
            if error.sqlite_errorcode & 0xFF in _LATER:
                return False
            message = f"{self._path}: {error}"
            raise OSError(message) from error
        self._held = connection
        return True

    def wait(self, seconds: float) -> None:
        """Acquire the lock; blocks at most so many seconds.

        Raises:
            TimeoutError: Another process has held it for that long.
            OSError: There can be no file in the folder.
        """
        end = time.monotonic() + seconds
        while not self.acquire():
            if time.monotonic() >= end:
                raise TimeoutError(HELD)
            time.sleep(STEP_SECONDS)

    def release(self) -> None:
        """Let the next process acquire the lock."""
        if self._held is None:
            return
        with closing(self._held), suppress(OSError):
            if not self._keep:
                self._path.unlink(missing_ok=True)
        self._held = None
