"""Two agents behind proxies that drop, delay, duplicate, reorder and cut: make chaos MESSAGES=10000."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm.agent import Agent, Friend, Limits
from pydidcomm.agent.server import bound, serve_app
from pydidcomm.protocols.basic_message import Text
from support.agents import eventually, new_agent
from support.chaos import Chaos
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

pytestmark = pytest.mark.slow

MESSAGES = int(os.environ.get("PYDIDCOMM_CHAOS_MESSAGES", "100"))
THREADS = 20
PATIENCE_SECONDS = 60 + MESSAGES / 10
LIMITS = Limits(longest_pause=2)


@asynccontextmanager
async def behind_chaos(heard: list[tuple[str, str]], seed: int) -> AsyncGenerator[tuple[Agent, Chaos]]:
    """An agent whose endpoint is a proxy; what it hears is the thread and the text."""
    port = free_port()
    listener, endpoint = bound("http://127.0.0.1:0/didcomm")
    agent = new_agent(port=port, endpoint=endpoint, limits=LIMITS)

    @agent.on
    async def hear(text: Text) -> None:
        thread, _, number = text.content.partition(" ")
        heard.append((thread, number))

    with listener:
        async with anyio.create_task_group() as tasks:
            chaos = Chaos(f"http://127.0.0.1:{port}/didcomm", seed, tasks)
            async with agent, serve_app(chaos, listener):
                yield agent, chaos
            await chaos.aclose()
            tasks.cancel_scope.cancel()


async def say(friend: Friend) -> None:
    for number in range(MESSAGES):
        thread = f"thread-{number % THREADS}"
        await friend.send(Text(content=f"{thread} {number}"), thid=thread)


async def test_all_messages_through_faulty_connections_arrive_once_and_in_order_of_their_thread() -> None:
    alices: list[tuple[str, str]] = []
    bobs: list[tuple[str, str]] = []
    async with behind_chaos(alices, 1) as (alice, one), behind_chaos(bobs, 2) as (bob, other):
        invitation = await bob.invite()
        friend = await alice.accept(invitation.url)
        back = await invitation.accepted(timeout=PATIENCE_SECONDS)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(say, friend)
            tasks.start_soon(say, back)

        async def arrived() -> bool:
            return len(alices) >= MESSAGES <= len(bobs)

        await eventually(arrived, PATIENCE_SECONDS)
        # what comes twice comes late
        await anyio.sleep(0.5)
    for heard in (alices, bobs):
        assert Counter(number for _, number in heard) == Counter(str(number) for number in range(MESSAGES))
        for thread in {thread for thread, _ in heard}:
            numbers = [int(number) for name, number in heard if name == thread]
            assert numbers == sorted(numbers)
    assert len(one.done) > 4
    assert len(other.done) > 4
