"""A bounded map that drops what was not used for the longest time."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by name, `capacity` at most; used by several threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Value | None:
        """The value, which is the last to be dropped now; None where it is not here."""
        with self._lock:
            value = self._values.get(name)
            if value is not None:
                self._values.move_to_end(name)
            return value

    def put(self, name: str, value: Value) -> None:
        """Remember the value, and drop the oldest where there are too many."""
        with self._lock:
            self._values[name] = value
            self._values.move_to_end(name)
            while len(self._values) > self._capacity:
                self._values.popitem(last=False)

    def drop(self, name: str) -> None:
        """Forget the value."""
        with self._lock:
            self._values.pop(name, None)

    def clear(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()

    def __len__(self) -> int:
        return len(self._values)
