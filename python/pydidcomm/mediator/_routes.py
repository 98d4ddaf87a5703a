"""Grants and routes in SQLite: which recipient owns a DID, and which route a forward takes."""

import sqlite3

from pydidcomm.mediator._names import MOVES, key_of, move_of
from pydidcomm.mediator.records import Action, Move, Recipient, RouteChange, RouteResult

__all__ = ["change", "find", "grant", "move", "moves", "page", "recipient", "registered_did"]


def find(connection: sqlite3.Connection, name: str) -> tuple[str, int] | None:
    """Return the route of the `next` of a forward, by its DID or by an alias of a registered DID."""
    row = connection.execute("SELECT did, recipient FROM route WHERE did = ?", (key_of(name),)).fetchone()
    if row is None:
        row = connection.execute(
            "SELECT r.did, r.recipient FROM route_name AS n JOIN route AS r USING (did) "
            "WHERE n.name IN (?, ?)",
            (name, key_of(name)),
        ).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def recipient(did: str, connection: sqlite3.Connection) -> Recipient | None:
    """Return the recipient of a DID, or None."""
    row = connection.execute(
        "SELECT id, did, granted FROM recipient WHERE did = ?", (key_of(did),)
    ).fetchone()
    return None if row is None else Recipient(id=row[0], did=row[1], granted=row[2])


def grant(did: str, at: float, names: tuple[str, ...], connection: sqlite3.Connection) -> Recipient:
    """Return the recipient of a DID; create it on first use.

    A route of another recipient for the DID moves to this one, which has authenticated with the DID.
    """
    key = key_of(did)
    connection.execute("INSERT OR IGNORE INTO recipient (did, granted) VALUES (?, ?)", (key, at))
    row = connection.execute("SELECT id, granted FROM recipient WHERE did = ?", (key,)).fetchone()
    found = Recipient(id=row[0], did=key, granted=row[1])
    connection.execute(
        "UPDATE route SET recipient = ?1, proved = 1 WHERE did = ?2 AND recipient <> ?1", (found.id, key)
    )
    _prove(connection, found, key, names)
    return found


def move(old: str, new: str, at: float, names: tuple[str, ...], connection: sqlite3.Connection) -> bool:
    """Move grant, routes and queue from `old` to `new`; return False if `old` has no grant."""
    before = recipient(old, connection)
    if before is None or key_of(old) == key_of(new):
        return False
    after = recipient(new, connection)
    if after is None:
        connection.execute("UPDATE recipient SET did = ? WHERE id = ?", (key_of(new), before.id))
        grant(new, at, names, connection)
        _note_move(before, before.id, new, at, connection)
        return True
    for table in ("route", "message"):
        connection.execute(
            f"UPDATE OR IGNORE {table} SET recipient = ? WHERE recipient = ?",  # noqa: S608, of constants
            (after.id, before.id),
        )
    # the rows that remain are repeats of envelopes that both had
    connection.execute("DELETE FROM message WHERE recipient = ?", (before.id,))
    connection.execute("UPDATE parked SET recipient = ? WHERE recipient = ?", (after.id, before.id))
    connection.execute("UPDATE moved SET recipient = ? WHERE recipient = ?", (after.id, before.id))
    _note_move(before, after.id, new, at, connection)
    connection.execute("DELETE FROM recipient WHERE id = ?", (before.id,))
    connection.execute(
        "UPDATE recipient SET (queued, bytes) = "
        "(SELECT count(*), coalesce(sum(size), 0) FROM message WHERE recipient = ?1) WHERE id = ?1",
        (after.id,),
    )
    return True


def _note_move(before: Recipient, after: int, new: str, at: float, connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO moved (old, old_did, recipient, did, at) VALUES (?, ?, ?, ?, ?)",
        (before.id, before.did, after, new, at),
    )


def moves(after: int, connection: sqlite3.Connection) -> list[Move]:
    """Return rotations after a sequence number."""
    return [move_of(row) for row in connection.execute(MOVES.format(after="?"), (after,))]


