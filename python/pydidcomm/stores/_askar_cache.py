"""A cache of entries, valid as long as no other process writes."""

from collections import OrderedDict
from typing import Any, Final, NamedTuple

__all__ = ["Cache", "Entry", "Place"]


_MOST_BYTES: Final = 16 << 20
"""The size of a few thousand messages, which a busy agent handles at a time."""

_OVERHEAD: Final = 300
"""The approximate bytes of an entry in addition to its text: names and keys of dictionaries."""

Place = tuple[str, str]


class Entry(NamedTuple):
    """The stored text, None if there is none, and its value as JSON."""

    text: bytes | None
    value: Any


class Cache:
    """Entries by place; the least recently used one is evicted first.

    They are valid for the state of the store after the write marked `writer`.
    """

    def __init__(self) -> None:
        self.writer: str | None = None
        self._entries: OrderedDict[Place, Entry] = OrderedDict()
        self._bytes = 0

    def get(self, place: Place) -> Entry | None:
        """The entry; None if it is not cached."""
        entry = self._entries.get(place)
        if entry is not None:
            self._entries.move_to_end(place)
        return entry

    def put(self, place: Place, entry: Entry) -> None:
        """Cache an entry, and evict others if there are too many bytes."""
        before = self._entries.pop(place, None)
        if before is not None:
            self._bytes -= _size(before)
        self._entries[place] = entry
        self._bytes += _size(entry)
        while self._bytes > _MOST_BYTES:
            _, dropped = self._entries.popitem(last=False)
            self._bytes -= _size(dropped)

    def clear(self) -> None:
        """Drop every entry."""
        self._entries.clear()
        self._bytes = 0
        self.writer = None


def _size(entry: Entry) -> int:
    # the value holds about as much as its text
    return _OVERHEAD + 2 * len(entry.text or b"")
