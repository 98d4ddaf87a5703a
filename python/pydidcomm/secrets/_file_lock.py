"""A lock between processes that use one file: a lock of SQLite, which ends with its process."""

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

__all__ = ["HELD", "STEP_SECONDS", "FileLock"]


STEP_SECONDS: Final = 0.02
"""The pause between attempts to acquire the lock, in seconds."""

_SUFFIX: Final = "-lock"
"""The suffix of the lock's file after the name of the file."""

HELD: Final = "another process is still creating it"
"""The reason why the lock was not acquired in time."""

_LATER: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR})
"""The error codes if another process has the lock, or removed its file after it was opened here."""


class FileLock:
    """The lock of a file, in a file next to it.

    Args:
        path: The file.
        keep: Whether to keep the lock's file when the lock is released. If it is removed, a process that has
            opened it before can lock a file that others do not see.
    """

    def __init__(self, path: Path, *, keep: bool = False) -> None:
        self._path = path.with_name(path.name + _SUFFIX)
        self._keep = keep
        self._held: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Try to acquire the lock without waiting, and return whether it is held.

        Raises:
            OSError: The lock's file cannot be created.
        """
        # an existing file is not opened here: closing it would end the locks that this process has on it
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
        """Acquire the lock; block at most so many seconds.

        Raises:
            TimeoutError: Another process has held the lock for that long.
            OSError: The lock's file cannot be created.
        """
        end = time.monotonic() + seconds
        while not self.acquire():
            if time.monotonic() >= end:
                raise TimeoutError(HELD)
            time.sleep(STEP_SECONDS)

    def release(self) -> None:
        """Release the lock, if it is held."""
        if self._held is None:
            return
        with closing(self._held), suppress(OSError):
            if not self._keep:
                self._path.unlink(missing_ok=True)
        self._held = None
