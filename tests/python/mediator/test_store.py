"""The stores of a mediator: the public suite, bounds, durability and what a file shows."""

import sqlite3
import stat
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from pydidcomm.mediator import Action, Arrival, Limits, Placement, RouteChange, SqliteMediatorStore
from pydidcomm.mediator.testing import CHECKS

NOW = 1_700_000_000.0
BOB = "did:example:bob"
pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteMediatorStore]:
    async with SqliteMediatorStore(tmp_path / "mediator.db") as opened:
        yield opened


async def registered(store: SqliteMediatorStore) -> None:
    bob = await store.grant(BOB, NOW)
    await store.change_routes(bob, [RouteChange(BOB, Action.ADD)], NOW)


@pytest.mark.spec("QUE-02")
@pytest.mark.parametrize("name", CHECKS)
async def test_the_sqlite_store_passes_the_public_suite(name: str, store: SqliteMediatorStore) -> None:
    await CHECKS[name](store)


@pytest.mark.parametrize(
    ("limits", "stored"), [(Limits(messages=3), 3), (Limits(bytes=25), 2), (Limits(messages=9, bytes=90), 5)]
)
async def test_a_full_queue_refuses_and_takes_again_after_an_acknowledgment(
    limits: Limits, stored: int, tmp_path: Path
) -> None:
    async with SqliteMediatorStore(tmp_path / "mediator.db", limits=limits) as store:
        await registered(store)
        placed = [
            (await store.place(Arrival(next=BOB, envelope=bytes([each]) * 10, at=NOW))).outcome
            for each in range(5)
        ]
        assert placed == [Placement.STORED] * stored + [Placement.FULL] * (5 - stored)
        bob = await store.grant(BOB, NOW)
        found = await store.deliver(bob, count=1, size=100, at=NOW)
        await store.acknowledge(bob, [found[0].id], NOW)
        assert (await store.place(Arrival(next=BOB, envelope=b"x" * 10, at=NOW))).outcome is Placement.STORED


async def test_more_routes_than_the_limit_are_client_errors(tmp_path: Path) -> None:
    async with SqliteMediatorStore(tmp_path / "mediator.db", limits=Limits(routes=2)) as store:
        bob = await store.grant(BOB, NOW)
        changes = [RouteChange(f"did:example:{each}", Action.ADD) for each in range(3)]
        assert await store.change_routes(bob, changes, NOW) == ["success", "success", "client_error"]


@pytest.mark.spec("QUE-07")
async def test_the_file_has_mode_0600_and_holds_no_sender(tmp_path: Path, store: SqliteMediatorStore) -> None:
    await registered(store)
    await store.place(Arrival(next=BOB, envelope=b"{}", at=NOW))
    for path in sorted(tmp_path.iterdir()):  # noqa: ASYNC240, a folder of the test
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    connection = sqlite3.connect(tmp_path / "mediator.db")
    columns = {row[1] for row in connection.execute("PRAGMA table_info(message)")}
    connection.close()
    assert not {column for column in columns if "sender" in column or "from" in column}


async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "mediator.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ValueError, match=r"version 99 of its tables.*run the newer pydidcomm"):
        SqliteMediatorStore(tmp_path / "mediator.db")


async def test_concurrent_writes_share_commits(tmp_path: Path, store: SqliteMediatorStore) -> None:
    await registered(store)

    async def put(number: int) -> None:
        await store.place(Arrival(next=BOB, envelope=str(number).encode(), at=NOW))

    before = (tmp_path / "mediator.db-wal").stat().st_size
    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(put, number)
    grouped = (tmp_path / "mediator.db-wal").stat().st_size - before
    alone = SqliteMediatorStore(tmp_path / "alone.db")
    await registered(alone)
    before = (tmp_path / "alone.db-wal").stat().st_size
    for number in range(200):
        await alone.place(Arrival(next=BOB, envelope=str(number).encode(), at=NOW))
    single = (tmp_path / "alone.db-wal").stat().st_size - before
    await alone.aclose()
    assert grouped * 5 < single


async def test_a_backup_of_a_running_mediator_is_whole(tmp_path: Path, store: SqliteMediatorStore) -> None:
    await registered(store)
    await store.place(Arrival(next=BOB, envelope=b"{}", at=NOW))
    await store.backup(tmp_path / "copy.db")
    with pytest.raises(FileExistsError):
        await store.backup(tmp_path / "copy.db")
    async with SqliteMediatorStore(tmp_path / "copy.db") as copy:
        assert (await copy.status(await copy.grant(BOB, NOW))).count == 1


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteMediatorStore(tmp_path / "mediator.db")
    await store.aclose()
    await store.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await store.check()


def test_a_process_that_finds_another_making_the_tables_waits_and_uses_them(tmp_path: Path) -> None:
    async def closed(store: SqliteMediatorStore) -> None:
        await store.check()
        await store.aclose()

    anyio.run(closed, SqliteMediatorStore(tmp_path / "made.db"))
    with closing(sqlite3.connect(tmp_path / "made.db")) as made:
        version = made.execute("PRAGMA user_version").fetchone()[0]
        tables = [row[0] for row in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as thread:
            opening = thread.submit(SqliteMediatorStore, tmp_path / "new.db")
            # it reads the version and waits; where it is slower than this, it has nothing to wait for
            wait([opening], timeout=0.2)
            for statement in tables:
                if "sqlite_sequence" not in statement:
                    other.execute(statement)
            other.execute(f"PRAGMA user_version = {version}")
            other.execute("COMMIT")
            anyio.run(closed, opening.result(20))
