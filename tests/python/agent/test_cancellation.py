"""An agent that is cancelled at any call of its store: what it accepted is handled and answered once."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from pydidcomm.agent import Agent, Context
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.stores import (
    Done,
    InboxItem,
    Incoming,
    MemoryStore,
    OutboxItem,
    Page,
    Record,
    StoreUnavailableError,
)
from support.agents import eventually
from support.memory_peer import Connection, MemoryPeer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pydidcomm.stores.records import OutboxState

MOST_CALLS = 60


class CancellingStore(MemoryStore):
    """Cancels a scope before or after one of its calls, and takes nothing more from what runs in it."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self._after = after
        self.scope: anyio.CancelScope | None = None
        self.calls = 0

    @asynccontextmanager
    async def _called(self) -> AsyncGenerator[None]:
        calls, self.calls = self.calls, self.calls - 1
        if self.scope is None or calls > 0:
            yield
            return
        if calls < 0 or not self._after:
            self.scope.cancel()
            raise StoreUnavailableError
        yield
        self.scope.cancel()
        await anyio.lowlevel.checkpoint()

    async def accept(self, incoming: Incoming) -> bool:
        async with self._called():
            return await super().accept(incoming)

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        async with self._called():
            return await super().waiting(now, limit, after=after)

    async def commit(self, done: Done) -> None:
        async with self._called():
            await super().commit(done)

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        async with self._called():
            return await super().due(now, limit)

    async def settle(self, outbox_id: str, state: OutboxState, **options: Any) -> None:  # noqa: ANN401
        async with self._called():
            await super().settle(outbox_id, state, **options)


def counting(store: MemoryStore, peer: MemoryPeer) -> Agent:
    """An agent that counts how often a text took effect, and answers it."""
    agent = Agent(store, transport=peer, protocols=[BasicMessage()])

    @agent.on
    async def hear(text: Text, ctx: Context) -> Text:
        before = await store.record("effect", text.content)
        count = 1 if before is None else int(before.value) + 1
        ctx.store(Record(kind="effect", key=text.content, value=str(count).encode()))
        return Text(content=f"re {text.content}")

    return agent


@pytest.mark.spec("AGT-10", "AGT-15", "AGT-17", "AGT-18", "REL-07")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_an_agent_that_is_cancelled_at_a_call_of_its_store_loses_nothing_and_repeats_nothing(
    after: bool,  # noqa: FBT001
) -> None:
    cancelled = 0
    store, peer = CancellingStore(after=after), await MemoryPeer.new()

    async def settled() -> bool:
        return bool(peer.arrived) and not await store.due(int(time.time()))

    async with counting(store, peer) as agent:
        to = await agent.did()
    for call in range(MOST_CALLS):
        peer.arrived.clear()
        packed = await peer.pack(Text(content=f"{call}").to_message(), to=to)
        connection = Connection(packed)
        with anyio.CancelScope() as scope:
            async with counting(store, peer) as agent:
                store.scope, store.calls = scope, call
                await connection.run(agent)
                await eventually(settled)
        store.scope = None
        async with counting(store, peer) as agent:
            if connection.reply.status != 202:
                assert (await Connection(packed).run(agent)).status == 202
            await eventually(settled)
        effect = await store.record("effect", f"{call}")
        assert effect is not None
        assert effect.value == b"1"
        # sent again at most, and the peer sees that it is the same
        assert {message.body["content"] for message in peer.arrived} == {f"re {call}"}
        assert len({message.id for message in peer.arrived}) == 1
        if not scope.cancelled_caught:
            break
        cancelled += 1
    assert 5 < cancelled < MOST_CALLS - 1
