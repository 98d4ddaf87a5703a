"""The public suite, run against every store, on each event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm.stores import MemoryStore, Record, Relationship, Store
from pydidcomm.stores.testing import CHECKS, suite

if TYPE_CHECKING:
    from pydidcomm.stores import Page

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", CHECKS)
async def test_the_store_in_memory_passes_the_public_suite(name: str) -> None:
    store = MemoryStore()
    assert isinstance(store, Store)
    await CHECKS[name](store)


class Broken(MemoryStore):
    """A store of a program, with a fault."""

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        return await super().relationships(after, limit + 1)

    async def record(self, kind: str, key: str) -> Record | None:
        return await super().record(kind, key)


async def test_the_suite_names_the_rule_that_a_store_breaks() -> None:
    async def make_store() -> Store:
        return Broken()

    with pytest.raises(AssertionError, match="at most `limit` items") as caught:
        await suite(make_store)
    assert caught.value.__notes__ == ["in the check 'relationships'"]
