"""Threads, relationships and records in entries of an Askar store."""

import json
from base64 import b64decode, b64encode
from dataclasses import fields
from typing import Any

from pydidcomm._core import short_form
from pydidcomm.protocols.thread import DONE, Thread
from pydidcomm.stores._askar_tree import POSITION_LEVELS, Tree, before_second, next_position, time_key
from pydidcomm.stores._askar_unit import Unit, digest
from pydidcomm.stores._expected import conflict
from pydidcomm.stores._parties import best_match, our_dids, their_dids
from pydidcomm.stores.records import Expected, NoThread, Record, Relationship

__all__ = [
    "find",
    "forget_record",
    "forget_threads",
    "is_unchanged",
    "record",
    "records",
    "relationship",
    "relationships",
    "store_record",
    "store_relationship",
    "store_thread",
    "thread",
    "wakes",
]


_THREADS = "agent/threads"
_WAKES = Tree.of_times("agent/threads/wakes")
_OVER = Tree.of_times("agent/threads/over")
_RELATIONSHIPS = "agent/relationships"
_LISTED = Tree("agent/relationships/listed", POSITION_LEVELS)
_PARTIES = "agent/parties"
_RECORDS = "agent/records"

_THREAD_MEMBERS = tuple(field.name for field in fields(Thread))
_TUPLES = ("languages", "our_history", "their_history")
_RELATIONSHIP_MEMBERS = tuple(field.name for field in fields(Relationship))


def _to_json(value: Any) -> Any:  # noqa: ANN401, a member of a record
    """A mapping as a dict, any other value unchanged; the content is JSON already."""
    return dict(value) if hasattr(value, "keys") else value


def _members(row: dict[str, Any]) -> dict[str, Any]:
    """The members of a record, with tuples where JSON has lists."""
    return {name: tuple(value) if name in _TUPLES else value for name, value in row.items()}


async def is_unchanged(unit: Unit, expected: Expected, by: str) -> bool:
    """Whether an expected record is unchanged; False if an earlier attempt of the same call has changed it.

    Raises:
        StoreConflictError: Another call has changed it.
    """
    found: Relationship | Thread | Record | None
    if isinstance(expected, Relationship):
        row = await unit.get(_RELATIONSHIPS, digest(expected.id))
        found = None if row is None else _relationship(row)[1]
    elif isinstance(expected, Thread | NoThread):
        row = await unit.get(_THREADS, digest(expected.peer, expected.protocol, expected.thid))
        found = None if row is None else _thread_of(row)
    else:
        row = await unit.get(_RECORDS, digest(expected.kind, expected.key))
        found = None if row is None else _record(expected.kind, row)
    error = conflict(expected, found)
    if error is None:
        return True
    # rows of an earlier version do not have `by`
    if row is not None and row.get("by") == by:
        return False
    raise error


async def store_thread(unit: Unit, thread: Thread, at: int, by: str) -> None:
    """Store a thread; `by` is the id of the call, which may be repeated if its outcome is unknown."""
    name = digest(thread.peer, thread.protocol, thread.thid)
    before: dict[str, Any] | None = await unit.get(_THREADS, name)
    if before is None:
        before = {"wake": None, "over": None, "position": await next_position(unit, "threads")}
    position = before["position"]
    over = time_key(at, position) if thread.state == DONE else None
    wake = None if thread.wake_at is None or over is not None else time_key(thread.wake_at, position)
    for tree, old, new in ((_WAKES, before["wake"], wake), (_OVER, before["over"], over)):
        if old != new:
            if old is not None:
                await tree.discard(unit, old, name)
            if new is not None:
                await tree.add(unit, new, name)
    members = {member: _to_json(getattr(thread, member)) for member in _THREAD_MEMBERS}
    # as text, so that a value that is not JSON raises before anything is written
    text = json.dumps(members)
    unit.put(_THREADS, name, {**before, "thread": text, "wake": wake, "over": over, "by": by})


def _thread_of(row: dict[str, Any]) -> Thread:
    return Thread(**_members(json.loads(row["thread"])))


async def _thread(unit: Unit, name: str) -> Thread | None:
    row = await unit.get(_THREADS, name)
    return None if row is None else _thread_of(row)


async def thread(unit: Unit, peer: str, protocol: str, thid: str) -> Thread | None:
    return await _thread(unit, digest(peer, protocol, thid))


