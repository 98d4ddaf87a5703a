"""Many messages that wait: they are handled in order and once, and hold up no other peer."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import anyio
import pytest

from pydidcomm.agent import Agent, Friend, Limits
from pydidcomm.protocols import Received, Trust
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import InboxItem, Incoming, MemoryStore, Page
from support.agents import SECONDS, eventually, met, new_agent

NOW = 1_700_000_000


class CountingStore(MemoryStore):
    """Counts the messages that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        page = await super().waiting(now, limit, after=after)
        self.read += len(page)
        return page


async def fill(store: MemoryStore, names: list[tuple[str, str]]) -> None:
    """Let messages wait, each of a relationship and a thread; they are numbered in each thread."""
    numbers: Counter[tuple[str, str]] = Counter()
    for peer, thread in names:
        number = numbers[peer, thread]
        numbers[peer, thread] += 1
        text = Text(content=f"{peer} {thread} {number}").to_message(thid=thread, frm=f"did:example:{peer}")
        received = Received(
            message=text,
            sender=text.frm,
            recipient="did:example:bob",
            trust=Trust.AUTHENTICATED,
            at=NOW,
            relationship=peer,
        )
        lane = f"{peer} {thread}"
        await store.accept(
            Incoming(key=text.id, lane=lane, received=received.as_json(), at=NOW, relationship=peer)
        )


def hearing(store: MemoryStore, heard: list[str], seconds: float, limits: Limits | None = None) -> Agent:
    agent = new_agent(store, limits=limits or Limits())

    @agent.on
    async def hear(text: Text) -> None:
        heard.append(text.content)
        await anyio.sleep(seconds * random.random())  # noqa: S311, no secret

    return agent


async def all_heard(heard: list[str], count: int) -> None:
    async def over() -> bool:
        return len(heard) >= count

    await eventually(over)


@pytest.mark.spec("AGT-07")
async def test_a_backlog_of_many_threads_is_handled_in_order_and_once() -> None:
    names = [(f"peer{number % 3}", f"thread{random.randrange(15)}") for number in range(900)]  # noqa: S311
    store, heard = MemoryStore(), list[str]()
    await fill(store, names)
    limits = Limits(lanes=8, lanes_per_peer=3)
    async with hearing(store, heard, 0.002, limits=limits):
        await all_heard(heard, len(names))
    order: defaultdict[str, list[int]] = defaultdict(list)
    for one in heard:
        thread, _, number = one.rpartition(" ")
        order[thread].append(int(number))
    assert all(numbers == list(range(len(numbers))) for numbers in order.values())
    assert len(heard) == len(names)


async def reads(count: int) -> int:
    store, heard = CountingStore(), list[str]()
    await fill(store, [("peer", f"thread{number}") for number in range(count)])
    async with hearing(store, heard, 0.02):
        await all_heard(heard, count)
    return store.read


async def test_a_longer_backlog_of_one_peer_is_read_no_more_often() -> None:
    short, long = await reads(400), await reads(1200)
    assert long < 5 * short


@pytest.mark.spec("AGT-14")
async def test_peers_whose_handlers_hang_do_not_hold_up_another_peer() -> None:
    bob = new_agent(limits=Limits(lanes=8))

    @bob.on
    async def hear(text: Text) -> None:
        del text
        await anyio.sleep_forever()

    async def send(friend: Friend) -> None:
        for _ in range(20):
            sending = await friend.send(Text(content="hi"), thid="one")
            await sending.sent(timeout=SECONDS)

    async with new_agent() as alice, bob:
        hostile = [(await met(alice, bob))[0] for _ in range(4)]
        other = (await met(alice, bob))[0]
        async with anyio.create_task_group() as tasks:
            for friend in hostile:
                tasks.start_soon(send, friend)
        await other.ping(timeout=SECONDS)
