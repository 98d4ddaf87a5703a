"""Problem reports of an agent: few, and without what its programs say."""

from __future__ import annotations

import pytest

from pydidcomm.agent import Agent, Limits
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.protocols.trust_ping import Ping, TrustPing
from pydidcomm.stores import MemoryStore
from support.agents import eventually
from support.memory_peer import NOWHERE, MemoryPeer

UNKNOWN = 25
MOST_REPORTS = 10


@pytest.mark.spec("RPT-04")
async def test_what_a_handler_raises_is_not_sent_to_the_peer() -> None:
    peer = await MemoryPeer.new()
    agent = Agent(
        MemoryStore(), transport=peer, limits=Limits(attempts=1), protocols=[BasicMessage(), TrustPing()]
    )

    @agent.on
    async def hear(text: Text) -> None:
        msg = "secret"
        raise ValueError(msg, text.content)

    async with agent:
        await peer.post(agent, Text(content="hi").to_message())

        async def parked() -> bool:
            return bool(await agent.parked())

        await eventually(parked)
        # what was sent before this is sent first
        await peer.post(agent, Ping().to_message())
        await eventually(peer.has_arrived)
        (item,) = await agent.parked()
    assert item.error == "ValueError"
    assert not [one for one in peer.arrived if "secret" in one.as_json() or "ValueError" in one.as_json()]


@pytest.mark.spec("RPT-06")
async def test_messages_of_an_unknown_type_get_few_reports() -> None:
    peer = await MemoryPeer.new()
    store = MemoryStore()
    async with Agent(store, transport=peer) as agent:
        unknown = Text(content="hi").to_message()
        for number in range(UNKNOWN):
            assert (await peer.post(agent, unknown.replace(id=f"m{number}"))).status == 202

        async def handled() -> bool:
            return not await store.waiting(0) and len(peer.arrived) >= MOST_REPORTS

        await eventually(handled)
    assert {one.body["code"] for one in peer.arrived} == {"e.m.msg.unsupported"}
    assert len(peer.arrived) == MOST_REPORTS


@pytest.mark.spec("TRC-03", "TRC-04")
async def test_a_request_to_trace_a_message_is_not_honoured() -> None:
    peer = await MemoryPeer.new()
    async with Agent(MemoryStore(), transport=peer) as agent:
        trace = {"trace": {"target": "https://trace.example/", "full_thread": True}}
        await peer.post(agent, Ping().to_message(custom_headers=trace))
        await eventually(peer.has_arrived)
    assert [one.type.rpartition("/")[2] for one in peer.arrived] == ["ping-response"]
    assert [one.uri for packed in peer.packed for one in packed.deliveries] == [NOWHERE]
