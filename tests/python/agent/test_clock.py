"""A clock that is set back: what was to be tried again in a moment does not wait until it shows that time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pydidcomm.agent import Agent, running
from pydidcomm.agent.dispatch import ReportGuard
from pydidcomm.agent.loops import LoopGuard
from pydidcomm.protocols import Body, Conversation, Protocol, Received, begins
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.protocols.thread import Thread
from pydidcomm.stores import Done, MemoryStore
from support.agents import SECONDS, eventually
from support.mediation import Clock
from support.memory_peer import MemoryPeer, away

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = 3600


@dataclass(frozen=True)
class Bid(Body, type="https://example.org/auction/1.0/bid"):
    price: int


class Auction(Protocol, piuri="https://example.org/auction/1.0", roles=("bidder",)):
    """Has a deadline, at which it raises once."""

    def __init__(self) -> None:
        self.woken_times = 0

    @begins(role="bidder")
    def start(self, thread: Conversation, bid: Bid) -> None:
        thread.send(bid)

    def woken(self, thread: Conversation) -> None:
        self.woken_times += 1
        if self.woken_times == 1:
            raise KeyError
        thread.finish("over")


@pytest.fixture
def hasty_deadlines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "WAKE_AGAIN_SECONDS", 1)
        patch.setattr(running, "DEADLINE_SECONDS", 0.05)
        yield


async def test_a_message_that_could_not_be_sent_is_sent_though_the_clock_is_set_back() -> None:
    peer, clock = await MemoryPeer.new(), Clock()
    async with Agent(MemoryStore(), transport=peer, protocols=[BasicMessage()], clock=clock) as agent:
        friend = await agent.relate(peer.did)
        peer.failing = [away()]
        sending = await friend.send(Text(content="hi"))

        async def tried() -> bool:
            return len(peer.packed) == 1

        await eventually(tried)
        clock.now -= HOUR
        await sending.sent(timeout=SECONDS)


async def test_a_handler_that_failed_is_called_again_though_the_clock_is_set_back() -> None:
    peer, clock, calls = await MemoryPeer.new(), Clock(), list[str]()
    agent = Agent(MemoryStore(), transport=peer, protocols=[BasicMessage()], clock=clock)

    @agent.on
    async def hear(text: Text, received: Received) -> Text:
        calls.append(received.message.id)
        if len(calls) == 1:
            raise KeyError
        return text

    async with agent:
        await peer.post(agent, Text(content="hi").to_message())

        async def called() -> bool:
            return len(calls) == 1

        await eventually(called)
        clock.now -= HOUR
        await eventually(peer.has_arrived)
    assert calls[0] == calls[1]


@pytest.mark.usefixtures("hasty_deadlines")
async def test_a_deadline_that_failed_comes_again_though_the_clock_is_set_back() -> None:
    peer, clock, auction, store = await MemoryPeer.new(), Clock(), Auction(), MemoryStore()
    thread = Thread(
        peer=peer.did, protocol=auction.piuri, thid="t", role="bidder", state="open", wake_at=int(clock.now)
    )
    await store.commit(Done(threads=(thread,)))
    async with Agent(store, transport=peer, protocols=[auction], clock=clock):

        async def failed() -> bool:
            found = await store.thread(thread.peer, thread.protocol, thread.thid)
            return found is not None and found.wake_at == clock.now + 1

        await eventually(failed)
        clock.now -= HOUR

        async def over() -> bool:
            found = await store.thread(thread.peer, thread.protocol, thread.thid)
            return found is not None and found.done

        await eventually(over)
    assert auction.woken_times == 2


def test_reports_and_answers_are_counted_anew_after_the_clock_was_set_back() -> None:
    reports, loops = ReportGuard(), LoopGuard(answers=2, seconds=60)
    while reports.allows("peer", HOUR):
        pass
    assert reports.allows("peer", 0)
    assert [loops.count("peer", "thread", now) for now in (HOUR, HOUR, 0)] == [1, 2, 1]
