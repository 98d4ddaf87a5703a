"""Answers on the connection that asks for one: at most one over HTTP, and none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm.agent import Agent, Context
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import MemoryStore
from support.agents import eventually
from support.memory_peer import Connection, MemoryPeer

if TYPE_CHECKING:
    from pydidcomm import Message

RETURN = {"return_route": "all"}


def answering(peer: MemoryPeer, entered: anyio.Event, going: anyio.Event) -> Agent:
    agent = Agent(MemoryStore(), transport=peer, protocols=[])

    @agent.on
    async def hear(text: Text, ctx: Context) -> Text:
        entered.set()
        await going.wait()
        ctx.reply(Text(content=f"first of {text.content}"))
        return Text(content=f"second of {text.content}")

    return agent


async def request(agent: Agent, peer: MemoryPeer) -> Connection:
    message: Message = Text(content="two").to_message(custom_headers=RETURN)
    return Connection(await peer.pack(message, to=await agent.did()))


@pytest.mark.spec("RRT-06")
async def test_of_two_answers_one_leaves_on_the_connection_and_the_other_by_the_endpoint() -> None:
    peer, entered, going = await MemoryPeer.new(), anyio.Event(), anyio.Event()
    going.set()
    async with answering(peer, entered, going) as agent:
        reply = await (await request(agent, peer)).run(agent)
        await eventually(peer.has_arrived)
        back = await peer.read(reply.body)
    assert reply.status == 200
    texts = [back.body["content"], *(one.body["content"] for one in peer.arrived)]
    assert sorted(texts) == ["first of two", "second of two"]


@pytest.mark.spec("RRT-11")
async def test_the_answers_to_a_peer_that_went_away_are_sent_to_its_endpoint() -> None:
    peer, entered, going = await MemoryPeer.new(), anyio.Event(), anyio.Event()
    async with answering(peer, entered, going) as agent:
        connection = await request(agent, peer)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(connection.run, agent)
            await entered.wait()
            connection.closed.set()
            await anyio.sleep(0.02)
            going.set()

            async def both() -> bool:
                return len(peer.arrived) == 2

            await eventually(both)
    assert sorted(one.body["content"] for one in peer.arrived) == ["first of two", "second of two"]
    assert connection.reply.body == b""


async def test_an_answer_on_the_connection_is_not_wrapped_for_the_mediator_of_the_peer() -> None:
    mediator = await MemoryPeer.new()
    peer, entered, going = await MemoryPeer.new(mediator.did), anyio.Event(), anyio.Event()
    going.set()
    # what goes by the endpoint goes to the mediator
    async with answering(mediator, entered, going) as agent:
        reply = await (await request(agent, peer)).run(agent)
        await eventually(mediator.has_arrived)
        # the keys of the peer alone open it
        back = await peer.read(reply.body)
    assert back.body["content"] in {"first of two", "second of two"}
    assert [one.type for one in mediator.arrived] == ["https://didcomm.org/routing/2.0/forward"]
