"""What becomes of a message: it is packed anew for each attempt, and only what is known is reported."""

from __future__ import annotations

import pytest

from pydidcomm import FromPrior
from pydidcomm.agent import Agent, Limits, NotSentError
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.stores import MemoryStore, OutboxItem
from support.agents import SECONDS, eventually
from support.memory_peer import MemoryPeer, away


class HastyStore(MemoryStore):
    """What is to be sent again later is due at once."""

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        return await super().due(now + 1_000_000, limit)


@pytest.mark.spec("AGT-22")
async def test_a_message_that_is_sent_again_goes_to_the_endpoint_that_the_peer_has_now() -> None:
    peer = await MemoryPeer.new("https://old.example/")
    new = await peer.messaging.create_peer_did(service_endpoint="https://new.example/")
    store = MemoryStore()
    agent = Agent(store, transport=peer, protocols=[BasicMessage()], limits=Limits(first_pause=1))
    async with agent:
        friend = await agent.relate(peer.did)
        ours = (await friend.relationship()).ours
        peer.failing = [away()]
        sending = await friend.send(Text(content="hi"))

        async def tried() -> bool:
            return len(peer.packed) == 1

        await eventually(tried)
        before = await store.outgoing(sending.id)
        rotation = FromPrior(iss=peer.did, sub=new)
        await peer.post(agent, Empty().to_message(frm=new, from_prior=rotation), to=ours)
        await sending.sent(timeout=SECONDS)
    first, second = peer.packed[0], peer.packed[-1]
    assert before is not None
    assert [one.uri for one in first.deliveries] == ["https://old.example/"]
    assert [one.uri for one in second.deliveries] == ["https://new.example/"]
    arrived = peer.arrived[-1]
    assert (arrived.id, arrived.body, arrived.to) == (sending.id, {"content": "hi"}, (new,))
    assert f'"created_time":{arrived.created_time}'.encode() in before.message


@pytest.mark.spec("AGT-23")
async def test_a_message_that_is_never_acknowledged_ends_as_unconfirmed() -> None:
    peer, store = await MemoryPeer.new(), HastyStore()
    async with Agent(store, transport=peer, protocols=[BasicMessage()]) as agent:
        friend = await agent.relate(peer.did)
        sending = await friend.send(Text(content="hi"), please_ack=True)
        with pytest.raises(NotSentError, match="not acknowledged") as raised:
            await sending.acknowledged(timeout=SECONDS)
    assert raised.value.state == "unconfirmed"
    assert {one.id for one in peer.arrived} == {sending.id}
    assert len(peer.arrived) == 5


@pytest.mark.spec("AGT-23")
async def test_a_message_is_sent_once_an_endpoint_took_it_and_acknowledged_once_the_peer_said_so() -> None:
    peer, store = await MemoryPeer.new(), MemoryStore()
    states: list[str] = []

    async def state(id: str) -> None:  # noqa: A002, that of the message
        item = await store.outgoing(id)
        assert item is not None
        states.append(item.state)

    async with Agent(store, transport=peer, protocols=[BasicMessage()]) as agent:
        friend = await agent.relate(peer.did)
        peer.failing = [away()]
        sending = await friend.send(Text(content="hi"), please_ack=True)
        await state(sending.id)
        await sending.sent(timeout=SECONDS)
        await state(sending.id)
        with pytest.raises(TimeoutError, match=r"not acknowledged within 0\.1 s"):
            await sending.acknowledged(timeout=0.1)
        ours = (await friend.relationship()).ours
        await peer.post(agent, Empty().to_message(thid=sending.id, ack=[sending.id]), to=ours)
        await sending.acknowledged(timeout=SECONDS)
        await state(sending.id)
    assert states == ["waiting", "sent", "acknowledged"]
