"""Losing a process or the server loses no key that was acknowledged: make kill-secrets ROUNDS=100."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pydidcomm import sync
from pydidcomm.secrets import SecretsUnavailableError
from pydidcomm.secrets.askar import AskarSecrets
from support import postgres, silent_proxy
from support.killed_worker import Worker
from support.parties import hello
from support.paths import SUPPORT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("PYDIDCOMM_KILL_ROUNDS", "3"))
RAW_KEY = AskarSecrets.generate_raw_key()
MOST_ATTEMPTS = 5
PROGRAM = SUPPORT / "askar_process.py"


def kids(location: str) -> set[str]:
    with AskarSecrets.open(location, raw_key=RAW_KEY, create=False, timeout=60) as secrets:
        return set(secrets.kids())


def expected(dids: list[str]) -> set[str]:
    return {f"{did}#key-{number}" for did in dids for number in (1, 2)}


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_killed_process_loses_no_key_that_it_acknowledged(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    location = str(tmp_path / "wallet.db")
    if engine == "PostgreSQL":
        running: postgres.Postgres = request.getfixturevalue("database")
        location = running.url()
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        writers = [Worker(PROGRAM, "write", location, RAW_KEY, "asyncio") for _ in range(2)]
        for writer in writers:
            writer.wait_for(1 + number % 5)
        for writer in writers:
            acknowledged += writer.kill()
        stored = kids(location)
        assert stored >= expected(acknowledged)
        # a DID is stored as a whole or not at all
        assert all(kid.replace("#key-1", "#key-2").replace("#key-2", "#key-1") in stored for kid in stored)
    assert len(acknowledged) >= 2 * ROUNDS
    print(f"{engine}: {ROUNDS} rounds, {len(acknowledged)} DIDs acknowledged, none lost")  # noqa: T201


def test_a_server_that_comes_and_goes_loses_no_key_and_needs_no_restart(database: postgres.Postgres) -> None:
    location = database.url()
    with AskarSecrets.open(location, raw_key=RAW_KEY) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        first = party.create_peer_did()
        writers = [Worker(PROGRAM, "insist", location, RAW_KEY, "asyncio") for _ in range(2)]
        for number in range(min(ROUNDS, 5)):
            for writer in writers:
                writer.wait_for(5 * (number + 1))
            database.stop()
            # keys that were used lately go on to work
            packed = party.pack(hello(to=[first]), to=first, frm=first)
            assert party.unpack(packed.message).sender == first
            database.start()
            before = [len(writer.acknowledged) for writer in writers]
            for writer, count in zip(writers, before, strict=True):
                writer.wait_for(count + 3)
            # the same store, whose idle connections are all dead
            assert secrets.get_keys([f"{first}#key-1"])
            assert len(secrets.kids()) >= 2
        acknowledged = [did for writer in writers for did in writer.kill()]
        assert set(secrets.kids()) >= expected([first, *acknowledged])


def test_connections_that_fall_silent_are_given_up_and_replaced(database: postgres.Postgres) -> None:
    with silent_proxy.in_front_of(database.port) as proxy:
        location = database.url().replace(str(database.port), str(proxy.port))
        with AskarSecrets.open(location, raw_key=RAW_KEY, timeout=3) as secrets:
            party = sync.DIDCommMessaging(secrets=secrets)
            dids = [party.create_peer_did()]

            def create_until_silence() -> None:
                while True:
                    dids.append(party.create_peer_did())

            # more writers than sessions, each of which the silence meets in the middle of a write
            with ThreadPoolExecutor(12) as threads:
                calls = [threads.submit(create_until_silence) for _ in range(12)]
                while len(dids) < 40 and not any(call.done() for call in calls):
                    time.sleep(0.002)
                proxy.fall_silent()
            for call in calls:
                with pytest.raises(SecretsUnavailableError):
                    call.result()
            # keys that are at hand need no server
            packed = party.pack(hello(to=[dids[0]]), to=dids[0], frm=dids[0])
            assert party.unpack(packed.message).sender == dids[0]
            proxy.recover()
            # the server frees the locks of the silent writers after half the time of a call
            for _ in range(MOST_ATTEMPTS):
                with suppress(SecretsUnavailableError):
                    dids.append(party.create_peer_did())
                    break
            else:
                pytest.fail("the store did not recover")
            assert set(secrets.kids()) >= expected(dids)
