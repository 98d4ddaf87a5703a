"""Processor time by who took it: servers, the database, the generator."""

import asyncio
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg

TICKS = os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """Seconds of a processor; `database` is None where it runs in the servers, or on another machine."""

    servers: float
    database: float | None
    generator: float

    def since(self, before: "Spent") -> "Spent":
        """What was spent between two moments."""
        both = self.database is not None and before.database is not None
        database = (self.database or 0) - (before.database or 0) if both else None
        return Spent(self.servers - before.servers, database, self.generator - before.generator)

    def each(self, count: int) -> "Spent":
        """Microseconds of one of so many."""
        database = None if self.database is None else self.database / count * 1e6
        return Spent(self.servers / count * 1e6, database, self.generator / count * 1e6)


def _fields(pid: int) -> list[str]:
    """What the system says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def cpu_of(pid: int, *, ended: bool = False) -> float:
    """The seconds of processor time that a process has taken, with those of its children that have ended."""
    return sum(map(int, _fields(pid)[11 : 15 if ended else 13])) / TICKS


def spent(servers: Iterable[int], database: int | None) -> Spent:
    """What was spent so far by the servers, by the database and by this process."""
    return Spent(sum(map(cpu_of, servers)), _with_children(database), time.process_time())


def process_of_database(url: str | None) -> int | None:
    """The first process of a PostgreSQL on this machine; None where there is none."""
    if url is None or urlsplit(url).hostname not in {None, "localhost", "127.0.0.1", "::1"}:
        return None
    try:
        return asyncio.run(_parent_of_backend(url))
    except FileNotFoundError:
        # it runs in a container, with numbers of its own
        return None


async def _parent_of_backend(url: str) -> int:
    connection: Any = await asyncpg.connect(url)
    try:
        return int(_fields(await connection.fetchval("SELECT pg_backend_pid()"))[1])
    finally:
        await connection.close()


def _with_children(first: int | None) -> float | None:
    if first is None:
        return None
    total = cpu_of(first, ended=True)
    for folder in Path("/proc").glob("[0-9]*"):
        # a process may end meanwhile
        with suppress(OSError):
            if int(_fields(int(folder.name))[1]) == first:
                total += cpu_of(int(folder.name), ended=True)
    return total
