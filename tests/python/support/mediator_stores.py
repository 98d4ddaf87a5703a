"""Both stores of a mediator, each opened as often as a test wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from pydidcomm.mediator import Limits, SqliteMediatorStore
from pydidcomm.mediator.postgres import PostgresMediatorStore

if TYPE_CHECKING:
    from pathlib import Path

Store = SqliteMediatorStore | PostgresMediatorStore
Open = Callable[[], Awaitable[Store]]
Databases = Callable[[], str]
"""Makes an empty database; returns its URL."""

KINDS = ("sqlite", "postgresql")


class Share(Protocol):
    """The fixture `share`."""

    def __call__(self, kind: str, *, limits: Limits | None = None) -> Open: ...


def shared_store(databases: Databases, folder: Path, kind: str, *, limits: Limits | None = None) -> Open:
    """What opens one file, or one database."""
    url = databases() if kind == "postgresql" else ""

    async def opened() -> Store:
        if url:
            return await PostgresMediatorStore.open(url, limits=limits)
        return SqliteMediatorStore(folder / "mediator.db", limits=limits)

    return opened
