"""A killed process loses no envelope that it acknowledged."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from pydidcomm.mediator import Action, Limits, RouteChange, SqliteMediatorStore

NOW = 1_700_000_000.0
BOB = "did:example:bob"
PROGRAM = Path(__file__).with_name("store_process.py")


def killed_after(path: Path, lines: int) -> set[bytes]:
    """What a process had acknowledged when it was killed."""
    with subprocess.Popen([sys.executable, PROGRAM, path], stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        printed += process.stdout.readlines()
    # the last line may be cut
    return {line.strip() for line in printed if line.endswith(b"\n")}


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
    for number in range(int(os.environ.get("KILL_ROUNDS", "3"))):
        acknowledged |= killed_after(path, 20 + 37 * (number % 7))
    envelopes = anyio.run(stored, path)
    assert acknowledged - set(envelopes) == set()
    connection = sqlite3.connect(path)
    counters = connection.execute("SELECT queued, bytes FROM recipient").fetchone()
    connection.close()
    assert counters == (len(envelopes), sum(len(each) for each in envelopes))
