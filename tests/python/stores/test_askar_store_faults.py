"""What can go wrong below a store of an agent: a full disk, a server that falls silent."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm.stores import Done, Incoming, OutboxItem, Record, StoreUnavailableError
from pydidcomm.stores.askar import AskarStore
from support import postgres, silent_proxy
from support.locker import locked
from support.small_disk import small_disk

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

RAW_KEY = AskarStore.generate_raw_key()
NOW = 1_700_000_000
# far more messages than a megabyte has room for
MOST_WRITES = 3000
MOST_ATTEMPTS = 5
LOCKED_SECONDS = 6
COUNT = """
import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM items"))
"""


@pytest.mark.parametrize("create", [False, True])
async def test_a_folder_and_a_file_of_another_program_are_named(create: bool, tmp_path: Path) -> None:  # noqa: FBT001
    (tmp_path / "other").write_text("not a store", encoding="utf-8")
    for path in (tmp_path, tmp_path / "other"):
        with pytest.raises(StoreUnavailableError, match=re.escape(f"{path} cannot be opened")) as raised:
            async with AskarStore.open(path, raw_key=RAW_KEY, create=create):
                pass
        assert "create=True" not in str(raised.value)


def files(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("table", ["notes", "config"])
async def test_a_database_of_another_program_is_refused_and_left_as_it_is(
    table: str,
    create: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    path = tmp_path / "other.db"
    database = sqlite3.connect(path)
    database.execute(f"CREATE TABLE {table} (name TEXT, value TEXT)")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnavailableError, match="a file of another program"):
        async with AskarStore.open(path, raw_key=RAW_KEY, create=create):
            pass
    assert path.read_bytes() == before
    assert files(tmp_path) == ["other.db"]


async def handle(store: AskarStore, key: str) -> None:
    """Accept a message and commit its effects."""
    await store.accept(Incoming(key=key, lane=key, received=bytes(1000), at=NOW))
    await store.commit(
        Done(
            inbox_key=key,
            outbox=(OutboxItem(id=f"reply to {key}", lane=key, to="did:example:bob", message=bytes(1000)),),
            records=(Record(kind="handled", key=key, value=b""),),
            at=NOW,
        )
    )


async def check(store: AskarStore, handled: list[str], last: int) -> None:
    """Compare the store with what was acknowledged: nothing is lost, and nothing half."""
    for number in range(last + 1):
        key = f"{number}"
        record = await store.record("handled", key)
        reply = await store.outgoing(f"reply to {key}")
        assert (record is None) == (reply is None)
        assert record is not None or key not in handled


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free))
    return ballast


async def test_a_write_after_another_process_kept_the_database_locked_is_durable(tmp_path: Path) -> None:
    path, keys = tmp_path / "alice.db", [f"{number}" for number in range(5)]
    async with AskarStore.open(path, raw_key=RAW_KEY, timeout=60) as store:
        await handle(store, "0")
        before = entries_for_others(path)
        with locked(path):
            # longer than Askar waits for SQLite
            with anyio.move_on_after(LOCKED_SECONDS) as waited:
                await handle(store, "1")
            assert waited.cancelled_caught
        for key in keys[2:]:
            await handle(store, key)
        # a process that is killed now has stored each
        assert entries_for_others(path) - before >= 2 * len(keys[1:])


def entries_for_others(path: Path) -> int:
    """How many entries another process finds. A second SQLite in this process would end locks."""
    words = [sys.executable, "-c", COUNT, str(path)]
    answer = subprocess.run(words, check=True, capture_output=True, timeout=60)  # noqa: S603, our own program
    return int(re.sub(rb"\D", b"", answer.stdout))


async def test_a_full_disk_is_named_and_what_was_acknowledged_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        async with AskarStore.open(disk / "alice.db", raw_key=RAW_KEY) as store:
            await handle(store, "0")
            handled, number = ["0"], 0
            ballast, reason = fill(disk), ""
            for number in range(1, MOST_WRITES):
                try:
                    await handle(store, f"{number}")
                except StoreUnavailableError as error:
                    reason = str(error)
                    break
                handled.append(f"{number}")
            assert "full" in reason or "cannot be opened" in reason
            ballast.unlink()
            await check(store, handled, number)
            # the same object goes on, and so does what was called without effect
            with suppress(StoreUnavailableError):
                await store.accept(Incoming(key=f"{number}", lane=f"{number}", received=b"", at=NOW))
            await handle(store, "last")
            handled.append("last")
            await check(store, handled, number)
        async with AskarStore.open(disk / "alice.db", raw_key=RAW_KEY) as again:
            await check(again, handled, number)
            assert await again.record("handled", "last") is not None


async def test_a_server_that_falls_silent_is_given_up_and_nothing_is_lost() -> None:
    with postgres.server() as server, silent_proxy.in_front_of(server.port) as proxy:
        location = server.url().replace(str(server.port), str(proxy.port))
        async with AskarStore.open(location, raw_key=RAW_KEY, timeout=3) as store:
            handled: list[str] = []

            async def handle_until_silence(worker: int) -> None:
                with suppress(StoreUnavailableError):
                    for number in range(worker, MOST_WRITES, 4):
                        await handle(store, f"{number}")
                        handled.append(f"{number}")

            async with anyio.create_task_group() as tasks:
                for worker in range(4):
                    tasks.start_soon(handle_until_silence, worker)
                while len(handled) < 20:  # noqa: ASYNC110, the tasks have no event for it
                    await anyio.sleep(0.01)
                proxy.fall_silent()
            proxy.recover()
            # the server frees the lock of the silent writer after half the time of a call
            for _ in range(MOST_ATTEMPTS):
                with suppress(StoreUnavailableError):
                    await handle(store, "last")
                    break
            else:
                pytest.fail("the store did not recover")
            await check(store, handled, max(map(int, handled)) + 4)
            assert await store.record("handled", "last") is not None
