"""Two agents on one store: each message is handled by one of them, or the second does not start."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm.agent import Agent, Limits
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import StoreUnavailableError
from pydidcomm.stores.askar import AskarStore
from pydidcomm.transports.http import HttpTransport, Sent
from support.agents import LOOPBACK, SECONDS, eventually, new_agent

if TYPE_CHECKING:
    from pathlib import Path

    from anyio.abc import TaskStatus

    from pydidcomm import Packed
    from pydidcomm.stores import Store

MESSAGES = 12
AT_ONCE = 4


class Worker:
    """An agent whose handler waits for a gate."""

    def __init__(self, store: Store, handled: Counter[str], **options: Any) -> None:  # noqa: ANN401
        self.gate = anyio.Event()
        self.begun: Counter[str] = Counter()
        self._handled = handled
        self.agent: Agent = new_agent(store, limits=Limits(lanes=AT_ONCE), **options)

        @self.agent.on
        async def hear(text: Text) -> None:
            self.begun[text.content] += 1
            await self.gate.wait()
            self._handled[text.content] += 1


async def test_a_message_that_one_process_handles_is_not_handled_by_another_one(tmp_path: Path) -> None:
    raw_key = AskarStore.generate_raw_key()
    handled: Counter[str] = Counter()
    expected = Counter({str(number): 1 for number in range(MESSAGES)})

    def opened() -> AskarStore:
        return AskarStore.open(tmp_path / "bob.db", raw_key=raw_key, shared=True)

    async with (
        opened() as first,
        opened() as second,
        new_agent() as alice,
        anyio.create_task_group() as tasks,
    ):
        one, two, stop = Worker(first, handled), Worker(second, handled, listen=None), anyio.Event()

        async def serve(*, task_status: TaskStatus[None]) -> None:
            async with one.agent:
                task_status.started()
                await stop.wait()

        await tasks.start(serve)
        invitation = await one.agent.invite()
        friend = await alice.accept(invitation.url)
        await invitation.accepted(timeout=SECONDS)
        for number in range(MESSAGES):
            await (await friend.send(Text(content=str(number)))).sent(timeout=SECONDS)

        async def busy() -> bool:
            return one.begun.total() == AT_ONCE

        await eventually(busy)
        two.gate.set()
        async with two.agent:

            async def others_done() -> bool:
                return handled.total() == MESSAGES - AT_ONCE

            await eventually(others_done)
            assert one.begun.total() == AT_ONCE
            assert not one.begun & two.begun
            # what the first one gives up when it stops is taken over at once
            stop.set()

            async def all_done() -> bool:
                return handled == expected

            await eventually(all_done, 10.0)


async def test_a_process_goes_on_at_once_with_what_it_had_claimed_before_a_kill(tmp_path: Path) -> None:
    handled: Counter[str] = Counter()
    location, raw_key = tmp_path / "bob.db", AskarStore.generate_raw_key()
    async with AskarStore.open(location, raw_key=raw_key, shared=True) as store, new_agent() as alice:
        before = Worker(store, handled, worker="bob")
        async with before.agent as bob:
            invitation = await bob.invite()
            friend = await alice.accept(invitation.url)
            await invitation.accepted(timeout=SECONDS)
            await (await friend.send(Text(content="hi"))).sent(timeout=SECONDS)

            async def begun() -> bool:
                return bool(before.begun)

            await eventually(begun)
        # a process that was killed has not given it up
        now = int(time.time())
        key = (await store.waiting(now))[0].key
        assert await store.claim(key, by="bob", now=now, until=now + 1000)
        after = Worker(store, handled, listen=None, worker="bob")
        after.gate.set()
        async with after.agent:

            async def done() -> bool:
                return bool(handled)

            await eventually(done)
    assert handled == {"hi": 1}


class CountingTransport:
    """A transport that waits for a gate, and counts what it sends."""

    def __init__(self, through: HttpTransport, sent: Counter[str]) -> None:
        self._through = through
        self._sent = sent
        self.gate = anyio.Event()
        self.begun = 0

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        self.begun += 1
        await self.gate.wait()
        self._sent[packed.text] += 1
        return await self._through.send(packed, return_route=return_route)


async def test_a_message_that_one_process_sends_is_not_sent_by_another_one(tmp_path: Path) -> None:
    raw_key = AskarStore.generate_raw_key()
    heard: Counter[str] = Counter()
    alice = new_agent()

    @alice.on
    async def hear(text: Text) -> None:
        heard[text.content] += 1

    def opened() -> AskarStore:
        return AskarStore.open(tmp_path / "bob.db", raw_key=raw_key, shared=True)

    async with opened() as first, opened() as second, alice, HttpTransport(rounds=1, allow=LOOPBACK) as http:
        sent: Counter[str] = Counter()
        ways = [CountingTransport(http, sent) for _ in range(2)]
        one = new_agent(first, transport=ways[0])
        two = new_agent(second, listen=None, transport=ways[1])
        ways[0].gate.set()
        async with one:
            friend = await one.accept((await alice.invite()).url)
            await friend.ping(timeout=SECONDS)
            ways[0].gate = anyio.Event()
            ways[1].gate.set()
            begun = ways[0].begun
            sending = [await friend.send(Text(content=str(number))) for number in range(2)]

            async def under_way() -> bool:
                return ways[0].begun == begun + 2

            await eventually(under_way)
            async with two:
                # the other process looks for messages, and sends its own
                again = await two.friend(friend.id)
                assert again is not None
                await again.send(Text(content="another"))

                async def another() -> bool:
                    return heard["another"] == 1

                await eventually(another)
                assert ways[1].begun == 1
                ways[0].gate.set()
                for each in sending:
                    await each.sent(timeout=SECONDS)
    assert set(sent.values()) == {1}


PROGRAM = """
import asyncio, sys
from pydidcomm.agent import Agent

async def main():
    async with Agent(sys.argv[1], raw_key=sys.argv[2]):
        print("started", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_second_agent_on_a_file_that_is_not_shared_does_not_start(tmp_path: Path) -> None:
    path, raw_key = tmp_path / "bob.db", AskarStore.generate_raw_key()
    words = [sys.executable, "-c", PROGRAM, str(path), raw_key]
    async with await anyio.open_process(words) as first:
        try:
            assert first.stdout is not None
            assert (await first.stdout.receive()).startswith(b"started")
            with pytest.raises(StoreUnavailableError, match=r"another agent uses .*bob\.db: stop it"):
                async with Agent(path, raw_key=raw_key):
                    pass
        finally:
            first.kill()
    # nothing is left of an agent that was killed
    for _ in range(2):
        async with Agent(path, raw_key=raw_key):
            with pytest.raises(StoreUnavailableError):
                async with Agent(path, raw_key=raw_key):
                    pass
