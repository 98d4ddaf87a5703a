"""Parts of the program that raise: the agent goes on, and tries again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pydidcomm.agent import Limits
from pydidcomm.protocols import Body, Conversation, Problem, Protocol, begins
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import MemoryStore
from pydidcomm.transports.http import HttpTransport
from support.agents import LOOPBACK, SECONDS, eventually, met, new_agent

if TYPE_CHECKING:
    from pydidcomm import Packed
    from pydidcomm.transports.http import Sent


@dataclass(frozen=True)
class Bid(Body, type="https://example.org/auction/1.0/bid"):
    price: int


class Auction(Protocol, piuri="https://example.org/auction/1.0", roles=("bidder",)):
    """Has a deadline, at which it raises `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.woken_times = 0

    @begins(role="bidder")
    def start(self, thread: Conversation, bid: Bid) -> None:
        thread.send(bid)
        thread.set("open")
        thread.wake(int(time.time()))

    def woken(self, thread: Conversation) -> None:
        del thread
        self.woken_times += 1
        raise self.error


class FailingTransport:
    """Raises at first, and then sends."""

    def __init__(self, through: HttpTransport) -> None:
        self._through = through
        self.failures = 2

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        if self.failures:
            self.failures -= 1
            raise KeyError
        return await self._through.send(packed, return_route=return_route)


@pytest.mark.parametrize("error", [KeyError("x"), Problem("e.p.me", "Too late.")], ids=["bug", "problem"])
async def test_a_deadline_that_raises_leaves_the_agent_running(error: Exception) -> None:
    auction = Auction(error)
    store = MemoryStore()
    alice = new_agent(store, protocols=[TrustPing(), auction])
    async with alice, new_agent() as bob:
        friend, _ = await met(alice, bob)
        await friend.send(Bid(3))

        async def over() -> bool:
            return auction.woken_times > 0 and not await store.wakes(int(time.time()))

        await eventually(over)
        await friend.ping(timeout=SECONDS)


async def test_a_transport_that_raises_is_called_again() -> None:
    async with HttpTransport(rounds=1, allow=LOOPBACK) as http:
        transport = FailingTransport(http)
        async with new_agent(transport=transport) as alice, new_agent() as bob:
            friend, _ = await met(alice, bob)
            await friend.ping(timeout=SECONDS)
    assert transport.failures == 0


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
async def test_what_the_program_raises_leaves_the_block_as_it_is(error: type[BaseException]) -> None:
    with pytest.raises(error) as raised:
        async with new_agent():
            raise error
    assert raised.type is error


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_handler_that_raises_the_cancellation_of_a_task_of_its_own_is_parked() -> None:
    bob, calls = new_agent(limits=Limits(attempts=2)), list[str]()

    @bob.on
    async def hear(text: Text) -> None:
        calls.append(text.content)
        task = asyncio.ensure_future(asyncio.sleep(60))
        task.cancel()
        await task

    async with new_agent() as alice, bob:
        friend, _ = await met(alice, bob)
        await friend.send(Text(content="hi"))

        async def parked() -> bool:
            return bool(await bob.parked())

        await eventually(parked)
    assert calls == ["hi"] * 2
