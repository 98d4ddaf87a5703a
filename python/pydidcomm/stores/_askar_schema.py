"""The version of a store's schema, and the migrations between versions."""

from collections.abc import Awaitable, Callable
from typing import Final

from pydidcomm.stores._askar_unit import Unit
from pydidcomm.stores.errors import StoreVersionError

__all__ = ["MIGRATIONS", "migrate", "version"]


_PLACE: Final = ("agent", "schema")

_Migration = Callable[[Unit], Awaitable[None]]


async def _begin(_: Unit) -> None:
    """Do nothing: an empty store has version 1 already."""


MIGRATIONS: Final[tuple[_Migration, ...]] = (_begin,)
"""The migrations: item n brings version n to version n + 1. Items are added, and never changed."""


async def version(unit: Unit) -> int:
    """The version of a store; 0 if no agent has used it yet.

    Raises:
        StoreVersionError: The store was written by a newer pydidcomm.
    """
    row = await unit.get(*_PLACE)
    found: int = 0 if row is None else row["version"]
    if found > len(MIGRATIONS):
        raise StoreVersionError(found, len(MIGRATIONS))
    return found


async def migrate(unit: Unit) -> None:
    """Bring a store to the newest version, in one transaction."""
    for number in range(await version(unit), len(MIGRATIONS)):
        await MIGRATIONS[number](unit)
    unit.put(*_PLACE, {"version": len(MIGRATIONS)})
