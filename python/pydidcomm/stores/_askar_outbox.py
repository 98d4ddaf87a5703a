"""The outbox in entries of an Askar store."""

from base64 import b64decode, b64encode
from dataclasses import fields
from typing import Any

from pydidcomm.stores._askar_lanes import LaneQueue
from pydidcomm.stores._askar_tree import POSITION_LEVELS, Tree, before_second, next_position, time_key
from pydidcomm.stores._askar_unit import Unit, digest
from pydidcomm.stores.records import CLOCK_SECONDS, OutboxItem, OutboxState

__all__ = ["add", "claim", "due", "forget", "read_outgoing", "settle"]


_ROWS = "agent/outbox"
_QUEUE = LaneQueue("outbox")
_AT_ONCE = Tree("agent/outbox/at-once", POSITION_LEVELS)
"""The first messages of their lanes without a time, by position."""
_LATER = Tree.of_times("agent/outbox/later")
"""The messages with a time, by time."""
_TIMED = Tree.of_times("agent/outbox/timed")
"""The messages whose time was stored by `settle`, by when it was stored."""
_OVER = Tree.of_times("agent/outbox/over")

_MEMBERS = tuple(field.name for field in fields(OutboxItem) if field.name != "message")


async def _row(unit: Unit, name: str) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await unit.get(_ROWS, digest(name))
    return row


def _item(row: dict[str, Any]) -> OutboxItem:
    return OutboxItem(message=b64decode(row["message"]), **{name: row[name] for name in _MEMBERS})


async def add(unit: Unit, item: OutboxItem, at: int) -> None:
    if await unit.get(_ROWS, digest(item.id), is_new=True) is not None:
        return
    row = {name: getattr(item, name) for name in _MEMBERS}
    row |= {
        "message": b64encode(item.message).decode(),
        "position": await next_position(unit, "outbox"),
        "scheduled": None,
        "timed": None,
        "over": None,
    }
    if item.state == "waiting":
        await _wait(unit, row)
    else:
        await _finish(unit, row, at)


async def _wait(unit: Unit, row: dict[str, Any]) -> None:
    first = await _QUEUE.append(unit, row["position"], row["id"], row["lane"], None)
    if first:
        await _schedule(unit, row)
    else:
        unit.put(_ROWS, digest(row["id"]), {**row, "scheduled": None})


async def _schedule(unit: Unit, row: dict[str, Any]) -> None:
    """Put a message into the index of its time."""
    key = row["position"]
    if row["next_at"] > 0:
        key = time_key(row["next_at"], row["position"])
    await (_LATER if row["next_at"] > 0 else _AT_ONCE).add(unit, key, [row["position"], row["id"]])
    if row.get("timed") is not None:
        await _TIMED.add(unit, row["timed"], [row["position"], row["id"]])
    unit.put(_ROWS, digest(row["id"]), {**row, "scheduled": key})


async def _finish(unit: Unit, row: dict[str, Any], at: int) -> None:
    key = time_key(at, row["position"])
    await _OVER.add(unit, key, row["id"])
    unit.put(_ROWS, digest(row["id"]), {**row, "scheduled": None, "over": key})


async def _take_back(unit: Unit, row: dict[str, Any]) -> None:
    """Remove a message from every index."""
    if row["scheduled"] is not None:
        tree = _LATER if row["next_at"] > 0 else _AT_ONCE
        await tree.discard(unit, row["scheduled"], [row["position"], row["id"]])
        if row.get("timed") is not None:
            await _TIMED.discard(unit, row["timed"], [row["position"], row["id"]])
    if row["over"] is not None:
        await _OVER.discard(unit, row["over"], row["id"])


async def settle(  # noqa: PLR0913, PLR0917, those of the method
    unit: Unit, name: str, state: OutboxState, attempts: int, next_at: int | None, error: str | None, at: int
) -> None:
    row = await _row(unit, name)
    if row is None or row["state"] == "acknowledged":
        return
    await _take_back(unit, row)
    after = {
        **row,
        "state": state,
        "attempts": attempts,
        "next_at": next_at or 0,
        "error": error,
        "timed": time_key(at, row["position"]) if next_at else None,
        "scheduled": None,
        "over": None,
        "claim": None,
    }
    if state == "waiting" and row["state"] == "waiting":
        # it keeps its place; only the first message of a lane is in an index
        if row["scheduled"] is None:
            unit.put(_ROWS, digest(name), after)
        else:
            await _schedule(unit, after)
        return
    if row["state"] == "waiting":
        head, _ = await _QUEUE.leave(unit, row["position"])
        following = None if head is None else await _row(unit, head)
        if following is not None:
            await _schedule(unit, following)
    if state == "waiting":
        await _wait(unit, after)
    elif state == "sent" and next_at is not None:
        await _schedule(unit, after)
    else:
        await _finish(unit, after, at)


def _set_back_since(now: int) -> int:
    """The first key in `_TIMED` of a time that no clock shows yet, unless it was set back."""
    return before_second(now + CLOCK_SECONDS + 1)


def _was_set_back(row: dict[str, Any], now: int) -> bool:
    return (row.get("timed") or 0) >= _set_back_since(now)


async def claim(unit: Unit, name: str, by: str, now: int, until: int) -> bool:
    """Claim a message; False if it is not due, or another process has claimed it."""
    row = await _row(unit, name)
    if row is None or row["scheduled"] is None or (row["next_at"] > now and not _was_set_back(row, now)):
        return False
    holder, end = row.get("claim") or (by, 0)
    if holder != by and now < end <= until + CLOCK_SECONDS:
        return False
    unit.put(_ROWS, digest(name), {**row, "claim": [by, until]})
    return True


async def due(unit: Unit, now: int, limit: int) -> list[OutboxItem]:
    found = [value for _, value in await _AT_ONCE.first(unit, 0, None, limit)]
    # messages with a time were mostly tried before, and are older: sort both kinds together
    found += [value for _, value in await _LATER.first(unit, 0, before_second(now + 1), limit)]
    found += [value for _, value in await _TIMED.first(unit, _set_back_since(now), None, limit)]
    rows = [await _row(unit, name) for _, name in sorted(found)[:limit]]
    # another process may have settled the message since the index was read
    return [_item(row) for row in rows if row is not None and row["scheduled"] is not None]


async def read_outgoing(unit: Unit, name: str) -> OutboxItem | None:
    row = await _row(unit, name)
    return None if row is None else _item(row)


async def forget(unit: Unit, before: int, most: int) -> int:
    """Remove at most `most` settled messages."""
    found = await _OVER.first(unit, 0, before_second(before), most)
    for key, name in found:
        await _OVER.discard(unit, key, name)
        unit.put(_ROWS, digest(name), None)
    return len(found)
