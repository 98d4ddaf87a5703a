"""An ordered index in entries of an Askar store: a radix tree whose nodes have 64 children.

A leaf has the values of 64 neighboring keys, an inner node the set of its children as bits. Neighbors in
order share entries, so that a group of calls reads and writes few entries.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

from pydidcomm.stores._askar_unit import STATE, Unit

__all__ = ["POSITION_LEVELS", "Tree", "before_second", "count", "next_position", "time_key"]


_BITS: Final = 6
_MASK: Final = (1 << _BITS) - 1

POSITION_LEVELS: Final = 5
"""Room for 64^6 positions: 2,000 messages a second for a year."""

_TIME_LEVELS: Final = 6

_SHARD_BITS: Final = 10
"""One second has 1024 keys, so that the values of one second are not all in one leaf."""

_LAST_SECOND: Final = (1 << _BITS * (_TIME_LEVELS + 1) - _SHARD_BITS) - 1
"""The last second with keys of its own, in the year 2106; later times share its keys."""


def time_key(when: int, position: int) -> int:
    """A key of a second; `position` spreads the values of one second, with neighbors in one leaf."""
    second = min(max(when, 0), _LAST_SECOND)
    return second << _SHARD_BITS | position & ((1 << _SHARD_BITS) - 1)


def before_second(when: int) -> int:
    """The lowest key of a second, which is above the keys of all earlier seconds."""
    return min(max(when, 0), _LAST_SECOND + 1) << _SHARD_BITS


_EMPTIED: Final = "emptied"
"""The entry with the leaf that was emptied last. It keeps its marks, because the next key is often in it."""


class Tree:
    """Values by integer keys, in order. A key can have several different values."""

    def __init__(self, space: str, levels: int) -> None:
        self.space = space
        self._levels = levels

    @classmethod
    def of_times(cls, space: str) -> "Tree":
        """A tree whose keys are those of `time_key`."""
        return cls(space, _TIME_LEVELS)

    async def values(self, unit: Unit, key: int) -> list[Any]:
        """The values of a key."""
        leaf = await self._leaf(unit, key >> _BITS)
        return leaf.get(str(key & _MASK), [])

    async def _leaf(self, unit: Unit, number: int) -> dict[str, list[Any]]:
        leaf: dict[str, list[Any]] | None = await unit.get(self.space, f"0/{number}")
        return leaf or {}

    async def set(self, unit: Unit, key: int, values: list[Any]) -> None:
        """Replace the values of a key; an empty list removes it."""
        before = await self._leaf(unit, key >> _BITS)
        leaf = {**before, str(key & _MASK): values}
        if not values:
            del leaf[str(key & _MASK)]
        unit.put(self.space, f"0/{key >> _BITS}", leaf or None)
        if bool(before) != bool(leaf):
            await self._mark_leaf(unit, key >> _BITS, present=bool(leaf))

    async def _mark_leaf(self, unit: Unit, number: int, *, present: bool) -> None:
        """Mark a leaf that has keys; an empty leaf is unmarked when the next one is emptied."""
        emptied: int | None = await unit.get(self.space, _EMPTIED)
        if number == emptied:
            return
        if present:
            await self._mark(unit, number, present=True)
            return
        if emptied is not None and not await self._leaf(unit, emptied):
            await self._mark(unit, emptied, present=False)
        unit.put(self.space, _EMPTIED, number)

    async def _mark(self, unit: Unit, child: int, *, present: bool) -> None:
        for level in range(1, self._levels + 1):
            name, bit = f"{level}/{child >> _BITS}", 1 << (child & _MASK)
            before = await unit.get(self.space, name) or 0
            after = before | bit if present else before & ~bit
            unit.put(self.space, name, after or None)
            if bool(before) == bool(after):
                return
            child >>= _BITS

    async def add(self, unit: Unit, key: int, value: Any) -> None:  # noqa: ANN401, JSON
        """Add a value to a key, unless the key has it already."""
        values = await self.values(unit, key)
        if value not in values:
            await self.set(unit, key, [*values, value])

    async def discard(self, unit: Unit, key: int, value: Any) -> None:  # noqa: ANN401, JSON
        """Remove a value of a key."""
        values = await self.values(unit, key)
        if value in values:
            await self.set(unit, key, [other for other in values if other != value])

    async def between(self, unit: Unit, low: int, high: int | None = None) -> AsyncGenerator[tuple[int, Any]]:
        """The pairs of key and value from `low` to before `high`, in order."""
        end = 1 << _BITS * (self._levels + 1) if high is None else high
        async for number in self._leaves(unit, self._levels, 0, low >> _BITS, end - 1 >> _BITS):
            leaf = await self._leaf(unit, number)
            for slot in sorted(map(int, leaf)):
                key = number << _BITS | slot
                if low <= key < end:
                    for value in leaf[str(slot)]:
                        yield key, value

    async def first(self, unit: Unit, low: int, high: int | None, most: int) -> list[tuple[int, Any]]:
        """The first `most` pairs of `between`."""
        found: list[tuple[int, Any]] = []
        async with aclosing(self.between(unit, low, high)) as pairs:
            async for pair in pairs:
                found.append(pair)
                if len(found) == most:
                    break
        return found

    async def _leaves(self, unit: Unit, level: int, node: int, low: int, high: int) -> AsyncGenerator[int]:
        bits = await unit.get(self.space, f"{level}/{node}") or 0
        shift = _BITS * (level - 1)
        for slot in range(1 << _BITS):
            child = node << _BITS | slot
            if bits >> slot & 1 and low >> shift <= child <= high >> shift:
                if level == 1:
                    yield child
                else:
                    async for leaf in self._leaves(unit, level - 1, child, low, high):
                        yield leaf


async def next_position(unit: Unit, name: str) -> int:
    """The next number of a sequence."""
    return await count(unit, name, 1)


async def count(unit: Unit, name: str, by: int) -> int:
    """Add to a counter, and return its new value."""
    state: dict[str, Any] = await unit.get(*STATE) or {"writer": None}
    after: int = state.get(name, 0) + by
    unit.put(*STATE, {**state, name: after})
    return after
