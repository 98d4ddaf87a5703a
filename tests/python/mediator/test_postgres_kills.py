"""`kill -9` of PostgreSQL below two mediators, under load: what was answered with 202 is delivered."""

import os
import random
from pathlib import Path

import pytest

from support import postgres
from support.mediator_load import SETTINGS, Load
from support.mediator_process import command, running
from support.server_process import free_port

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "2"))


@pytest.mark.slow
@pytest.mark.spec("MFW-02", "MFW-03", "QUE-11", "QUE-15")
def test_what_was_accepted_before_postgresql_was_killed_is_delivered_and_not_after_its_acknowledgment(
    tmp_path: Path,
) -> None:
    ports = [free_port(), free_port()]
    urls = [f"http://127.0.0.1:{port}/" for port in ports]
    chance = random.Random(ROUNDS)  # noqa: S311, a seed that repeats
    with postgres.server() as server:
        did = command(tmp_path, "init", "--url", urls[0], "--postgres", server.database()).stdout.strip()
        with (
            running(tmp_path, ports[0], **SETTINGS) as one,
            running(tmp_path, ports[1], **SETTINGS) as other,
            Load(urls, did) as load,
        ):
            with load.going():
                for _ in range(ROUNDS):
                    load.wait_for_more(chance.randrange(20, 120))
                    server.kill(everything=chance.random() < 0.5)
                    load.wait_for_refusals(1)
                    server.start()
                load.wait_for_more(20)
            print(f"{load.check()}, {ROUNDS} kills")  # noqa: T201, with -s
            # the mediators outlive the server, and need no restart
            assert one.process.poll() is None
            assert other.process.poll() is None
