"""An answer goes to the request that waits for it, and to a handler where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm.agent import Agent
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.stores import MemoryStore
from support.agents import SECONDS, eventually
from support.memory_peer import MemoryPeer

if TYPE_CHECKING:
    from pydidcomm import Message


@pytest.mark.spec("AGT-03", "AGT-20")
async def test_an_answer_goes_to_its_request_alone_though_the_request_is_still_being_sent() -> None:
    heard: list[str] = []
    peer, other = await MemoryPeer.new(), await MemoryPeer.new()
    agent = Agent(MemoryStore(), transport=peer, protocols=[BasicMessage()])

    @agent.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    async def answering(request: Message) -> None:
        answers = [
            (other, Text(content="another sender").to_message(thid=request.id)),
            (peer, Text(content="another thread").to_message()),
            (peer, Text(content="answer").to_message(thid=request.id)),
        ]
        for sender, message in answers:
            to = of_other.ours if sender is other else request.frm
            assert (await sender.post(agent, message, to=to)).status == 202

    peer.answering = answering
    async with agent:
        of_other = await (await agent.relate(other.did)).relationship()
        friend = await agent.relate(peer.did)
        answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)

        async def both() -> bool:
            return len(heard) >= 2

        await eventually(both)
    assert answer == Text(content="answer")
    assert sorted(heard) == ["another sender", "another thread"]


@pytest.mark.spec("AGT-03")
async def test_an_answer_that_comes_after_its_time_goes_to_a_handler() -> None:
    heard: list[str] = []
    peer = await MemoryPeer.new()
    agent = Agent(MemoryStore(), transport=peer, protocols=[BasicMessage()])

    @agent.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    async with agent:
        friend = await agent.relate(peer.did)
        with pytest.raises(TimeoutError, match=f"no answer to {Text.type}"):
            await friend.request(Text(content="hi"), answer=Text, timeout=0.1)
        request = peer.arrived[0]
        await peer.post(agent, Text(content="late").to_message(thid=request.id), to=request.frm)

        async def late() -> bool:
            return bool(heard)

        await eventually(late)
    assert heard == ["late"]
