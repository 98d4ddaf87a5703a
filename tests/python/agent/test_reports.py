"""Problem reports of an agent: few, and without what its programs say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm.agent import Agent, Limits
from pydidcomm.protocols import Body, Conversation, Protocol, Trust, begins, on
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.protocols.problem_report import ProblemReport
from pydidcomm.protocols.trust_ping import PIURI, Ping, TrustPing
from pydidcomm.stores import MemoryStore
from support.agents import SECONDS, eventually, new_agent
from support.memory_peer import NOWHERE, MemoryPeer
from support.quotes import Ask, Quote

if TYPE_CHECKING:
    from pydidcomm import Message

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


async def test_a_report_about_a_thread_ends_it_and_one_of_another_peer_does_not() -> None:
    bob = new_agent(protocols=[])
    got = anyio.Event()

    @bob.on
    async def ping(ping: Ping) -> None:
        del ping
        got.set()

    store = MemoryStore()
    alice, carol = new_agent(store), new_agent()
    async with alice, bob, carol, alice.events() as events:
        friend = await alice.accept((await bob.invite()).url)
        other = await alice.accept((await carol.invite()).url)
        await other.ping(timeout=SECONDS)
        sending = await friend.send(Ping(), expires_in=1000)
        await got.wait()

        async def state() -> str:
            thread = await store.thread(friend.id, PIURI, sending.id)
            return "" if thread is None else thread.state

        for peer in (carol, bob):
            assert await state() == "waiting"
            async for one in peer.friends():
                report = ProblemReport(code="e.p.me.res", comment="No time for {1}.", args=("pings",))
                await one.send(report, thid="report", pthid=sending.id)
            async for event in events:
                if event.name == "problem":
                    break
        assert await state() == "done"


class Quotes(Protocol, piuri="https://example.org/quote/1.0", roles=("buyer", "seller")):
    @begins(role="buyer")
    def start(self, thread: Conversation, ask: Ask) -> None:
        thread.send(ask)
        thread.set("waiting")

    @on("ask", role="seller")
    def ask(self, thread: Conversation, ask: Ask) -> None:
        thread.reply(Quote(price=len(ask.item)))

    @on("quote", role="buyer", state="ready")
    def quote(self, thread: Conversation, quote: Quote) -> None:
        thread.finish("quote", quote)


@pytest.mark.parametrize(
    ("body", "continues", "code"),
    [
        (Quote(price=1), True, "e.m.req.wrong-state"),
        (Ask(item="tea"), True, "e.m.req.wrong-role"),
        (Text(content="hi"), False, "e.m.trust.unauthenticated"),
        (Ping(), False, "e.m.msg.unsupported"),
    ],
    ids=["state", "role", "trust", "type"],
)
async def test_a_message_that_does_not_fit_gets_the_code_of_the_specification_once(
    body: Body,
    continues: bool,  # noqa: FBT001
    code: str,
) -> None:
    peer = await MemoryPeer.new()
    agent = Agent(MemoryStore(), transport=peer, protocols=[Quotes()])

    @agent.on(trust=Trust.SIGNED)
    async def hear(text: Text) -> None:
        raise AssertionError(text)

    async with agent:
        friend = await agent.relate(peer.did)
        sending = await friend.send(Ask(item="tea"))
        await sending.sent(timeout=SECONDS)
        peer.arrived.clear()
        ours = (await friend.relationship()).ours
        message: Message = body.to_message(**({"thid": sending.id} if continues else {}))
        assert (await peer.post(agent, message, to=ours)).status == 202
        await eventually(peer.has_arrived)
        # a report is never answered with a report
        report = ProblemReport(code="w.m.other").to_message(pthid=message.thread, thid=peer.arrived[0].id)
        assert (await peer.post(agent, report, to=ours)).status == 202
        # what was to be sent before this was sent
        await (await friend.send(Text(content="last"))).sent(timeout=SECONDS)
    assert [one.type.rpartition("/")[2] for one in peer.arrived] == ["problem-report", "message"]
    assert (peer.arrived[0].body["code"], peer.arrived[0].pthid) == (code, message.thread)
