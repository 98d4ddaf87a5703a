"""Departures in SQLite. A lane is what leaves in order; its head is the one that may leave next."""

import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydidcomm.mediator._sqlite_placing import require_room
from pydidcomm.mediator.departures import Departure, Fate, Outgoing, OutgoingLimits, Settlement, admitted
from pydidcomm.mediator.records import Placement

REMEMBERED: Final = 86_400.0
"""Seconds for which what was sent is not taken again: senders retry for hours."""

Run = Callable[[Callable[[sqlite3.Connection], Any]], Awaitable[Any]]


class SqliteDepartures:
    """The queue of departures; implements `Departures`."""

    def __init__(self, write: Run, read: Run, folder: Path) -> None:
        self._write = write
        self._read = read
        self._folder = folder

    async def keep(self, departure: Departure, limits: OutgoingLimits) -> Placement:
        """Stores a departure; see `Departures`."""
        placed: Placement = await self._write(partial(_keep, departure, limits, self._folder))
        return placed

    async def take(self, now: float, until: float, count: int, size: int) -> list[Outgoing]:
        """Takes out what is due; see `Departures`."""
        found: list[Outgoing] = await self._write(partial(_take, now, until, count, size))
        return found

    async def settle(self, settlements: Sequence[Settlement], at: float) -> None:
        """Notes outcomes; see `Departures`."""
        await self._write(partial(_settle, tuple(settlements), at))

    async def expire(self, now: float, limit: int) -> int:
        """Deletes what is to be given up; see `Departures`."""
        gone: int = await self._write(partial(_expire, now, limit))
        return gone

    async def load(self) -> tuple[int, int]:
        """How many departures there are, and their bytes."""
        found: tuple[int, int] = await self._read(_load)
        return found


def _load(connection: sqlite3.Connection) -> tuple[int, int]:
    row = connection.execute("SELECT messages, bytes FROM outgoing_total").fetchone()
    return int(row[0]), int(row[1])


def _keep(
    departure: Departure, limits: OutgoingLimits, folder: Path, connection: sqlite3.Connection
) -> Placement:
    require_room(connection, folder)
    digest = departure.digest
    seen = connection.execute(
        "SELECT 1 FROM outgoing WHERE digest = ?1 UNION ALL SELECT 1 FROM gone WHERE digest = ?1", (digest,)
    ).fetchone()
    alike = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM outgoing WHERE next = ? LIMIT ?)",
        (departure.next, limits.per_next),
    ).fetchone()[0]
    placed = admitted(departure, limits, load=_load(connection), alike=alike, seen=seen is not None)
    if placed is not Placement.STORED:
        return placed
    lane = departure.next if departure.due <= departure.at else _own_lane()
    connection.execute(
        "INSERT INTO outgoing (lane, head, next, digest, due, ends, size, envelope) "
        "VALUES (?1, NOT EXISTS (SELECT 1 FROM outgoing WHERE lane = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
        (lane, departure.next, digest, departure.due, departure.ends, departure.size, departure.envelope),
    )
    _add(connection, 1, departure.size)
    return placed


def _own_lane() -> str:
    # the name of no DID
    return f"#{secrets.token_urlsafe(16)}"


def _add(connection: sqlite3.Connection, messages: int, size: int) -> None:
    connection.execute(
        "UPDATE outgoing_total SET messages = messages + ?, bytes = bytes + ?", (messages, size)
    )


def _take(now: float, until: float, count: int, size: int, connection: sqlite3.Connection) -> list[Outgoing]:
    rows = connection.execute(
        "SELECT seq, size FROM outgoing WHERE head = 1 AND due <= ? ORDER BY due, seq LIMIT ?", (now, count)
    ).fetchall()
    found: list[Outgoing] = []
    left = size
    for seq, length in rows:
        left -= length
        if found and left < 0:
            break
        row = connection.execute(
            "UPDATE outgoing SET due = ? WHERE seq = ? RETURNING seq, next, envelope, ends, attempts",
            (until, seq),
        ).fetchone()
        found.append(Outgoing(*row))
    return found


def _settle(settlements: tuple[Settlement, ...], at: float, connection: sqlite3.Connection) -> None:
    for each in settlements:
        if each.fate is Fate.LATER:
            _postpone(connection, each)
            continue
        row = connection.execute(
            "DELETE FROM outgoing WHERE seq = ? RETURNING lane, size, digest", (each.seq,)
        ).fetchone()
        if row is None:
            continue
        _add(connection, -1, -row[1])
        _promote(connection, row[0])
        if each.fate is Fate.SENT:
            connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (row[2], at + REMEMBERED))


def _postpone(connection: sqlite3.Connection, settlement: Settlement) -> None:
    row = connection.execute("SELECT lane FROM outgoing WHERE seq = ?", (settlement.seq,)).fetchone()
    if row is None:
        return
    connection.execute(
        "UPDATE outgoing SET due = ?, attempts = ?, lane = ? WHERE seq = ?",
        (settlement.due, settlement.attempts, _own_lane() if settlement.apart else row[0], settlement.seq),
    )
    _promote(connection, row[0])


def _promote(connection: sqlite3.Connection, lane: str) -> None:
    connection.execute(
        "UPDATE outgoing SET head = 1 WHERE seq = (SELECT min(seq) FROM outgoing WHERE lane = ?)", (lane,)
    )


def _expire(now: float, limit: int, connection: sqlite3.Connection) -> int:
    rows = connection.execute(
        "DELETE FROM outgoing WHERE seq IN (SELECT seq FROM outgoing WHERE ends <= ? LIMIT ?) "
        "RETURNING lane, size",
        (now, limit),
    ).fetchall()
    _add(connection, -len(rows), -sum(size for _, size in rows))
    for lane in {lane for lane, _ in rows}:
        _promote(connection, lane)
    return len(rows)
