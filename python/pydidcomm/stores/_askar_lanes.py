"""Queues in entries of an Askar store: waiting messages in order, first in first out in each lane."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

from pydidcomm.stores._askar_tree import POSITION_LEVELS, Tree
from pydidcomm.stores._askar_unit import Unit, digest
from pydidcomm.stores.records import CLOCK_SECONDS

__all__ = ["LaneQueue"]


@dataclass(frozen=True, slots=True)
class _Place:
    """A message in its queue; `before` and `behind` are the positions of its neighbors in the lane."""

    name: str
    lane: str
    before: int | None
    behind: int | None
    expires: int | None

    def row(self) -> list[Any]:
        return [self.name, self.lane, self.before, self.behind, self.expires]


@dataclass(frozen=True, slots=True)
class _Lane:
    """The ends of a lane, and the positions of postponed messages.

    Each position has the time until which the message is postponed, its expiry, and when that was stored.
    """

    first: int
    last: int
    held: dict[str, tuple[int, int | None, int]]

    def is_held(self, now: int) -> bool:
        return any(
            until > now and (expires is None or expires > now) and at <= now + CLOCK_SECONDS
            for until, expires, at in self.held.values()
        )


class LaneQueue:
    """Messages by position."""

    def __init__(self, name: str) -> None:
        self._tree = Tree(f"agent/{name}/waiting", POSITION_LEVELS)
        self._lanes = f"agent/{name}/lanes"

    async def lane(self, unit: Unit, lane: str) -> _Lane | None:
        row = await unit.get(self._lanes, digest(lane))
        return None if row is None else _Lane(*row)

    def put_lane(self, unit: Unit, name: str, lane: _Lane | None) -> None:
        row = None if lane is None else [lane.first, lane.last, lane.held]
        unit.put(self._lanes, digest(name), row)

    async def place(self, unit: Unit, position: int) -> _Place | None:
        rows = await self._tree.values(unit, position)
        return _Place(*rows[0]) if rows else None

    async def _update(self, unit: Unit, position: int, **members: int | None) -> None:
        place = await self.place(unit, position)
        if place is not None:
            await self._tree.set(unit, position, [replace(place, **members).row()])  # type: ignore[arg-type]

    async def append(self, unit: Unit, position: int, name: str, lane: str, expires: int | None) -> bool:
        """Put a message at the end of its lane, and return whether it is the first one."""
        # most lanes are new; the cache has those that were written recently
        row = await unit.get(self._lanes, digest(lane), is_new=unit.is_up_to_date)
        known = None if row is None else _Lane(*row)
        last = None if known is None else known.last
        await self._tree.set(unit, position, [_Place(name, lane, last, None, expires).row()])
        if known is None:
            self.put_lane(unit, lane, _Lane(position, position, {}))
            return True
        await self._update(unit, known.last, behind=position)
        self.put_lane(unit, lane, replace(known, last=position))
        return False

    async def leave(self, unit: Unit, position: int) -> tuple[str | None, bool]:
        """Remove a message; return the new first one's name, if it changed, and whether this one was held."""
        place = await self.place(unit, position)
        lane = None if place is None else await self.lane(unit, place.lane)
        if place is None or lane is None:
            return None, False
        await self._tree.set(unit, position, [])
        if place.before is not None:
            await self._update(unit, place.before, behind=place.behind)
        if place.behind is not None:
            await self._update(unit, place.behind, before=place.before)
        held = {key: value for key, value in lane.held.items() if key != str(position)}
        was_held = len(held) != len(lane.held)
        if place.before is None and place.behind is None:
            self.put_lane(unit, place.lane, None)
            return None, was_held
        first = lane.first if place.before is not None else place.behind
        last = lane.last if place.behind is not None else place.before
        assert first is not None  # noqa: S101, for the type checkers
        assert last is not None  # noqa: S101
        self.put_lane(unit, place.lane, _Lane(first, last, held))
        if place.before is not None:
            return None, was_held
        head = await self.place(unit, first)
        return None if head is None else head.name, was_held

    async def is_first(self, unit: Unit, position: int, lane: str, now: int) -> bool:
        """Whether all earlier messages of the lane have expired."""
        known = await self.lane(unit, lane)
        found = None if known is None else known.first
        while found is not None and found != position:
            place = await self.place(unit, found)
            if place is None or place.expires is None or place.expires > now:
                return False
            found = place.behind
        return found == position

    async def after(self, unit: Unit, position: int) -> AsyncGenerator[tuple[int, _Place]]:
        """The waiting messages after a position, in order."""
        async for found, row in self._tree.between(unit, position + 1):
            yield found, _Place(*row)
