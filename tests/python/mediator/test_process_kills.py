"""`kill -9` of one of two mediators on one store, under load: what was answered with 202 is delivered."""

import os
import random
from collections.abc import Generator
from pathlib import Path

import pytest

from support import postgres
from support.mediator_load import SETTINGS, Load
from support.mediator_process import Running, command
from support.server_process import free_port

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "3"))


def killed(folder: Path, *options: str) -> str:
    """What two mediators did of which one at a time is killed."""
    ports = [free_port(), free_port()]
    urls = [f"http://127.0.0.1:{port}/" for port in ports]
    did = command(folder, "init", "--url", urls[0], *options).stdout.strip()
    processes = [Running(folder, port, **SETTINGS) for port in ports]
    chance = random.Random(ROUNDS)  # noqa: S311, a seed that repeats
    try:
        with Load(urls, did) as load:
            with load.going():
                for _ in range(ROUNDS):
                    load.wait_for_more(chance.randrange(20, 120))
                    victim = chance.randrange(2)
                    assert "Traceback" not in processes[victim].kill()
                    # the other one goes on alone
                    load.wait_for_more(10)
                    processes[victim] = Running(folder, ports[victim], **SETTINGS)
            return load.check()
    finally:
        for each in processes:
            assert "Traceback" not in each.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def options(request: pytest.FixtureRequest) -> Generator[tuple[str, ...]]:
    if request.param == "sqlite":
        yield ()
        return
    with postgres.server() as server:
        yield "--postgres", server.database()


@pytest.mark.spec("MFW-02", "QUE-11", "QUE-15")
def test_what_two_mediators_accepted_is_delivered_and_not_after_its_acknowledgment(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    print(f"{killed(tmp_path, *options)}, {ROUNDS} kills")  # noqa: T201, with -s