async def wakes(unit: Unit, now: int, limit: int) -> list[Thread]:
    found = await _WAKES.first(unit, 0, before_second(now + 1), limit)
    threads = [await _thread(unit, name) for _, name in found]
    # another process may have stored the thread since the index was read
    return [one for one in threads if one is not None and one.wake_at is not None and one.state != DONE]


async def forget_threads(unit: Unit, before: int, most: int) -> int:
    """Remove at most `most` threads that are done."""
    found = await _OVER.first(unit, 0, before_second(before), most)
    for key, name in found:
        await _OVER.discard(unit, key, name)
        unit.put(_THREADS, name, None)
    return len(found)


def _parties(relationship: Relationship) -> set[str]:
    """The keys to find a relationship by: the peer's DIDs, because several may share a DID of ours."""
    if relationship.theirs is None:
        return {digest("invited", did) for did in our_dids(relationship)}
    return {digest("peer", did) for did in their_dids(relationship)}


async def store_relationship(unit: Unit, relationship: Relationship, by: str) -> None:
    name = digest(relationship.id)
    row = await unit.get(_RELATIONSHIPS, name)
    before: set[str] = set() if row is None else _parties(_relationship(row)[1])
    after = _parties(relationship)
    for party in sorted(before - after):
        names: list[str] = await unit.get(_PARTIES, party) or []
        unit.put(_PARTIES, party, [other for other in names if other != name] or None)
    for party in sorted(after - before):
        unit.put(_PARTIES, party, [*(await unit.get(_PARTIES, party) or []), name])
    position = row["position"] if row is not None else await next_position(unit, "relationships")
    if row is None:
        await _LISTED.set(unit, position, [name])
    members = {member: _to_json(getattr(relationship, member)) for member in _RELATIONSHIP_MEMBERS}
    unit.put(_RELATIONSHIPS, name, {"relationship": json.dumps(members), "position": position, "by": by})


def _relationship(row: dict[str, Any]) -> tuple[int, Relationship]:
    return row["position"], Relationship(**_members(json.loads(row["relationship"])))


async def relationship(unit: Unit, key: str) -> Relationship | None:
    row = await unit.get(_RELATIONSHIPS, digest(key))
    return None if row is None else _relationship(row)[1]


async def find(unit: Unit, ours: str, theirs: str | None) -> Relationship | None:
    kind, did = ("invited", ours) if theirs is None else ("peer", theirs)
    names: list[str] = await unit.get(_PARTIES, digest(kind, short_form(did))) or []
    rows = [await unit.get(_RELATIONSHIPS, name) for name in names]
    return best_match([_relationship(row) for row in rows if row is not None], ours, theirs)


async def relationships(unit: Unit, after: int, limit: int) -> list[tuple[int, Relationship]]:
    found = await _LISTED.first(unit, after + 1, None, limit)
    rows = [await unit.get(_RELATIONSHIPS, name) for _, name in found]
    return [_relationship(row) for row in rows if row is not None]


def _list(kind: str) -> Tree:
    return Tree(f"agent/records/{digest(kind)}/listed", POSITION_LEVELS)


async def store_record(unit: Unit, record: Record, by: str) -> None:
    name = digest(record.kind, record.key)
    row = await unit.get(_RECORDS, name)
    position = row["position"] if row is not None else await next_position(unit, "records")
    if row is None:
        await _list(record.kind).set(unit, position, [name])
    value = b64encode(record.value).decode()
    row = {"key": record.key, "value": value, "position": position, "by": by}
    unit.put(_RECORDS, name, row)


async def forget_record(unit: Unit, kind: str, key: str) -> None:
    name = digest(kind, key)
    row = await unit.get(_RECORDS, name)
    if row is not None:
        await _list(kind).set(unit, row["position"], [])
        unit.put(_RECORDS, name, None)


def _record(kind: str, row: dict[str, Any]) -> Record:
    return Record(kind=kind, key=row["key"], value=b64decode(row["value"]))


async def record(unit: Unit, kind: str, key: str) -> Record | None:
    row = await unit.get(_RECORDS, digest(kind, key))
    return None if row is None else _record(kind, row)


async def records(unit: Unit, kind: str, after: int, limit: int) -> list[tuple[int, Record]]:
    found = await _list(kind).first(unit, after + 1, None, limit)
    rows = [await unit.get(_RECORDS, name) for _, name in found]
    return [(row["position"], _record(kind, row)) for row in rows if row is not None]
