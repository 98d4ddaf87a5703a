"""Store a group of arrivals in SQLite with few statements.

Each step of a statement releases the GIL, and waits for the event loop to get it back. So the state for a
group is read as one row of JSON, and written by one statement. Group sizes are padded to powers of two, so
that few statements are compiled and cached.
"""

import errno
import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydidcomm.mediator import _routes as routes
from pydidcomm.mediator._names import key_of
from pydidcomm.mediator.placing import Route, decide, digests
from pydidcomm.mediator.records import Arrival, Limits, Placed

__all__ = ["place", "require_room"]


_RESERVE: Final = 16 * 1_048_576
"""Bytes that arrivals leave free on the disk: deletions write too, so a full disk would stay full."""

_ROUTES: Final = """
    SELECT json_group_array(json_array(asked.key, route.did, route.recipient))
    FROM json_each(?) AS asked JOIN route ON route.did = asked.value
"""
_QUEUED: Final = """
    SELECT json_group_array(json_array(id, queued, bytes)) FROM recipient
    WHERE id IN (SELECT value FROM json_each(?))
"""
_SEEN: Final = """
    SELECT json_group_array(json_array(recipient, hex(digest))) FROM (
        SELECT recipient, digest FROM message WHERE digest IN ({0})
        UNION ALL SELECT NULL, digest FROM gone WHERE digest IN ({0}))
"""
_INSERT: Final = """
    INSERT INTO message (id, recipient, route, digest, received, expires, size, envelope)
    SELECT * FROM (VALUES {0}) WHERE column1 IS NOT NULL
"""
_COLUMNS: Final = 8
_COUNT: Final = """
    UPDATE recipient
    SET queued = queued + json_extract(one.value, '$[1]'), bytes = bytes + json_extract(one.value, '$[2]')
    FROM json_each(?) AS one WHERE recipient.id = json_extract(one.value, '$[0]')
"""


def place(
    connection: sqlite3.Connection, arrivals: Sequence[Arrival], limits: Limits, folder: Path
) -> list[Placed]:
    """Store a group of arrivals; return the results in the same order.

    Raises:
        OSError: The disk has too little room.
    """
    require_room(connection, folder)
    found = _routes(connection, [each.next for each in arrivals])
    names = digests(arrivals, found)
    queued = _read(connection, _QUEUED, (json.dumps([route[1] for route in found if route is not None]),))
    seen = _find_known(connection, [name for name in names if name is not None])
    counters = {row[0]: (row[1], row[2]) for row in queued}
    group = decide(arrivals, found, names, counters, seen, limits)
    if group.rows:
        room = _room(len(group.rows))
        values: list[Any] = [value for row in group.rows for value in row]
        values += [None] * (_COLUMNS * (room - len(group.rows)))
        connection.execute(_INSERT.format(", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * room)), values)
    if group.totals:
        totals = [(recipient, *total) for recipient, total in group.totals.items()]
        connection.execute(_COUNT, (json.dumps(totals),))
    return group.placed


def require_room(connection: sqlite3.Connection, folder: Path) -> None:
    """Require free disk space, a reserve for deletions.

    Raises:
        OSError: The disk has too little room.
    """
    free = shutil.disk_usage(folder).free
    if free < _RESERVE:
        # free pages in the file count too
        query = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
        free += connection.execute(query).fetchone()[0]
    if free < _RESERVE:
        raise OSError(errno.ENOSPC, "the disk of the mediator has less than 16 MiB free")


def _routes(connection: sqlite3.Connection, names: list[str]) -> list[Route | None]:
    # SQLite may truncate text at U+0000
    keys = json.dumps([key_of(name) if name.isprintable() else "" for name in names])
    found: dict[int, Route] = {row[0]: (row[1], row[2]) for row in _read(connection, _ROUTES, (keys,))}
    # aliases are rare, so they are looked up one by one
    return [
        found.get(place) or (routes.find(connection, name) if name.isprintable() else None)
        for place, name in enumerate(names)
    ]


def _find_known(connection: sqlite3.Connection, names: list[bytes]) -> set[tuple[int | None, bytes]]:
    if not names:
        return set()
    room = _room(len(names))
    query = _SEEN.format(", ".join(f"?{place}" for place in range(1, room + 1)))
    values = [*names, *[None] * (room - len(names))]
    return {(row[0], bytes.fromhex(row[1])) for row in _read(connection, query, values)}


def _room(count: int) -> int:
    """Return the next power of two."""
    return 1 << (count - 1).bit_length()


def _read(connection: sqlite3.Connection, query: str, values: Sequence[object]) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(connection.execute(query, values).fetchone()[0])
    return rows
