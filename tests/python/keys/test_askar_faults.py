"""Faults of an Askar store and the errors they raise, as a table."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Secret, sync
from pydidcomm.secrets import SecretsLockedError, SecretsUnavailableError
from pydidcomm.secrets.askar import AskarSecrets
from support.paths import SUPPORT
from support.processes import each_ended, ended
from support.server_process import free_port
from support.small_disk import small_disk

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RAW_KEY = AskarSecrets.generate_raw_key()
PROGRAM = str(SUPPORT / "askar_process.py")
LOOPS = ("asyncio", "trio")
# far more keys than a megabyte has room for
MOST_WRITES = 3000
# CPython 3.12 and later warn of every fork of a process with threads
QUIETLY = ["-W", "ignore::DeprecationWarning"]


def create(location: str, **options: object) -> None:
    with AskarSecrets.open(location, raw_key=RAW_KEY, **options) as secrets:  # type: ignore[arg-type]
        sync.DIDCommMessaging(secrets=secrets).create_peer_did()


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "wallet.db")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "passphrase"),
        ({"raw_key": RAW_KEY, "passphrase": "x"}, "passphrase"),
        ({"passphrase": ""}, "empty"),
        ({"raw_key": ""}, "32 bytes"),
        ({"raw_key": RAW_KEY + "11111"}, "32 bytes"),
        ({"raw_key": "0" * 44}, "32 bytes"),
        ({"raw_key": RAW_KEY, "remember": 0}, "remember"),
        ({"raw_key": RAW_KEY, "timeout": 0}, "timeout"),
        ({"raw_key": RAW_KEY, "load": "P-384"}, "load"),
    ],
)
def test_an_argument_is_refused_before_anything_is_opened(file: str, options: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        AskarSecrets.open(file, **options)  # type: ignore[arg-type]
    assert RAW_KEY not in str(caught.value)
    assert not os.path.exists(file)  # noqa: PTH110, a str


@pytest.mark.parametrize("location", ["a?mode=memory", "a#b", "a%20b"])
def test_a_path_that_a_url_would_change_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match="location"):
        AskarSecrets.open(location, raw_key=RAW_KEY)


def test_another_key_does_not_open_the_store(file: str) -> None:
    create(file)
    for options in ({"raw_key": AskarSecrets.generate_raw_key()}, {"passphrase": "guess"}):
        for made in (True, False):
            with (
                pytest.raises(SecretsLockedError, match=next(iter(options))),
                AskarSecrets.open(file, **options, create=made),  # type: ignore[arg-type]
            ):
                pass


def test_a_missing_store_is_created_only_on_demand(file: str) -> None:
    with pytest.raises(SecretsUnavailableError, match="create=True"):
        create(file, create=False)
    with pytest.raises(SecretsUnavailableError, match="cannot be created"):
        create("/proc/nowhere/wallet.db")


def test_a_file_that_is_not_a_store_is_refused(file: str, tmp_path: Path) -> None:
    (tmp_path / "wallet.db").write_bytes(b"not a database " * 100)
    with pytest.raises(SecretsUnavailableError, match="cannot be opened"):
        create(file)


def test_processes_that_create_one_store_share_it(file: str, tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, PROGRAM, "closed", file, RAW_KEY, "asyncio"])  # noqa: S603, our own
        for _ in range(4)
    ]
    assert [process.wait() for process in running] == [0] * 4
    with AskarSecrets.open(file, raw_key=RAW_KEY, create=False) as secrets:
        # two keys of each DID
        assert len(secrets.kids()) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["wallet.db"]


def test_a_store_that_a_killed_process_did_not_finish_is_made_again(file: str, tmp_path: Path) -> None:
    for suffix in ("-new", "-new-wal", "-lock"):
        (tmp_path / f"wallet.db{suffix}").write_bytes(b"")
    create(file)
    create(file, create=False)
    assert [path.name for path in tmp_path.iterdir()] == ["wallet.db"]


def test_a_store_that_another_process_does_not_finish_is_given_up(file: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "wallet.db-lock", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SecretsUnavailableError, match="another process is still creating it"):
            create(file, timeout=0.4)
    (tmp_path / "wallet.db-lock").write_bytes(b"not a database " * 100)
    with pytest.raises(SecretsUnavailableError, match="-lock: file is not a database"):
        create(file)
    (tmp_path / "wallet.db-lock").unlink()
    (tmp_path / "wallet.db-lock").mkdir()
    with pytest.raises(SecretsUnavailableError, match="-lock: unable to open database file"):
        create(file)
    (tmp_path / "wallet.db-lock").rmdir()
    create(file)


async def test_keys_in_the_store_of_another_program_are_not_found(tmp_path: Path) -> None:
    import asyncio  # noqa: PLC0415

    from aries_askar import Key, KeyAlg, Store  # noqa: PLC0415

    async def other() -> None:
        store = await Store.provision(f"sqlite://{tmp_path}/wallet.db", "raw", RAW_KEY)
        opened: Any = store
        async with opened.transaction() as session:
            await session.insert_key("their key", Key.generate(KeyAlg.ED25519))
            await session.insert_key("did:example:a#bls", Key.generate(KeyAlg.BLS12_381_G1))
            await session.insert("did", "theirs", "{}")
            await session.commit()
        await store.close()

    await anyio.to_thread.run_sync(lambda: asyncio.run(other()))
    async with AskarSecrets.open(tmp_path / "wallet.db", raw_key=RAW_KEY) as secrets:
        assert await secrets.get_key("did:example:a#1") is None
        # a key on a curve that DIDComm does not use
        assert await secrets.get_key("did:example:a#bls") is None


def test_processes_that_add_one_kid_agree_on_one_key(file: str) -> None:
    create(file)
    keys = [Secret.generate("X25519").expose_jwk()["d"] for _ in range(2)]
    import base64  # noqa: PLC0415

    octets = [base64.urlsafe_b64decode(key + "==").hex() for key in keys]
    running = [
        subprocess.Popen(  # noqa: S603, our own program
            [sys.executable, PROGRAM, "add", file, RAW_KEY, "asyncio"], stdin=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    threads = [
        threading.Thread(target=process.communicate, args=(octets[number % 2],))
        for number, process in enumerate(running)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [process.wait() for process in running]
    # one of the two keys is stored, by either of its processes; those with the other one are refused
    assert sorted(statuses) == [0, 0, 3, 3]
    assert statuses[:2] == statuses[2:]


def test_a_server_that_refuses_or_is_silent_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port: int = silent.getsockname()[1]
        with pytest.raises(SecretsUnavailableError, match=r"did not open within 0\.5 s"):
            create(f"postgres://a:b@127.0.0.1:{port}/w", timeout=0.5)
    with pytest.raises(SecretsUnavailableError) as caught:
        create(f"postgres://a:b@127.0.0.1:{free_port()}/w?connect_timeout=1", timeout=3)
    assert "a:b" not in str(caught.value)


def test_a_full_disk_is_named_and_loses_no_key(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk, AskarSecrets.open(disk / "wallet.db", raw_key=RAW_KEY) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        dids = [party.create_peer_did()]
        (disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free))
        failed: list[str] = []
        for _ in range(MOST_WRITES):
            try:
                dids.append(party.create_peer_did())
            except SecretsUnavailableError as error:
                failed.append(str(error))
                if len(failed) == 2:
                    break
        assert ["full" in text or "cannot be opened" in text for text in failed] == [True, True]
        (disk / "ballast").unlink()
        # the same object goes on
        dids.append(party.create_peer_did())
        kids = {f"{did}#key-{number}" for did in dids for number in (1, 2)}
        assert set(secrets.kids()) >= kids
        # what the connections of this store see need not be in the file
        with AskarSecrets.open(disk / "wallet.db", raw_key=RAW_KEY) as other:
            assert set(other.kids()) >= kids


def test_a_store_on_a_read_only_disk_is_named(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        create(str(disk / "wallet.db"))
        remount = ["mount", "-o", "remount,ro", str(disk)]
        subprocess.run(remount, check=True, capture_output=True)  # noqa: S603
        with pytest.raises(SecretsUnavailableError):
            create(str(disk / "wallet.db"))


async def test_a_store_that_is_closed_while_calls_run_answers_or_refuses(file: str) -> None:
    secrets = AskarSecrets.open(file, raw_key=RAW_KEY)
    party = DIDCommMessaging(secrets=secrets)
    done: list[str] = []
    refused: list[str] = []

    async def create_one() -> None:
        try:
            done.append(await party.create_peer_did())
        except SecretsUnavailableError as error:
            refused.append(str(error))

    await create_one()
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(create_one)
        await anyio.sleep(0.002)
        await secrets.aclose()
    await secrets.aclose()
    assert len(done) + len(refused) == 21
    assert all("closed" in text for text in refused)
    with pytest.raises(SecretsUnavailableError, match="closed"):
        await secrets.get_key(f"{done[0]}#key-1")
    with pytest.raises(SecretsUnavailableError, match="closed"):
        secrets.sync.get_key(f"{done[0]}#key-1")
    async with AskarSecrets.open(file, raw_key=RAW_KEY) as anew:
        assert set(await anew.kids()) >= {f"{did}#key-{number}" for did in done for number in (1, 2)}


@pytest.mark.parametrize(
    "way",
    ["closed", "left_open", "without_loop", "in_flight", "daemon", "thread", "at_exit", "fork", "fork_first"],
)
def test_a_process_ends_silently_with_a_store(file: str, way: str) -> None:
    loops = LOOPS if way in {"closed", "left_open", "thread"} else LOOPS[:1]
    ends = each_ended([[*QUIETLY, PROGRAM, way, file, RAW_KEY, loop] for loop in loops])
    assert [(end.status, end.stderr) for end in ends] == [(0, "")] * len(loops)
    if way == "at_exit":
        assert ends[0].stdout == "2\n"
    with AskarSecrets.open(file, raw_key=RAW_KEY) as secrets:
        assert len(secrets.kids()) % 2 == 0


@pytest.mark.parametrize(("module", "package"), [("askar", "aries_askar")])
def test_without_the_extra_the_import_names_it(module: str, package: str) -> None:
    end = ended(["-c", f"import sys; sys.modules[{package!r}] = None; import pydidcomm.secrets.{module}"])
    assert end.status == 1
    assert end.stderr.splitlines()[-1].startswith("ImportError: ")
    assert f"pip install 'pydidcomm[{module}]'" in end.stderr.splitlines()[-1]
