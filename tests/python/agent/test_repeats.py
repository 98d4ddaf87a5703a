"""A message takes effect once: while its repeats are recognised, and where they cannot be it is refused."""

from __future__ import annotations

import time
from typing import Any

import anyio
import pytest

from pydidcomm.agent import Agent, Limits
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.stores import MemoryStore
from support.agents import eventually
from support.memory_peer import Connection, MemoryPeer


def hearing(heard: list[str], peer: MemoryPeer, store: MemoryStore | None = None, **options: Any) -> Agent:  # noqa: ANN401
    agent = Agent(store or MemoryStore(), transport=peer, protocols=[BasicMessage()], **options)

    @agent.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    return agent


@pytest.mark.spec("AGT-06")
async def test_a_repeat_has_no_effect_and_the_same_id_of_another_sender_is_another_message() -> None:
    heard: list[str] = []
    store, one, other = MemoryStore(), await MemoryPeer.new(), await MemoryPeer.new()
    statuses: list[int] = []

    async def post(agent: Agent) -> None:
        statuses.append((await Connection(packed).run(agent)).status)

    async def both() -> bool:
        return len(heard) >= 2

    async with hearing(heard, one, store) as agent:
        packed = await one.pack(Text(content="hi").to_message(id="same"), to=await agent.did())
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(post, agent)
    async with hearing(heard, one, store) as agent:
        await post(agent)
        await other.post(agent, Text(content="other").to_message(id="same"))
        await eventually(both)
    assert heard == ["hi", "other"]
    assert set(statuses) == {202}


@pytest.mark.spec("AGT-19")
async def test_a_message_of_before_the_window_is_refused_though_it_is_not_remembered() -> None:
    heard: list[str] = []
    store, peer, hour = MemoryStore(), await MemoryPeer.new(), 3600
    now = [time.time()]
    async with hearing(heard, peer, store, limits=Limits(window=hour), clock=lambda: now[0]) as agent:
        text = Text(content="hi").to_message(created_time=int(now[0]))
        packed = await peer.pack(text, to=await agent.did())

        async def handled() -> bool:
            return heard == ["hi"] and not await store.waiting(int(now[0]))

        assert (await Connection(packed).run(agent)).status == 202
        await eventually(handled)
        now[0] += 2 * hour
        assert await store.forget_before(int(now[0])) > 0
        assert (await Connection(packed).run(agent)).status == 400
    assert heard == ["hi"]


@pytest.mark.spec("AGT-19")
@pytest.mark.parametrize(("required", "status"), [(False, 202), (True, 400)])
async def test_a_message_that_does_not_say_when_it_was_made_is_refused_where_the_limits_say_so(
    required: bool,  # noqa: FBT001
    status: int,
) -> None:
    peer = await MemoryPeer.new()
    async with hearing([], peer, limits=Limits(require_created_time=required)) as agent:
        undated = Text(content="hi").to_message()
        assert (await peer.post(agent, undated)).status == status
        dated = Text(content="hi").to_message(created_time=int(time.time()))
        assert (await peer.post(agent, dated)).status == 202
