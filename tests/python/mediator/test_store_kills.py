"""A killed process loses no envelope that it acknowledged."""

import os
import sqlite3
from pathlib import Path

import anyio
import pytest

from pydidcomm.mediator import Action, Limits, RouteChange, SqliteMediatorStore
from support.killed_worker import Worker

NOW = 1_700_000_000.0
BOB = "did:example:bob"
PROGRAM = Path(__file__).with_name("store_process.py")


async def register(path: Path) -> None:
    async with SqliteMediatorStore(path, limits=Limits(messages=1_000_000)) as store:
        bob = await store.grant(BOB, NOW)
        await store.change_routes(bob, [RouteChange(BOB, Action.ADD)], NOW)


async def stored(path: Path) -> list[bytes]:
    async with SqliteMediatorStore(path) as store:
        bob = await store.grant(BOB, NOW)
        found = await store.deliver(bob, count=1_000_000, size=1 << 30, at=NOW)
        return [each.envelope for each in found]


@pytest.mark.spec("MFW-02", "QUE-15")
def test_what_was_acknowledged_survives_sigkill_and_the_counters_fit(tmp_path: Path) -> None:
    path = tmp_path / "mediator.db"
    anyio.run(register, path)
    acknowledged: set[bytes] = set()
    for number in range(int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "3"))):
        worker = Worker(PROGRAM, str(path))
        worker.wait_for(20 + 37 * (number % 7))
        acknowledged.update(line.encode() for line in worker.kill())
    envelopes = anyio.run(stored, path)
    assert acknowledged - set(envelopes) == set()
    connection = sqlite3.connect(path)
    counters = connection.execute("SELECT queued, bytes FROM recipient").fetchone()
    connection.close()
    assert counters == (len(envelopes), sum(len(each) for each in envelopes))
