"""A mediator whose disk is full: what it accepted is there, the rest is refused, and it recovers."""

import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from support.mediation import P3
from support.mediator_load import SETTINGS, Load
from support.mediator_process import Person, Running, command, picked_up, running
from support.server_process import free_port
from support.small_disk import small_disk

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "2"))
# more than the disk has room for
MOST = 300
LONG = "x" * 20_000


def fill(path: Path) -> None:
    """Write a file until the disk has no room left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4_096))


@pytest.mark.spec("MFW-02", "MFW-03")
def test_a_full_disk_refuses_with_5xx_loses_nothing_and_recovers(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    did = command(tmp_path, "init", "--url", url).stdout.strip()
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", "24m") as disk, Person(url, did) as alice, Person(url, did) as bob:
        store = str(disk / "mediator.db")
        with running(tmp_path, port, store_path=store) as process:
            bob.enroll()
            codes = [alice.forward(bob.did, number, LONG).status_code for number in range(MOST)]
            assert set(codes) == {202, 503}
            # another program takes the last bytes, and gives them back
            fill(disk / "filler")
            codes.append(alice.forward(bob.did, len(codes)).status_code)
            assert codes[-1] == 503
            (disk / "filler").unlink()
            accepted = [number for number, code in enumerate(codes) if code == 202]
            assert process.process.poll() is None
        # what was accepted survives the kill of the process too, and acknowledgments make room
        with running(tmp_path, port, store_path=store):
            assert alice.forward(bob.did, MOST + 1, LONG).status_code == 503
            assert bob.ask(f"{P3}/status-request").body["message_count"] == len(accepted)
            assert picked_up(bob) == accepted
            again = [alice.forward(bob.did, MOST + 2, LONG).status_code for _ in range(9)]
            assert 202 in again


@pytest.mark.slow
@pytest.mark.spec("MFW-02", "MFW-03", "QUE-11", "QUE-15")
def test_a_disk_that_fills_under_load_again_and_again_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    did = command(tmp_path, "init", "--url", url).stdout.strip()
    (tmp_path / "disk").mkdir()
    chance = random.Random(ROUNDS)  # noqa: S311, a seed that repeats
    with small_disk(tmp_path / "disk", "40m") as disk:
        settings = SETTINGS | {"store_path": str(disk / "mediator.db")}
        process = Running(tmp_path, port, **settings)
        try:
            with Load([url], did, padding=2_000) as load:
                with load.going():
                    for number in range(ROUNDS):
                        load.wait_for_more(chance.randrange(10, 60))
                        fill(disk / "filler")
                        load.wait_for_refusals(5)
                        # every fourth time the process is killed while it cannot write
                        if number % 4 == 3:
                            process.kill()
                        (disk / "filler").unlink()
                        if number % 4 == 3:
                            process = Running(tmp_path, port, **settings)
                    load.wait_for_more(20)
                print(f"{load.check()}, the disk was full {ROUNDS} times")  # noqa: T201, with -s
        finally:
            process.kill()
