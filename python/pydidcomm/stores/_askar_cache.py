"""Entries that were read or written lately, for as long as no other process writes."""

from collections import OrderedDict
from typing import Any, Final, NamedTuple

MOST_BYTES: Final = 16 << 20
"""A few thousand messages: what a busy agent has under way."""

_OVERHEAD: Final = 300
"""The bytes of an entry in addition to its text, roughly: names and keys of dictionaries."""

Place = tuple[str, str]


class Entry(NamedTuple):
    """The stored text, None where there is none, and the value that it is in JSON."""

    text: bytes | None
    value: Any


class Cache:
    """Entries by place; the one that was not used for the longest time is dropped first.

    It is valid for the state of the store that `writer` has left.
    """

    def __init__(self) -> None:
        self.writer: str | None = None
        self._entries: OrderedDict[Place, Entry] = OrderedDict()
        self._bytes = 0

    def get(self, place: Place) -> Entry | None:
        """The entry, where it is known."""
        entry = self._entries.get(place)
        if entry is not None:
            self._entries.move_to_end(place)
        return entry

    def put(self, place: Place, entry: Entry) -> None:
        """Remember the entry."""
        before = self._entries.pop(place, None)
        if before is not None:
            self._bytes -= _size(before)
        self._entries[place] = entry
        self._bytes += _size(entry)
        while self._bytes > MOST_BYTES:
            _, dropped = self._entries.popitem(last=False)
            self._bytes -= _size(dropped)

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()
        self._bytes = 0
        self.writer = None


def _size(entry: Entry) -> int:
    # the value holds about as much as its text
    return _OVERHEAD + 2 * len(entry.text or b"")
