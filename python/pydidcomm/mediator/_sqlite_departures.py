"""Departures in SQLite. The departures of a lane are sent in order; its head is the next one."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydidcomm.mediator._command_thread import Run
from pydidcomm.mediator._names import CLOCK_SECONDS, REMEMBERED, own_lane
from pydidcomm.mediator._sqlite_placing import require_room
from pydidcomm.mediator.departures import (
    Departure,
    Fate,
    Outgoing,
    OutgoingLimits,
    Settlement,
    decide_placement,
    has_share,
)
from pydidcomm.mediator.records import Placement

__all__ = ["SqliteDepartures"]


class SqliteDepartures:
    """The queue of departures; implements `Departures`."""

    def __init__(self, write: Run, read: Run, folder: Path) -> None:
        self._write = write
        self._read = read
        self._folder = folder

    async def keep(self, departure: Departure, limits: OutgoingLimits) -> Placement:
        """Store a departure; see `Departures`."""
        placed: Placement = await self._write(partial(_keep, departure, limits, self._folder))
        return placed

    async def take(self, now: float, until: float, count: int, size: int) -> list[Outgoing]:
        """Take the departures that are due; see `Departures`."""
        found: list[Outgoing] = await self._write(partial(_take, now, until, count, size))
        return found

    async def settle(self, settlements: Sequence[Settlement], at: float, limits: OutgoingLimits) -> int:
        """Store outcomes; see `Departures`."""
        crowded: int = await self._write(partial(_settle, tuple(settlements), at, limits))
        return crowded

    async def expire(self, now: float, limit: int) -> int:
        """Delete expired departures; see `Departures`."""
        gone: int = await self._write(partial(_expire, now, limit))
        return gone

    async def load(self) -> tuple[int, int]:
        """Return the number of departures, and of their bytes."""
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
    unresolved = _count_departures(connection) if _is_unresolved(departure.next, connection) else None
    placed = decide_placement(
        departure,
        limits,
        load=_load(connection),
        alike=alike,
        seen=seen is not None,
        unresolved=unresolved,
    )
    if placed is not Placement.STORED:
        return placed
    lane = departure.next if departure.due <= departure.at else own_lane()
    connection.execute(
        "INSERT INTO outgoing (lane, head, next, digest, due, ends, size, envelope, unresolved, timed) "
        "VALUES (?1, NOT EXISTS (SELECT 1 FROM outgoing WHERE lane = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            lane,
            departure.next,
            digest,
            departure.due,
            departure.ends,
            departure.size,
            departure.envelope,
            unresolved is not None,
            departure.timed,
        ),
    )
    _add(connection, 1, departure.size)
    return placed


def _add(connection: sqlite3.Connection, messages: int, size: int) -> None:
    connection.execute(
        "UPDATE outgoing_total SET messages = messages + ?, bytes = bytes + ?", (messages, size)
    )


def _take(now: float, until: float, count: int, size: int, connection: sqlite3.Connection) -> list[Outgoing]:
    rows = connection.execute(
        "SELECT seq, size FROM outgoing WHERE head = 1 AND due <= ? ORDER BY due, seq LIMIT ?", (now, count)
    ).fetchall()
    rows += connection.execute(
        "SELECT seq, size FROM outgoing WHERE head = 1 AND timed > ? AND due > ? ORDER BY seq LIMIT ?",
        (now + CLOCK_SECONDS, now, count - len(rows)),
    ).fetchall()
    found: list[Outgoing] = []
    left = size
    for seq, length in rows:
        left -= length
        if found and left < 0:
            break
        row = connection.execute(
            "UPDATE outgoing SET due = ?, timed = ? WHERE seq = ? "
            "RETURNING seq, next, envelope, ends, attempts",
            (until, now, seq),
        ).fetchone()
        found.append(Outgoing(*row))
    return found


def _settle(
    settlements: tuple[Settlement, ...], at: float, limits: OutgoingLimits, connection: sqlite3.Connection
) -> int:
    crowded = 0
    for each in settlements:
        row = connection.execute(
            "SELECT next, unresolved, lane, size, digest FROM outgoing WHERE seq = ?", (each.seq,)
        ).fetchone()
        if row is None:
            continue
        to, unresolved, lane, size, digest = row
        if each.resolved and unresolved:
            connection.execute("UPDATE outgoing SET unresolved = 0 WHERE next = ?", (to,))
        if each.fate is Fate.LATER:
            if each.resolved is not False or unresolved or _count_unresolved(to, limits, connection):
                _postpone(connection, each, lane, at)
                continue
            crowded += 1
        connection.execute("DELETE FROM outgoing WHERE seq = ?", (each.seq,))
        _add(connection, -1, -size)
        _promote(connection, lane)
        if each.fate is Fate.SENT:
            connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (digest, at + REMEMBERED))
    return crowded


def _postpone(connection: sqlite3.Connection, settlement: Settlement, lane: str, at: float) -> None:
    connection.execute(
        "UPDATE outgoing SET due = ?, timed = ?, attempts = ?, lane = ? WHERE seq = ?",
        (settlement.due, at, settlement.attempts, own_lane() if settlement.apart else lane, settlement.seq),
    )
    _promote(connection, lane)


def _is_unresolved(to: str, connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT unresolved FROM outgoing WHERE next = ? LIMIT 1", (to,)).fetchone()
    return row is not None and bool(row[0])


def _count_departures(connection: sqlite3.Connection) -> tuple[int, int]:
    row = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM outgoing WHERE unresolved = 1"
    ).fetchone()
    return int(row[0]), int(row[1])


def _count_unresolved(to: str, limits: OutgoingLimits, connection: sqlite3.Connection) -> bool:
    """Count the departures for a `next` as unresolved if the share has room; return whether it has."""
    these = connection.execute("SELECT count(*), sum(size) FROM outgoing WHERE next = ?", (to,)).fetchone()
    if not has_share(limits, _count_departures(connection), these):
        return False
    connection.execute("UPDATE outgoing SET unresolved = 1 WHERE next = ?", (to,))
    return True


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
