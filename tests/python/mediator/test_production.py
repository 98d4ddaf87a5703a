"""What docs/how-to/mediator-in-production.md says: restore, alerts, the unit of systemd."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import anyio
import pytest

from pydidcomm.mediator import Action, Arrival, MediatorStore, RouteChange, SqliteMediatorStore
from pydidcomm.mediator.metrics import PrometheusMetrics
from pydidcomm.mediator.postgres import PostgresMediatorStore
from support import postgres
from support.mediator_command import called, initialized
from support.mediator_stores import Databases
from support.paths import ROOT

PAGE = (ROOT / "docs" / "how-to" / "mediator-in-production.md").read_text(encoding="utf-8")
NOW = 2_000_000_000.0
BOB = "did:example:bob"
SECONDS = 60


def block(kind: str, word: str) -> str:
    """The block of the page in a language that has a word."""
    (found,) = [each for each in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if word in each]
    return str(found)


def in_shell(lines: str, folder: Path, **environment: str) -> None:
    done = subprocess.run(  # noqa: S603, the lines of the page
        ["/bin/sh", "-e", "-c", lines],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def filled(store: MediatorStore, first: int, last: int) -> None:
    bob = await store.grant(BOB, NOW)
    await store.change_routes(bob, [RouteChange(BOB, Action.ADD)], NOW)
    for number in range(first, last):
        await store.place(Arrival(next=BOB, envelope=str(number).encode(), at=NOW))


async def envelopes(store: MediatorStore) -> list[bytes]:
    bob = await store.grant(BOB, NOW)
    return [each.envelope for each in await store.deliver(bob, count=9, size=1 << 20, at=NOW)]


def test_a_restored_file_has_the_queue_of_the_backup_and_takes_more(tmp_path: Path) -> None:
    initialized(tmp_path)

    async def fill(first: int, last: int) -> list[bytes]:
        async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
            await filled(store, first, last)
            shutil.copy(tmp_path / "mediator.db-wal", tmp_path / "wal")
            return await envelopes(store)

    anyio.run(fill, 0, 2)
    assert called(tmp_path, "backup", str(tmp_path / "copy.db")).exit_code == 0
    anyio.run(fill, 2, 4)
    # as after a kill, what SQLite keeps next to the file is still there
    (tmp_path / "wal").rename(tmp_path / "mediator.db-wal")
    in_shell(block("sh", "install"), tmp_path)
    assert (tmp_path / "mediator.db").stat().st_mode & 0o777 == 0o600
    assert anyio.run(fill, 5, 6) == [b"0", b"1", b"5"]


def test_a_restored_database_has_the_queue_of_the_dump_and_takes_more(
    tmp_path: Path, databases: Databases
) -> None:
    old, new = databases(), databases()

    async def fill(url: str, first: int, last: int) -> list[bytes]:
        async with await PostgresMediatorStore.open(url) as store:
            await filled(store, first, last)
            return await envelopes(store)

    anyio.run(fill, old, 0, 2)
    path = f"{postgres.binaries()}:{os.environ['PATH']}"
    in_shell(block("sh", "pg_dump"), tmp_path, OLD_URL=old, NEW_URL=new, PATH=path)
    assert anyio.run(fill, new, 5, 6) == [b"0", b"1", b"5"]


def test_each_metric_of_the_page_is_one_that_is_reported() -> None:
    metrics = PrometheusMetrics()
    metrics.count("received", "store-failed")
    metrics.seconds("forward", 0.1)
    reported = set(re.findall(r"^(\w+)", metrics.text().decode(), re.MULTILINE))
    named = set(re.findall(r"pydidcomm_mediator_\w+", PAGE))
    assert len(named) > 6
    assert named - reported == set()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_of_systemd_is_one_without_a_warning(tmp_path: Path) -> None:
    unit = block("ini", "[Service]").replace("/opt/mediator/bin/pydidcomm", "/bin/true")
    unit = unit.replace("User=mediator", "User=root").replace("/var/lib/mediator", "/var/lib")
    (tmp_path / "mediator.service").write_text(unit, encoding="utf-8")
    done = subprocess.run(  # noqa: S603, our own words
        ["systemd-analyze", "verify", str(tmp_path / "mediator.service")],  # noqa: S607, of the system
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "mediator.service" in line]
    assert complaints == []
