"""Values in the order of their positions, read in pages and removed anywhere."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["InOrder"]


_Value = TypeVar("_Value")


class InOrder(Generic[_Value]):
    """Values by position. Most positions are higher than all before, and are appended to the sorted list."""

    def __init__(self) -> None:
        self._values: dict[int, _Value] = {}
        self._positions: list[int] = []

    def put(self, position: int, value: _Value) -> None:
        """Add a value at a position, or replace the value there."""
        if position not in self._values:
            if self._positions and position < self._positions[-1]:
                self._positions.insert(bisect_right(self._positions, position), position)
            else:
                self._positions.append(position)
        self._values[position] = value

    def drop(self, position: int) -> None:
        """Remove the value at a position, if there is one."""
        if self._values.pop(position, None) is not None:
            del self._positions[bisect_right(self._positions, position) - 1]

    def after(self, position: int) -> Iterator[tuple[int, _Value]]:
        """The values after a position, in order; do not change the values during the iteration."""
        for place in range(bisect_right(self._positions, position), len(self._positions)):
            found = self._positions[place]
            yield found, self._values[found]

    def __len__(self) -> int:
        return len(self._values)
