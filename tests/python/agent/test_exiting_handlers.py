"""Handlers and hooks that call `sys.exit()`: it ends no agent; Ctrl+C does."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest

from pydidcomm import LocalResolver
from pydidcomm.agent import Agent, Context, Limits
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.trust_ping import Ping, TrustPing
from pydidcomm.stores import MemoryStore
from pydidcomm.stores.askar import AskarStore
from support.agents import eventually
from support.memory_peer import MemoryPeer
from support.paths import PACKAGE, TESTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from pydidcomm import DIDDocument, Packed, Resolved
    from pydidcomm.transports.http import Sent


async def exit_at_once(_: Text) -> None:
    sys.exit("bye")


def exit_in_a_thread(_: Text) -> None:
    sys.exit("bye")


async def exit_in_a_task(_: Text) -> None:
    async with anyio.create_task_group():
        sys.exit("bye")


async def interrupt(_: Text) -> None:
    raise KeyboardInterrupt


async def parked(agent: Agent, peer: MemoryPeer) -> str:
    """Why a message is parked, once the agent has answered another one."""
    found: list[str] = []

    async def is_parked() -> bool:
        found.extend(item.error or "" for item in await agent.parked())
        return bool(found)

    await peer.post(agent, Text(content="hi").to_message())
    await eventually(is_parked)
    await peer.post(agent, Ping().to_message())
    await eventually(peer.has_arrived)
    return found[0]


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (exit_at_once, "SystemExit"),
        (exit_in_a_thread, "SystemExit"),
        (exit_in_a_task, "BaseExceptionGroup"),
    ],
)
async def test_a_handler_that_calls_exit_fails_and_the_agent_goes_on(
    handler: Callable[[Text], Awaitable[None] | None], reason: str
) -> None:
    peer = await MemoryPeer.new()
    agent = Agent(MemoryStore(), transport=peer, limits=Limits(attempts=2), protocols=[TrustPing()])
    agent.on(handler)
    async with agent:
        assert await parked(agent, peer) == reason


async def test_middleware_that_calls_exit_fails_and_the_agent_goes_on() -> None:
    peer = await MemoryPeer.new()
    agent = Agent(MemoryStore(), transport=peer, limits=Limits(attempts=1), protocols=[TrustPing()])

    @agent.on
    async def hear(text: Text) -> None:
        del text

    @agent.around
    async def leave(ctx: Context, call_next: Callable[[], Awaitable[None]]) -> None:
        await call_next()
        sys.exit(ctx.thid)

    async with agent:
        assert await parked(agent, peer) == "SystemExit"


class Leaving(MemoryPeer):
    """A transport that exits at first, and then sends."""

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        self.packed.append(packed)
        if len(self.packed) == 1:
            sys.exit("bye")
        return await super().send(packed, return_route=return_route)


async def test_a_transport_that_calls_exit_is_called_again() -> None:
    peer = await Leaving.new()
    agent = Agent(MemoryStore(), transport=peer, protocols=[TrustPing()])
    async with agent:
        await peer.post(agent, Ping().to_message())
        await eventually(peer.has_arrived)


class LeavingResolver:
    """Exits at the first DID."""

    def __init__(self) -> None:
        self.calls = 0

    async def resolve(self, did: str) -> DIDDocument | Resolved | None:
        self.calls += 1
        if self.calls == 1:
            sys.exit("bye")
        return LocalResolver().resolve(did)


async def test_a_resolver_that_calls_exit_lets_the_sender_try_again() -> None:
    peer = await MemoryPeer.new()
    agent = Agent(MemoryStore(), resolver=LeavingResolver(), transport=peer, protocols=[TrustPing()])
    async with agent:
        ping = Ping().to_message()
        assert (await peer.post(agent, ping)).status == 503
        assert (await peer.post(agent, ping)).status == 202
        await eventually(peer.has_arrived)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_interrupt_in_an_event_loop_of_a_thread_is_not_that_of_ctrl_c() -> None:
    async def main() -> str:
        peer = await MemoryPeer.new()
        agent = Agent(MemoryStore(), transport=peer, limits=Limits(attempts=1), protocols=[TrustPing()])
        agent.on(interrupt)
        async with agent:
            return await parked(agent, peer)

    assert await anyio.to_thread.run_sync(anyio.run, main) == "RuntimeError"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
async def test_ctrl_c_in_a_handler_ends_the_agent_and_the_message_waits(backend: str, tmp_path: Path) -> None:
    location, key = tmp_path / "agent.db", AskarStore.generate_raw_key()
    words = [sys.executable, "-m", "support.interrupted_process", backend, str(location), key]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE), str(TESTS)])}
    ended = await anyio.run_process(words, env=environment, stderr=subprocess.STDOUT)
    assert ended.stdout.decode().split() == ["interrupted"]
    async with AskarStore.open(location, raw_key=key) as store:
        (item,) = await store.waiting(2**31)
    assert item.attempts == 0
