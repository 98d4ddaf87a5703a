"""Killed processes lose nothing acknowledged, and leave nothing half: make kill-store ROUNDS=100."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm.stores.askar import AskarStore
from support.killed_worker import Worker

if TYPE_CHECKING:
    from pydidcomm.stores import InboxItem, Record
    from support import postgres

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "3"))
PROGRAM = Path(__file__).with_name("agent_process.py")
RAW_KEY = AskarStore.generate_raw_key()
NOW = 1_700_000_000


async def check(location: str, said: dict[str, set[str]]) -> int:
    """Compare the store with what was acknowledged; return how many messages are in it."""
    async with AskarStore.open(location, raw_key=RAW_KEY, create=False, timeout=60) as store:
        waiting = [item.key for item in await every_waiting(store)]
        handled = [record.key for record in await every_handled(store)]
        assert len(set(waiting)) == len(waiting)
        assert len(set(handled)) == len(handled)
        # a message waits, or it was handled: never both, and none is lost
        assert not set(waiting) & set(handled)
        assert said["accepted"] <= {*waiting, *handled}
        assert said["handled"] <= set(handled)
        lanes = {key.split()[1] for key in handled}
        counts = 0
        for lane in lanes:
            # an effect that happened twice, or in part, would not fit the count
            thread = await store.thread(f"lane {lane}", "count", "t")
            assert thread is not None
            assert thread.data["count"] == sum(key.split()[1] == lane for key in handled)
            assert thread.data["last"] in handled
            counts += thread.data["count"]
        assert counts == len(handled)
        for key in handled:
            reply = await store.outgoing(f"reply to {key}")
            assert reply is not None
            assert reply.message == key.encode()
            assert reply.state == "sent" or reply.id not in said["sent"]
        for key in waiting:
            assert await store.outgoing(f"reply to {key}") is None
        return len(waiting) + len(handled)


async def every_waiting(store: AskarStore) -> list[InboxItem]:
    found: list[InboxItem] = []
    after: str | None = None
    while page := await store.waiting(NOW, 200, after=after):
        found += page
        after = page.after
    return found


async def every_handled(store: AskarStore) -> list[Record]:
    found: list[Record] = []
    after: str | None = None
    while page := await store.records("handled", after, 200):
        found += page
        after = page.after
    return found


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_killed_agent_loses_nothing_that_it_acknowledged_and_leaves_nothing_half(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(engine)  # noqa: S311, for the points of the kills
    stored = acknowledged = 0
    location = ""
    said: dict[str, set[str]] = {}
    for number in range(ROUNDS):
        # a new store now and then keeps the comparison short
        if number % 5 == 0:
            location = str(tmp_path / f"{number}.db")
            if engine == "PostgreSQL":
                running: postgres.Postgres = request.getfixturevalue("database")
                location = running.url()
            said = {word: set() for word in ("accepted", "handled", "sent")}
        agents = [Worker(PROGRAM, location, RAW_KEY, f"{number}-{one}") for one in range(2)]
        try:
            for agent in agents:
                agent.wait_for(chance.randrange(1, 150))
        finally:
            lines = [line for agent in agents for line in agent.kill()]
        for line in lines:
            word, _, key = line.partition(" ")
            said[word].add(key)
            acknowledged += 1
        stored += anyio.run(check, location, said)
    assert acknowledged >= 2 * ROUNDS
    print(f"{engine}: {ROUNDS} rounds, {acknowledged} acknowledged verbs, {stored} messages, none lost")  # noqa: T201