def change(
    owner: Recipient, changes: tuple[RouteChange, ...], at: float, most: int, connection: sqlite3.Connection
) -> list[RouteResult]:
    """Register and remove DIDs, in order."""
    count = connection.execute("SELECT count(*) FROM route WHERE recipient = ?", (owner.id,)).fetchone()[0]
    results: list[RouteResult] = []
    for each in changes:
        if each.action is Action.REMOVE:
            result = _remove(connection, owner, each)
        elif count >= most:
            result = _full(connection, owner, each)
        else:
            result = _add(connection, owner, each, at)
        if result is RouteResult.SUCCESS:
            count += 1 if each.action is Action.ADD else -1
        results.append(result)
    return results


def _add(connection: sqlite3.Connection, owner: Recipient, change: RouteChange, at: float) -> RouteResult:
    key = key_of(change.did)
    proved = key == owner.did or key in change.proved
    row = connection.execute("SELECT recipient FROM route WHERE did = ?", (key,)).fetchone()
    if row is not None and row[0] == owner.id:
        return RouteResult.NO_CHANGE
    others = connection.execute(
        "SELECT 1 FROM recipient WHERE did = ? AND id <> ?", (key, owner.id)
    ).fetchone()
    # the DID may be an alias of a DID that another recipient has registered
    named = connection.execute(
        "SELECT 1 FROM route_name AS n JOIN route AS r USING (did) WHERE n.name = ? AND r.recipient <> ?",
        (key, owner.id),
    ).fetchone()
    # the first registration wins, except over a verified DID
    if not proved and (row is not None or others is not None or named is not None):
        return RouteResult.CLIENT_ERROR
    connection.execute(
        "INSERT INTO route (did, recipient, shown, proved, added) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (did) DO UPDATE SET recipient = excluded.recipient, proved = 1",
        (key, owner.id, change.did, proved, at),
    )
    _name(connection, key, change.names)
    _prove(connection, owner, key, change.proved)
    return RouteResult.SUCCESS


def _full(connection: sqlite3.Connection, owner: Recipient, change: RouteChange) -> RouteResult:
    known = connection.execute(
        "SELECT 1 FROM route WHERE did = ? AND recipient = ?", (key_of(change.did), owner.id)
    ).fetchone()
    return RouteResult.NO_CHANGE if known else RouteResult.CLIENT_ERROR


def _remove(connection: sqlite3.Connection, owner: Recipient, change: RouteChange) -> RouteResult:
    gone = connection.execute(
        "DELETE FROM route WHERE did = ? AND recipient = ?", (key_of(change.did), owner.id)
    )
    return RouteResult.SUCCESS if gone.rowcount else RouteResult.NO_CHANGE


def _name(connection: sqlite3.Connection, key: str, names: tuple[str, ...]) -> None:
    # an alias stays with its first route
    connection.executemany(
        "INSERT OR IGNORE INTO route_name (name, did) VALUES (?, ?)", [(name, key) for name in names]
    )


def _prove(connection: sqlite3.Connection, owner: Recipient, key: str, names: tuple[str, ...]) -> None:
    """Move verified aliases to the route, and unverified routes of these names to its recipient."""
    for name in names:
        connection.execute(
            "UPDATE route SET recipient = ?1, proved = 1 WHERE did = ?2 AND recipient <> ?1 AND proved = 0",
            (owner.id, name),
        )
        connection.execute(
            "INSERT INTO route_name (name, did) SELECT ?, did FROM route WHERE did = ? AND recipient = ? "
            "ON CONFLICT (name) DO UPDATE SET did = excluded.did",
            (name, key, owner.id),
        )


def page(owner: Recipient, offset: int, limit: int, connection: sqlite3.Connection) -> tuple[list[str], int]:
    """Return a page of the registered DIDs, in the order of registration, and their total number."""
    count = connection.execute("SELECT count(*) FROM route WHERE recipient = ?", (owner.id,)).fetchone()[0]
    rows = connection.execute(
        "SELECT shown FROM route WHERE recipient = ? ORDER BY added, did LIMIT ? OFFSET ?",
        (owner.id, limit, offset),
    )
    return [row[0] for row in rows], count


def registered_did(owner: Recipient, name: str, connection: sqlite3.Connection) -> str | None:
    """Return the registered DID of the recipient for a DID or alias, or None."""
    route = find(connection, name)
    if route is None or route[1] != owner.id:
        return None
    row = connection.execute("SELECT shown FROM route WHERE did = ?", (route[0],)).fetchone()
    return str(row[0])
