"""Peers that want to stop an agent: what they send costs them their own places, and no other peer's."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
import httpx2
import pytest

from pydidcomm import DIDCommMessaging, Message
from pydidcomm.agent import Limits
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.trust_ping import Ping
from pydidcomm.stores import Done, MemoryStore
from support.agents import SECONDS, eventually, met, new_agent
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pydidcomm.agent import Agent


class Peer:
    """A peer without a relationship."""

    def __init__(self, did: str, messaging: DIDCommMessaging, client: httpx2.AsyncClient) -> None:
        self.did = did
        self._messaging = messaging
        self._client = client

    async def post(self, agent: Agent, message: Message, *, to: str | None = None) -> int:
        assert agent.endpoint is not None
        to = to or await agent.did()
        packed = await self._messaging.pack(message.replace(frm=self.did, to=[to]), to=to, frm=self.did)
        headers = {"content-type": packed.media_type}
        answer = await self._client.post(agent.endpoint, content=packed.text, headers=headers)
        return answer.status_code


@asynccontextmanager
async def peer(endpoint: str = "http://127.0.0.1:9/") -> AsyncGenerator[Peer]:
    messaging = DIDCommMessaging()
    async with httpx2.AsyncClient() as client:
        yield Peer(await messaging.create_peer_did(service_endpoint=endpoint), messaging, client)


@asynccontextmanager
async def silence() -> AsyncGenerator[str]:
    """The URL of a server that accepts connections, and never answers."""

    async def hold(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await anyio.sleep_forever()

    port = free_port()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, hold)
        yield f"http://127.0.0.1:{port}/"
        tasks.cancel_scope.cancel()


async def test_expired_messages_take_no_place_of_those_that_wait() -> None:
    expired = Ping().to_message(expires_time=int(time.time()) - 1)
    async with peer() as mallory, new_agent(limits=Limits(waiting_per_peer=3)) as bob:
        statuses = {await mallory.post(bob, expired.replace(id=f"m{number}")) for number in range(8)}
    assert statuses == {202}


async def test_messages_that_expire_while_they_wait_free_their_places() -> None:
    release = anyio.Event()
    bob = new_agent(limits=Limits(waiting_per_peer=3, lanes_per_peer=1))

    @bob.on
    async def hear(text: Text) -> None:
        del text
        await release.wait()

    async with peer() as mallory, bob:
        first = Text(content="first").to_message(id="m0")
        assert await mallory.post(bob, first) == 202
        for number in (1, 2):
            short = Text(content="short").to_message(id=f"m{number}", expires_time=int(time.time()) + 2)
            assert await mallory.post(bob, short) == 202
        last = Text(content="last").to_message(id="m3")
        assert await mallory.post(bob, last) == 503

        async def accepted() -> bool:
            return await mallory.post(bob, last) == 202

        await eventually(accepted)
        release.set()


async def test_a_peer_whose_endpoint_never_answers_does_not_hold_up_another_peer() -> None:
    limits = Limits(sends=4, sends_per_peer=2)
    async with (
        silence() as url,
        peer(url) as mallory,
        new_agent(limits=limits) as bob,
        new_agent() as alice,
    ):
        friend, _ = await met(alice, bob)
        for number in range(80):
            # more than a page of answers that cannot leave
            await mallory.post(bob, Ping().to_message(id=f"m{number}"))
        await friend.ping(timeout=SECONDS)


@pytest.mark.parametrize("value", [[], {}, ["all"], 5, None], ids=str)
async def test_a_return_route_that_is_not_text_asks_for_nothing(value: Any) -> None:  # noqa: ANN401
    async with peer() as mallory, new_agent() as bob:
        message = Ping().to_message(custom_headers={"return_route": value})
        assert await mallory.post(bob, message) == 202


async def test_a_handler_that_returns_its_message_answers_each_peer() -> None:
    bob = new_agent()
    same = "https://example.org/echo/1.0/say"

    @bob.on(same)
    async def back(message: Message) -> Message:
        return message

    heard: list[str] = []

    def hearing() -> Agent:
        agent = new_agent()

        @agent.on(same)
        async def hear(message: Message) -> None:
            heard.append(message.body["name"])

        return agent

    async with bob, hearing() as alice, hearing() as carol:
        for name, agent in (("alice", alice), ("carol", carol)):
            friend, _ = await met(agent, bob)
            await friend.send(Message(type=same, id="one", body={"name": name}))

        async def both() -> bool:
            return sorted(heard) == ["alice", "carol"]

        await eventually(both)


class Acknowledging(MemoryStore):
    """Lists the acknowledgments that are to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.acks: set[str] = set()

    async def commit(self, done: Done) -> None:
        self.acks |= {item.id for item in done.outbox if b'"ack"' in item.message}
        await super().commit(done)


async def test_a_message_that_is_repeated_is_not_acknowledged_each_time() -> None:
    store = Acknowledging()
    async with peer() as alice, new_agent(store) as bob:
        invitation = await bob.invite()
        to = invitation.message.frm
        assert to is not None
        await alice.post(bob, Empty().to_message(pthid=invitation.id), to=to)
        message = Text(content="hi").to_message(please_ack=[""])
        for _ in range(20):
            assert await alice.post(bob, message, to=to) == 202

        async def acknowledged() -> bool:
            return bool(store.acks)

        await eventually(acknowledged)
    # by the handling of the message, and once for its repeats unless a new span begins
    assert len(store.acks) <= 3
