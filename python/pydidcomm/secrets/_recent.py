"""A bounded map that evicts the least recently used value."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

__all__ = ["Recent"]


_Value = TypeVar("_Value")


class Recent(Generic[_Value]):
    """At most `capacity` values by name; safe to use from several threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[str, _Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> _Value | None:
        """The value, which is now the most recently used one; None if it is not in the map."""
        with self._lock:
            value = self._values.get(name)
            if value is not None:
                self._values.move_to_end(name)
            return value

    def put(self, name: str, value: _Value) -> None:
        """Store a value, and evict the least recently used ones above the capacity."""
        with self._lock:
            self._values[name] = value
            self._values.move_to_end(name)
            while len(self._values) > self._capacity:
                self._values.popitem(last=False)

    def drop(self, name: str) -> None:
        """Remove a value."""
        with self._lock:
            self._values.pop(name, None)

    def clear(self) -> None:
        """Remove all values."""
        with self._lock:
            self._values.clear()

    def __len__(self) -> int:
        return len(self._values)
