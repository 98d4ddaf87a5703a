"""A killed agent handles all that it accepted, and nothing twice, on SQLite and on PostgreSQL.

`make kill-agent ROUNDS=200` kills it more often.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from pydidcomm.agent import Friend, Limits
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores.askar import AskarStore
from support.agents import SECONDS, eventually, new_agent
from support.paths import PACKAGE
from support.server_process import free_port

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "3"))
PROGRAM = Path(__file__).with_name("kill_process.py")
# the lanes of one peer share a bound
THREADS = 5
# without a single answer; a machine may be busy with other things
PATIENCE_SECONDS = 60


class Killed:
    """The agent in a process."""

    def __init__(self, location: str, key: str, port: int) -> None:
        self.process = subprocess.Popen(  # noqa: S603, our own program
            [sys.executable, PROGRAM, location, key, str(port)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        )

    async def line(self) -> str:
        """The first line that it prints, once it serves."""
        assert self.process.stdout is not None
        line = await to_thread.run_sync(self.process.stdout.readline)
        assert line, "the process ended by itself"
        return str(line.strip())

    def kill(self) -> None:
        assert self.process.poll() is None, "the process ended by itself"
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


async def effects(location: str, key: str) -> Counter[str]:
    found: Counter[str] = Counter()
    async with AskarStore.open(location, raw_key=key) as store:
        after = None
        while page := await store.records("effect", after):
            found.update(record.value.decode() for record in page)
            after = page.after
    return found


@pytest.fixture
def anyio_backend() -> str:
    # what is killed is another process
    return "asyncio"


@pytest.mark.spec("AGT-10", "AGT-18", "REL-07")
async def test_an_agent_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    location: str,
) -> None:
    key, port = AskarStore.generate_raw_key(), free_port()
    chance, answers, sent = random.Random(ROUNDS), Counter[str](), 0  # noqa: S311, a seed that repeats
    alice = new_agent(limits=Limits(longest_pause=2))

    @alice.on
    async def hear(text: Text) -> None:
        answers[text.content] += 1

    async def send(bob: Friend, seconds: float) -> int:
        count = 0
        with anyio.move_on_after(seconds):
            while True:
                thid = f"talk-{count % THREADS}"
                await bob.send(Text(content=str(sent + count)), thid=thid)
                count += 1
                await anyio.sleep(0.01)
        return count

    async with alice:
        killed = Killed(location, key, port)
        bob = await alice.accept(await killed.line())
        await bob.ping(timeout=SECONDS)
        for _ in range(ROUNDS):
            sent += await send(bob, chance.uniform(0.05, 0.8))
            killed.kill()
            killed = Killed(location, key, port)
            await killed.line()

        while len(answers) < sent:
            before = len(answers)

            async def more() -> bool:
                return len(answers) > before  # noqa: B023, it is awaited here

            try:
                await eventually(more, PATIENCE_SECONDS)
            except TimeoutError:
                missing = {f"re {number}" for number in range(sent)} - set(answers)
                pytest.fail(
                    f"{len(missing)} of {sent} answers are missing, for instance {sorted(missing)[:5]}"
                )
        await bob.ping(timeout=SECONDS)
        killed.kill()
    expected = [str(number) for number in range(sent)]
    assert answers == Counter(f"re {one}" for one in expected)
    assert await effects(location, key) == Counter(expected)
