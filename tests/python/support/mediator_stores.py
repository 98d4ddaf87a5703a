"""Both stores of a mediator, each opened as often as a test wants: every one is like a process of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydidcomm.mediator import Limits, SqliteMediatorStore
from pydidcomm.mediator.postgres import PostgresMediatorStore
from support import postgres

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

Store = SqliteMediatorStore | PostgresMediatorStore
Open = Callable[[], Awaitable[Store]]

KINDS = ("sqlite", "postgresql")


@contextmanager
def shared_store(kind: str, folder: Path, *, limits: Limits | None = None) -> Generator[Open]:
    """What opens one file, or one database of a server that runs meanwhile."""
    if kind == "sqlite":

        async def open_file() -> Store:
            return SqliteMediatorStore(folder / "mediator.db", limits=limits)

        yield open_file
        return
    with postgres.server() as server:
        url = server.database()

        async def open_database() -> Store:
            return await PostgresMediatorStore.open(url, limits=limits)

        yield open_database
