"""The start of an agent reads as much with many relationships as with few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from pydidcomm.agent import Agent
from pydidcomm.stores import Done, MemoryStore, Relationship
from support.memory_peer import MemoryPeer

if TYPE_CHECKING:
    from pydidcomm.stores import Page


class CountingStore(MemoryStore):
    """Counts the reading of relationships."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    async def relationship(self, id: str) -> Relationship | None:  # noqa: A002, as in the Protocol
        self.reads += 1
        return await super().relationship(id)

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        self.reads += 1
        return await super().relationships(after, limit)


async def test_a_start_reads_no_relationships() -> None:
    store = CountingStore()
    many = tuple(
        Relationship(id=f"{number}", ours=f"did:example:ours-{number}", theirs=f"did:example:{number}")
        for number in range(300)
    )
    await store.commit(Done(relationships=many))
    async with Agent(store, transport=await MemoryPeer.new()):
        # every task has had its turn
        await anyio.sleep(0.05)
        assert store.reads == 0
