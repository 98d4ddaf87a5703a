"""A new Askar store in an SQLite file, which other processes see when it is whole."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from pydidcomm.secrets._file_lock import HELD, STEP_SECONDS, FileLock

UNFINISHED: Final = "-new"
"""What the file is called after its name while it is made."""

_FILES: Final = ("", "-wal", "-shm", "-journal")
"""What SQLite calls its files after the database."""


async def create(path: Path, provision: Callable[[str], Awaitable[Any]], seconds: float) -> None:
    """Make the store with `provision`, unless it is there or another process makes it meanwhile.

    A process that is killed leaves an unfinished file, which the next one replaces.

    Args:
        path: The file of the store.
        provision: Makes a store at a URI of Askar, and returns it.
        seconds: How long to wait for another process.

    Raises:
        TimeoutError: Another process has not made it in that time.
        OSError: There can be no file.
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
    unfinished = path.with_name(path.name + UNFINISHED)
    _remove(unfinished)
    try:
        # its owner alone may read it: SQLite gives all its files the same mode
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        store = await provision(f"sqlite://{unfinished}")
        # all of it is in the one file then
        await store.close()
        unfinished.rename(path)
    finally:
        _remove(unfinished)


def _remove(unfinished: Path) -> None:
    for suffix in _FILES:
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
