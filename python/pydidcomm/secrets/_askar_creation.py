"""Create an Askar store in an SQLite file, which other processes see only when it is complete."""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from pydidcomm.secrets._file_lock import HELD, STEP_SECONDS, FileLock

__all__ = ["create", "is_foreign"]


_UNFINISHED: Final = "-new"
"""The suffix of the file's name while it is created."""

_FILES: Final = ("", "-wal", "-shm", "-journal")
"""The suffixes of SQLite's files after the name of the database."""


_TABLES: Final = frozenset({"config", "profiles", "items"})
"""The tables of an Askar store; databases of other programs may have some of these names."""


_CHECKED: Final[set[tuple[int, int]]] = set()
"""The device and inode of files that were checked, and are not foreign."""

_CHECKING: Final = threading.Lock()


def is_foreign(path: Path) -> bool:
    """Whether the file is a database of another program, whose header Askar would change.

    A file that SQLite cannot read now, for instance because it is locked, counts as not foreign.

    Args:
        path: The file; its name has none of the characters ?, # and %.
    """
    with _CHECKING, suppress(OSError):
        status = path.stat()
        file = status.st_dev, status.st_ino
        # Python's SQLite would end the locks of Askar's: check once per process, before Askar opens the file
        if file not in _CHECKED:
            if _has_other_tables(path):
                return True
            _CHECKED.add(file)
    return False


def _has_other_tables(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0)) as database:
            names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error:
        return False
    return not names >= _TABLES


async def create(path: Path, provision: Callable[[str], Awaitable[Any]], seconds: float) -> None:
    """Create the store with `provision`, unless it exists or another process creates it meanwhile.

    A process that is killed leaves an unfinished file, which the next one replaces.

    Args:
        path: The file of the store.
        provision: Creates a store at a URI of Askar, and returns it.
        seconds: The time to wait for another process, in seconds.

    Raises:
        TimeoutError: Another process has not created it in that time.
        OSError: The file cannot be created.
    """
    lock = FileLock(path)
    end = time.monotonic() + seconds
    while _is_missing(path):
        if lock.acquire():
            try:
                if _is_missing(path):
                    await _make(path, provision)
            finally:
                lock.release()
            return
        if time.monotonic() >= end:
            raise TimeoutError(HELD)
        await asyncio.sleep(STEP_SECONDS)


def _is_missing(path: Path) -> bool:
    return not path.exists()


async def _make(path: Path, provision: Callable[[str], Awaitable[Any]]) -> None:
    unfinished = path.with_name(path.name + _UNFINISHED)
    _remove(unfinished)
    try:
        # only the owner may read it; SQLite gives all its files the mode of the database
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        store = await provision(f"sqlite://{unfinished}")
        # after closing, all content is in this one file
        await store.close()
        unfinished.rename(path)
    finally:
        _remove(unfinished)


def _remove(unfinished: Path) -> None:
    for suffix in _FILES:
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
