"""The deadline of a thread: one process acts on it, once, and a message that comes first is not undone."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio.streams.text import TextReceiveStream

from pydidcomm.agent import Agent
from pydidcomm.protocols.trust_ping import PIURI, Ping, PingResponse, TrustPing
from pydidcomm.stores import Done, MemoryStore
from pydidcomm.stores.askar import AskarStore
from support.agents import SECONDS, eventually, met, new_agent
from support.deadline_process import THREADS, Alarm
from support.memory_peer import MemoryPeer
from support.paths import PACKAGE, TESTS

if TYPE_CHECKING:
    from anyio.abc import Process

    from pydidcomm.protocols import Thread


class HeldWakes(MemoryStore):
    """Holds what reads deadlines that have come, until so many have."""

    def __init__(self, readers: int) -> None:
        super().__init__()
        self.readers = readers
        self.all_read = anyio.Event()
        self.go_on = anyio.Event()

    async def wakes(self, now: int, limit: int = 100) -> list[Thread]:
        found = await super().wakes(now, limit)
        if found and not self.all_read.is_set():
            self.readers -= 1
            if not self.readers:
                self.all_read.set()
            await self.go_on.wait()
        return found


async def test_a_deadline_that_two_processes_have_read_has_its_effects_once() -> None:
    store, peer = HeldWakes(2), await MemoryPeer.new()
    names: list[str] = []

    async def listen(agent: Agent) -> None:
        async with agent.events() as stream:
            async for event in stream:
                names.extend({event.name} & {"rang"})

    async with (
        Agent(store, transport=peer, protocols=[Alarm()]) as one,
        Agent(store, transport=peer, protocols=[Alarm()]) as two,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listen, one)
        tasks.start_soon(listen, two)
        friend = await one.relate(peer.did)
        ours = (await friend.relationship()).ours
        thread = Alarm.thread_at(int(time.time()), 0, friend.id, ours, peer.did)
        await store.commit(Done(threads=(thread,)))
        await store.all_read.wait()
        store.go_on.set()
        await eventually(peer.has_arrived)
        await (await friend.send(Ping(response_requested=False))).sent(timeout=SECONDS)
        tasks.cancel_scope.cancel()
    assert [one.type.rpartition("/")[2] for one in peer.arrived] == ["rang", "ping"]
    assert names == ["rang"]


async def test_an_answer_that_comes_while_the_deadline_is_read_is_not_undone() -> None:
    store, names, met_before = HeldWakes(1), list[str](), False
    alice, bob = new_agent(store), new_agent(protocols=[])

    @bob.on
    async def ping(ping: Ping) -> PingResponse | None:
        if met_before:
            await store.all_read.wait()
        return PingResponse() if ping.response_requested else None

    async with alice, bob, alice.events() as events:
        friend, _ = await met(alice, bob)
        met_before = True
        sending = await friend.send(Ping(), expires_in=1)

        async def answered() -> bool:
            thread = await store.thread(friend.id, PIURI, sending.id)
            return thread is not None and thread.done

        await eventually(answered)
        store.go_on.set()
        await (await friend.send(Ping(response_requested=False))).sent(timeout=SECONDS)
        while events.statistics().current_buffer_used:
            names.append((await events.receive()).name)
    assert "ping-response" in names
    assert "timeout" not in names


@pytest.mark.slow
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_two_processes_on_one_store_act_once_on_each_deadline(location: str) -> None:
    raw_key, rung, events = AskarStore.generate_raw_key(), Counter[str](), Counter[str]()
    alice = new_agent(protocols=[TrustPing(), Alarm()])

    async def listen(process: Process) -> None:
        assert process.stdout is not None
        async for text in TextReceiveStream(process.stdout):
            events.update(text.split())

    async with alice, alice.events() as heard:
        async with (
            AskarStore.open(location, raw_key=raw_key, shared=True) as store,
            new_agent(store, protocols=[TrustPing(), Alarm()]) as bob,
        ):
            _, to_alice = await met(alice, bob)
            await to_alice.ping(timeout=SECONDS)
            found = await to_alice.relationship()
            at = int(time.time()) + 4
            threads = tuple(
                Alarm.thread_at(at, number, found.id, found.ours, found.theirs or "")
                for number in range(THREADS)
            )
            await store.commit(Done(threads=threads))
        words = [sys.executable, "-m", "support.deadline_process", location, raw_key]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE), str(TESTS)])}
        async with anyio.create_task_group() as tasks:
            processes = [await anyio.open_process(words, env=environment) for _ in range(2)]
            try:
                for process in processes:
                    tasks.start_soon(listen, process)
                with anyio.fail_after(SECONDS * 2):
                    while rung.total() < THREADS:
                        event = await heard.receive()
                        if event.name == "heard":
                            rung[event.data] += 1
                # what would come twice comes late
                await anyio.sleep(1.5)
            finally:
                for process in processes:
                    process.kill()
                    await process.wait()
        while heard.statistics().current_buffer_used:
            event = await heard.receive()
            if event.name == "heard":
                rung[event.data] += 1
    expected = {f"alarm-{number}": 1 for number in range(THREADS)}
    assert rung == expected
    assert {one: events[one] for one in events if one.startswith("alarm")} == expected
    assert events["started"] == 2
