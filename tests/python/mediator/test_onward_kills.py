"""`kill -9` while envelopes are handed on: each that was accepted leaves at least once."""

import os
import random
import time
from pathlib import Path

import anyio
import pytest

from pydidcomm import DIDCommMessaging
from pydidcomm.mediator import OutgoingLimits, SqliteMediatorStore
from pydidcomm.mediator.departures import Departure
from support.killed_worker import PATIENCE_SECONDS, Worker
from support.relaying import service

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "1"))
LANES = 6
PROGRAM = Path(__file__).with_name("onward_process.py")


async def fill(path: Path, count: int) -> set[str]:
    party = DIDCommMessaging()
    lanes = [await party.create_peer_did(services=[service("https://away.example/")]) for _ in range(LANES)]
    now = time.time()
    envelopes = [f'{{"n":{number}}}' for number in range(count)]
    async with SqliteMediatorStore(path) as store, anyio.create_task_group() as group:
        for number, envelope in enumerate(envelopes):
            departure = Departure(
                next=lanes[number % LANES], envelope=envelope.encode(), at=now, due=now, ends=now + 1e6
            )
            group.start_soon(store.departures.keep, departure, OutgoingLimits())
    return set(envelopes)


async def left(path: Path) -> int:
    async with SqliteMediatorStore(path) as store:
        return (await store.departures.load())[0]


@pytest.mark.slow
@pytest.mark.spec("MFW-02", "MFW-10")
def test_what_was_accepted_leaves_in_spite_of_kills(tmp_path: Path) -> None:
    path = tmp_path / "mediator.db"
    accepted = anyio.run(fill, path, 60 + 30 * ROUNDS)
    chance = random.Random(ROUNDS)  # noqa: S311, a seed that repeats
    sent: list[str] = []
    for number in range(ROUNDS):
        worker = Worker(PROGRAM, str(path), str(number * 1_000))
        worker.wait_for(chance.randrange(5, 25))
        sent += worker.kill()
    worker = Worker(PROGRAM, str(path), str(ROUNDS * 1_000))
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while anyio.run(left, path):
            assert time.monotonic() < end, "something does not leave"
            time.sleep(0.05)
    finally:
        sent += worker.kill()
    assert set(sent) == accepted
    # what a killed process had on its way leaves again, and nothing else
    assert len(sent) - len(accepted) <= ROUNDS * LANES
