"""The inbox in entries of an Askar store."""

from base64 import b64decode, b64encode
from contextlib import aclosing
from typing import Any

from pydidcomm.stores._askar_lanes import LaneQueue
from pydidcomm.stores._askar_tree import POSITION_LEVELS, Tree, before_second, count, next_position, time_key
from pydidcomm.stores._askar_unit import STATE, Unit, digest
from pydidcomm.stores._expected import not_first, not_waiting
from pydidcomm.stores.records import CLOCK_SECONDS, InboxItem, Incoming

__all__ = ["accept", "claim", "finish", "forget", "park", "postpone", "read_parked", "read_waiting", "replay"]


_ROWS = "agent/inbox"
_QUEUE = LaneQueue("inbox")
_PARKED = Tree("agent/inbox/parked", POSITION_LEVELS)
_EXPIRING = Tree.of_times("agent/inbox/expiring")
_OVER = Tree.of_times("agent/inbox/over")

_OWN = {"position", "by", "body", "claim"}
"""Members of a row that an `InboxItem` does not have, or has in another form."""

_Found = list[tuple[int, InboxItem]]


async def _row(unit: Unit, key: str) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await unit.get(_ROWS, digest(key))
    return row


def _put(unit: Unit, row: dict[str, Any], **members: Any) -> None:  # noqa: ANN401, JSON
    unit.put(_ROWS, digest(row["key"]), {**row, **members})


def _item(row: dict[str, Any]) -> InboxItem:
    members = {name: value for name, value in row.items() if name not in _OWN}
    return InboxItem(body=b64decode(row["body"]), **members)


async def accept(unit: Unit, incoming: Incoming, by: str) -> bool:
    """Store a message; `by` is the id of the call, which may be repeated if its outcome is unknown."""
    before: dict[str, Any] | None = await unit.get(_ROWS, digest(incoming.key), is_new=True)
    if before is not None:
        return bool(before["by"] == by)
    row = {
        "key": incoming.key,
        "lane": incoming.lane,
        "body": b64encode(incoming.received).decode(),
        "at": incoming.at,
        "relationship": incoming.relationship,
        "attempts": 0,
        "next_at": 0,
        "state": "waiting",
        "error": None,
        "expires": incoming.expires,
        "by": by,
    }
    position = await _append(unit, row)
    if incoming.expires is not None:
        await _EXPIRING.add(unit, time_key(incoming.expires, position), incoming.key)
    return True


async def _append(unit: Unit, row: dict[str, Any]) -> int:
    position = await next_position(unit, "inbox")
    _put(unit, row, position=position)
    await _QUEUE.append(unit, position, row["key"], row["lane"], row["expires"])
    return position


async def _leave(unit: Unit, row: dict[str, Any]) -> None:
    _, was_held = await _QUEUE.leave(unit, row["position"])
    if was_held:
        await count(unit, "held", -1)
    if row["expires"] is not None:
        await _EXPIRING.discard(unit, time_key(row["expires"], row["position"]), row["key"])


async def finish(unit: Unit, key: str, at: int, by: str) -> bool:
    """Mark a message as done; False if an earlier attempt of the same call has done it."""
    row = await _row(unit, key)
    if row is None or row["state"] != "waiting":
        if row is not None and row["state"] == "done" and row["by"] == by:
            return False
        state = "not in the inbox" if row is None else row["state"]
        raise not_waiting(state)
    if not await _QUEUE.is_first(unit, row["position"], row["lane"], at):
        raise not_first()
    await _leave(unit, row)
    # the key is enough to recognize a repeat
    _put(unit, row, state="done", body="", error=None, by=by, claim=None)
    await _OVER.add(unit, time_key(at, row["position"]), key)
    return True


async def claim(unit: Unit, key: str, by: str, now: int, until: int) -> bool:
    """Claim a message; False if another process has claimed it, or it is not the first of its lane."""
    row = await _row(unit, key)
    if row is None or row["state"] != "waiting":
        return False
    holder, end = row.get("claim") or (by, 0)
    if holder != by and now < end <= until + CLOCK_SECONDS:
        return False
    if not await _QUEUE.is_first(unit, row["position"], row["lane"], now):
        return False
    _put(unit, row, claim=[by, until])
    return True


async def postpone(  # noqa: PLR0913, PLR0917, those of the verb
    unit: Unit, key: str, attempts: int, next_at: int, error: str | None, at: int
) -> None:
    row = await _row(unit, key)
    lane = None if row is None else await _QUEUE.lane(unit, row["lane"])
    if row is None or lane is None or row["state"] != "waiting":
        return
    place = str(row["position"])
    if place not in lane.held:
        await count(unit, "held", 1)
    held = {**lane.held, place: (next_at, row["expires"], at)}
    _QUEUE.put_lane(unit, row["lane"], type(lane)(lane.first, lane.last, held))
    _put(unit, row, attempts=attempts, next_at=next_at, error=error, claim=None)


async def park(unit: Unit, key: str, error: str) -> None:
    row = await _row(unit, key)
    if row is not None and row["state"] == "waiting":
        await _leave(unit, row)
        _put(unit, row, state="parked", error=error, claim=None)
        await _PARKED.set(unit, row["position"], [key])


async def read_parked(unit: Unit, after: int, limit: int) -> _Found:
    found: _Found = []
    async with aclosing(_PARKED.between(unit, after + 1)) as places:
        async for position, key in places:
            row = await _row(unit, key)
            if row is not None and row["state"] == "parked":
                found.append((position, _item(row)))
                if len(found) == limit:
                    break
    return found


async def replay(unit: Unit, key: str) -> bool:
    row = await _row(unit, key)
    if row is None or row["state"] != "parked":
        return False
    await _PARKED.set(unit, row["position"], [])
    again = {**row, "state": "waiting", "attempts": 0, "next_at": 0, "error": None, "expires": None}
    await _append(unit, again)
    return True


async def read_waiting(unit: Unit, now: int, limit: int, after: int) -> _Found:
    found: _Found = []
    # lanes are read only if one of them has a postponed message
    state: dict[str, Any] = await unit.get(*STATE) or {}
    held = bool(state.get("held"))
    known: dict[str, bool] = {}
    async with aclosing(_QUEUE.after(unit, after)) as places:
        async for position, place in places:
            if place.expires is not None and place.expires <= now:
                continue
            if held and place.lane not in known:
                lane = await _QUEUE.lane(unit, place.lane)
                known[place.lane] = lane is not None and lane.is_held(now)
            if held and known[place.lane]:
                continue
            row = await _row(unit, place.name)
            # another process may have finished the message since the index was read
            if row is not None and row["state"] == "waiting":
                found.append((position, _item(row)))
                if len(found) == limit:
                    break
    return found


async def forget(unit: Unit, before: int, most: int) -> int:
    """Remove at most `most` rows that are done or have expired."""
    over = await _OVER.first(unit, 0, before_second(before), most)
    for key, name in over:
        await _OVER.discard(unit, key, name)
        unit.put(_ROWS, digest(name), None)
    # a message has expired in the second of its `expires`
    left = most - len(over)
    expired = await _EXPIRING.first(unit, 0, before_second(before + 1), left) if left else []
    for _, name in expired:
        row = await _row(unit, name)
        if row is not None:
            await _leave(unit, row)
            unit.put(_ROWS, digest(name), None)
    return len(over) + len(expired)
