"""Agents on loopback, for tests."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

from pydidcomm.agent import Agent, Friend, Limits
from pydidcomm.protocols.basic_message import BasicMessage
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import MemoryStore, Store
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

LOOPBACK = ["127.0.0.1/32"]
SECONDS = 20.0


def new_agent(store: Store | str | None = None, *, port: int | None = None, **options: Any) -> Agent:  # noqa: ANN401
    listen = f"http://127.0.0.1:{port or free_port()}/didcomm"
    settings: dict[str, Any] = {
        "listen": listen,
        "allow": LOOPBACK,
        "protocols": [TrustPing(), BasicMessage()],
        "limits": Limits(handler_seconds=SECONDS),
    }
    return Agent(MemoryStore() if store is None else store, **settings | options)


async def met(alice: Agent, bob: Agent) -> tuple[Friend, Friend]:
    """Each as the other's friend: alice accepts an invitation of bob."""
    invitation = await bob.invite(goal="talk")
    bobs_alice_first = await alice.accept(invitation.url)
    alice_of_bob = await invitation.accepted(timeout=SECONDS)
    await bobs_alice_first.ping(timeout=SECONDS)
    return bobs_alice_first, alice_of_bob


@asynccontextmanager
async def two(alice: Agent | None = None, bob: Agent | None = None) -> AsyncGenerator[tuple[Friend, Friend]]:
    async with alice or new_agent() as one, bob or new_agent() as other:
        yield await met(one, other)


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = SECONDS) -> None:
    """Wait until `check` returns something true."""
    with anyio.fail_after(seconds):
        while True:
            if await check():
                return
            await anyio.sleep(0.02)
