"""`kill -9` of one of two mediators on one store, under load: what was answered with 202 is delivered."""

import os
import random
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import httpx2
import pytest

from support import postgres
from support.mediator_process import Person, Running, command, picked_up
from support.server_process import free_port

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "3"))
SENDERS = 3
MOST = 1_000_000
# a round without this many answers in this time fails its test
PATIENCE_SECONDS = 60
# the queue takes all of them, and no sender is slowed down
SETTINGS = {"limits_messages": str(MOST), "server_messages_per_second": str(MOST), "server_burst": str(MOST)}


class Load:
    """Senders that post to both mediators in turn, and the numbers that were answered with 202."""

    def __init__(self, urls: list[str], alice: Person, to: str) -> None:
        self.accepted: list[int] = []
        self._urls, self._alice, self._to = urls, alice, to
        self._stop, self._numbers = Event(), count()

    def run(self) -> None:
        for number in self._numbers:
            if self._stop.is_set() or number > MOST:
                return
            try:
                answer = self._alice.forward(self._to, number, url=self._urls[number % len(self._urls)])
            except httpx2.TransportError:
                # killed: this message may be stored, and its sender does not know
                continue
            assert answer.status_code in {202, 503}, answer
            if answer.status_code == 202:
                self.accepted.append(number)

    def wait_for_more(self, more: int) -> None:
        wanted, end = len(self.accepted) + more, time.monotonic() + PATIENCE_SECONDS
        while len(self.accepted) < wanted:
            assert time.monotonic() < end, "nothing is accepted"
            time.sleep(0.005)

    @contextmanager
    def going(self) -> Generator[None]:
        with ThreadPoolExecutor(SENDERS) as threads:
            runs = [threads.submit(self.run) for _ in range(SENDERS)]
            try:
                yield
            finally:
                self._stop.set()
        for each in runs:
            each.result()


def killed(folder: Path, *options: str) -> tuple[set[int], list[int]]:
    """What was accepted and what was delivered, by two mediators of which one at a time is killed."""
    ports = [free_port(), free_port()]
    urls = [f"http://127.0.0.1:{port}/" for port in ports]
    did = command(folder, "init", "--url", urls[0], *options).stdout.strip()
    processes = [Running(folder, port, **SETTINGS) for port in ports]
    chance = random.Random(ROUNDS)  # noqa: S311, a seed that repeats
    try:
        with Person(urls[0], did) as alice, Person(urls[0], did) as bob:
            bob.enroll()
            load = Load(urls, alice, bob.did)
            with load.going():
                for _ in range(ROUNDS):
                    load.wait_for_more(chance.randrange(20, 120))
                    victim = chance.randrange(2)
                    assert "Traceback" not in processes[victim].kill()
                    # the other one goes on alone
                    load.wait_for_more(10)
                    processes[victim] = Running(folder, ports[victim], **SETTINGS)
            return set(load.accepted), picked_up(bob)
    finally:
        for each in processes:
            assert "Traceback" not in each.kill()


Options = Callable[[], tuple[str, ...]]


@pytest.fixture(params=["sqlite", "postgresql"])
def options(request: pytest.FixtureRequest) -> Generator[tuple[str, ...]]:
    if request.param == "sqlite":
        yield ()
        return
    with postgres.server() as server:
        yield "--postgres", server.database()


@pytest.mark.spec("MFW-02", "QUE-11", "QUE-15")
def test_what_two_mediators_accepted_is_delivered_once_after_kills(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    accepted, delivered = killed(tmp_path, *options)
    print(f"{len(accepted)} accepted, {len(delivered)} delivered, {ROUNDS} kills")  # noqa: T201, with -s
    assert accepted - set(delivered) == set()
    assert len(set(delivered)) == len(delivered)
