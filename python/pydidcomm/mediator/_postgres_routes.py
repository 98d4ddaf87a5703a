"""Grants and routes in PostgreSQL. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from typing import Any, Final

from pydidcomm.mediator._names import MOVES, key_of, move_of
from pydidcomm.mediator.records import Action, Move, Recipient, RouteChange, RouteResult

__all__ = ["FIND", "change", "grant", "move", "moves", "page", "recipient", "registered_did"]


FIND: Final = """
    SELECT asked.position, coalesce(direct.did, named.did) AS did,
           coalesce(direct.recipient, named.recipient) AS recipient
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (name, key, position)
    LEFT JOIN route AS direct ON direct.did = asked.key
    LEFT JOIN LATERAL (
        SELECT route.did, route.recipient FROM route_name JOIN route USING (did)
        WHERE route_name.name IN (asked.name, asked.key) LIMIT 1) AS named ON direct.did IS NULL
    ORDER BY asked.position
"""
"""The routes of names ($1) with their lookup keys ($2): by the DID, or by an alias of a registered DID."""

_MOVES_LOCK: Final = 0x6D6F7665
"""The advisory lock that a rotation holds until its commit."""


async def recipient(connection: Any, did: str) -> Recipient | None:  # noqa: ANN401, of asyncpg
    """Return the recipient of a DID, or None."""
    row = await connection.fetchrow("SELECT id, did, granted FROM recipient WHERE did = $1", key_of(did))
    return None if row is None else Recipient(id=row[0], did=row[1], granted=row[2])


async def grant(connection: Any, did: str, at: float, names: Sequence[str]) -> Recipient:  # noqa: ANN401
    """Return the recipient of a DID; create it on first use.

    A route of another recipient for the DID moves to this one, which has authenticated with the DID.
    """
    key = key_of(did)
    await connection.execute(
        "INSERT INTO recipient (did, granted) VALUES ($1, $2) ON CONFLICT DO NOTHING", key, at
    )
    row = await connection.fetchrow("SELECT id, granted FROM recipient WHERE did = $1", key)
    found = Recipient(id=row[0], did=key, granted=row[1])
    await connection.execute(
        "UPDATE route SET recipient = $1, proved = TRUE WHERE did = $2 AND recipient <> $1", found.id, key
    )
    await _prove(connection, found, key, names)
    return found


async def move(connection: Any, old: str, new: str, at: float, names: Sequence[str]) -> bool:  # noqa: ANN401
    """Move grant, routes and queue from `old` to `new`; return False if `old` has no grant."""
    before = await recipient(connection, old)
    if before is None or key_of(old) == key_of(new):
        return False
    after = await recipient(connection, new)
    if after is None:
        await connection.execute("UPDATE recipient SET did = $1 WHERE id = $2", key_of(new), before.id)
        await grant(connection, new, at, names)
        await _note_move(connection, before, before.id, new, at)
        return True
    await connection.execute("UPDATE route SET recipient = $1 WHERE recipient = $2", after.id, before.id)
    # delete repeats of envelopes that both had
    await connection.execute(
        "DELETE FROM message AS mine USING message AS theirs "
        "WHERE mine.recipient = $2 AND theirs.recipient = $1 AND mine.digest = theirs.digest",
        after.id,
        before.id,
    )
    await connection.execute("UPDATE message SET recipient = $1 WHERE recipient = $2", after.id, before.id)
    await connection.execute("UPDATE parked SET recipient = $1 WHERE recipient = $2", after.id, before.id)
    await connection.execute("UPDATE moved SET recipient = $1 WHERE recipient = $2", after.id, before.id)
    await connection.execute("DELETE FROM recipient WHERE id = $1", before.id)
    await connection.execute(
        "UPDATE recipient SET (queued, bytes) = "
        "(SELECT count(*), coalesce(sum(size), 0) FROM message WHERE recipient = $1) WHERE id = $1",
        after.id,
    )
    # last, as transactions that hold row locks may wait for its lock
    await _note_move(connection, before, after.id, new, at)
    return True


async def _note_move(connection: Any, before: Recipient, after: int, new: str, at: float) -> None:  # noqa: ANN401
    # the lock makes rotations commit in the order of their sequence numbers
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _MOVES_LOCK)
    await connection.execute(
        "INSERT INTO moved (old, old_did, recipient, did, at) VALUES ($1, $2, $3, $4, $5)",
        before.id,
        before.did,
        after,
        new,
        at,
    )


async def moves(connection: Any, after: int) -> list[Move]:  # noqa: ANN401
    """Return rotations after a sequence number."""
    return [move_of(row) for row in await connection.fetch(MOVES.format(after="$1"), after)]


async def change(
    connection: Any,  # noqa: ANN401, of asyncpg
    owner: Recipient,
    changes: Sequence[RouteChange],
    at: float,
    most: int,
) -> list[RouteResult]:
    """Register and remove DIDs, in order."""
    # serializes requests of one recipient, so that the limit on its routes holds
    await connection.execute("SELECT 1 FROM recipient WHERE id = $1 FOR UPDATE", owner.id)
    count = await connection.fetchval("SELECT count(*) FROM route WHERE recipient = $1", owner.id)
    results: list[RouteResult] = []
    for each in changes:
        if each.action is Action.REMOVE:
            result = await _remove(connection, owner, each)
        else:
            result = await _add(connection, owner, each, at, full=count >= most)
        if result is RouteResult.SUCCESS:
            count += 1 if each.action is Action.ADD else -1
        results.append(result)
    return results


async def _add(
    connection: Any,  # noqa: ANN401, of asyncpg
    owner: Recipient,
    change: RouteChange,
    at: float,
    *,
    full: bool,
) -> RouteResult:
    key = key_of(change.did)
    proved = key == owner.did or key in change.proved
    registered = await connection.fetchval("SELECT recipient FROM route WHERE did = $1", key)
    if registered == owner.id:
        return RouteResult.NO_CHANGE
    other = await connection.fetchval("SELECT 1 FROM recipient WHERE did = $1 AND id <> $2", key, owner.id)
    # the DID may be an alias of a DID that another recipient has registered
    named = await connection.fetchval(
        "SELECT 1 FROM route_name JOIN route USING (did) WHERE name = $1 AND recipient <> $2", key, owner.id
    )
    # the first registration wins, except over a verified DID
    if full or (not proved and (registered is not None or other is not None or named is not None)):
        return RouteResult.CLIENT_ERROR
    winner = await connection.fetchval(
        "INSERT INTO route (did, recipient, shown, proved, added) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (did) DO UPDATE SET recipient = excluded.recipient, proved = TRUE "
        "WHERE excluded.proved RETURNING recipient",
        key,
        owner.id,
        change.did,
        proved,
        at,
    )
    if winner != owner.id:
        # another process has registered the DID meanwhile
        return RouteResult.CLIENT_ERROR
    await _name(connection, key, change.names)
    await _prove(connection, owner, key, change.proved)
    return RouteResult.SUCCESS


async def _remove(connection: Any, owner: Recipient, change: RouteChange) -> RouteResult:  # noqa: ANN401
    gone = await connection.fetchval(
        "DELETE FROM route WHERE did = $1 AND recipient = $2 RETURNING did", key_of(change.did), owner.id
    )
    return RouteResult.NO_CHANGE if gone is None else RouteResult.SUCCESS


async def _name(connection: Any, key: str, names: Sequence[str]) -> None:  # noqa: ANN401
    # an alias stays with its first route
    await connection.execute(
        "INSERT INTO route_name (name, did) SELECT name, did FROM unnest($1::text[]) AS name, route "
        "WHERE did = $2 ON CONFLICT DO NOTHING",
        list(names),
        key,
    )


async def _prove(connection: Any, owner: Recipient, key: str, names: Sequence[str]) -> None:  # noqa: ANN401
    """Move verified aliases to the route, and unverified routes of these names to its recipient."""
    for name in names:
        await connection.execute(
            "UPDATE route SET recipient = $1, proved = TRUE "
            "WHERE did = $2 AND recipient <> $1 AND NOT proved",
            owner.id,
            name,
        )
        await connection.execute(
            "INSERT INTO route_name (name, did) SELECT $1, did FROM route WHERE did = $2 AND recipient = $3 "
            "ON CONFLICT (name) DO UPDATE SET did = excluded.did",
            name,
            key,
            owner.id,
        )


async def page(
    connection: Any,  # noqa: ANN401, of asyncpg
    owner: Recipient,
    offset: int,
    limit: int,
) -> tuple[list[str], int]:
    """Return a page of the registered DIDs, in the order of registration, and their total number."""
    count = await connection.fetchval("SELECT count(*) FROM route WHERE recipient = $1", owner.id)
    rows = await connection.fetch(
        "SELECT shown FROM route WHERE recipient = $1 ORDER BY added, did LIMIT $2 OFFSET $3",
        owner.id,
        limit,
        offset,
    )
    return [row[0] for row in rows], count


async def registered_did(connection: Any, owner: Recipient, name: str) -> str | None:  # noqa: ANN401
    """Return the registered DID of the recipient for a DID or alias, or None."""
    row = await connection.fetchrow(FIND, [name], [key_of(name)])
    if row["recipient"] != owner.id:
        return None
    shown: str = await connection.fetchval("SELECT shown FROM route WHERE did = $1", row["did"])
    return shown
