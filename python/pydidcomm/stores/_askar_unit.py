"""A unit of work on an Askar store: entries read once, changed in memory, and written together.

Askar finds an entry quickly only by its name: a query by tags reads every entry of the profile. So an entry
is a JSON value under a name, and lists are entries too (`_askar_tree`). Categories, names and values are
encrypted; it has no tags.
"""

import hashlib
import json
from typing import Any, Final

from aries_askar import AskarError, AskarErrorCode

from pydidcomm.stores._askar_cache import Cache, Entry, Place

__all__ = ["STATE", "Session", "Transaction", "Unit", "digest"]


Session = Any
"""A session of Askar, whose annotations do not allow the None that its functions accept."""

STATE: Final = ("agent", "state")
"""The entry that each write changes: the mark of the last write, and counters."""

_UNKNOWN: Any = object()


def digest(*parts: str) -> str:
    """A short name for an entry: PostgreSQL cannot index names above 2.7 kB, and DIDs can be longer."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Unit:
    """The entries with the changes of one call. Do not change a value from `get`; `put` a new one."""

    def __init__(self, parent: "Unit | None") -> None:
        self._parent = parent
        self._changed: dict[Place, Any] = {}

    async def get(self, space: str, name: str, *, is_new: bool = False) -> Any:  # noqa: ANN401, JSON
        """The value of an entry; None if there is none.

        With `is_new` the entry is assumed to be absent, which saves a read. When it is changed or removed,
        `flush` detects the contrary, and the transaction is repeated without assumptions.
        """
        value = self._changed.get((space, name), _UNKNOWN)
        if value is not _UNKNOWN or self._parent is None:
            return value
        return await self._parent.get(space, name, is_new=is_new)

    @property
    def is_up_to_date(self) -> bool:
        """Whether the cache is valid: no other process has written since."""
        return self._parent is not None and self._parent.is_up_to_date

    def put(self, space: str, name: str, value: Any) -> None:  # noqa: ANN401, JSON
        """Set the value of an entry; None removes it."""
        self._changed[space, name] = value

    def nest(self) -> "Unit":
        """A unit whose changes become part of this one by `merge`, and are dropped without it."""
        return Unit(self)

    def merge(self) -> None:
        """Make the changes part of the parent."""
        assert self._parent is not None  # noqa: S101, for the type checkers
        for (space, name), value in self._changed.items():
            self._parent.put(space, name, value)


class Transaction(Unit):
    """The unit of a whole session, with the cache of earlier sessions."""

    def __init__(self, session: Session, cache: Cache, *, hopeful: bool = False) -> None:
        super().__init__(None)
        self._session = session
        self._cache = cache
        self._hopeful = hopeful
        self._known: Cache | None = None
        self._read: dict[Place, Entry] = {}
        self._hoped: set[Place] = set()
        self.writer: str | None = None

    async def begin(self) -> "Transaction":
        """Use the cache if it has the mark of the last write."""
        entry = await self._fetch(STATE)
        self.writer = None if entry.value is None else entry.value["writer"]
        if self._cache.writer == self.writer:
            self._known = self._cache
        return self

    @property
    def is_up_to_date(self) -> bool:
        """Whether the cache is valid: no other process has written since."""
        return self._known is not None

    async def get(self, space: str, name: str, *, is_new: bool = False) -> Any:  # noqa: ANN401, JSON
        """The value of an entry; None if there is none."""
        value = await super().get(space, name)
        if value is not _UNKNOWN:
            return value
        place = (space, name)
        known = self._read.get(place) or (None if self._known is None else self._known.get(place))
        if known is None and is_new and self._hopeful:
            self._hoped.add(place)
            return None
        return (known or await self._fetch(place)).value

    async def _fetch(self, place: Place) -> Entry:
        found = await self._session.fetch(*place)
        text = None if found is None else found.value
        entry = self._read[place] = Entry(text, None if text is None else json.loads(text))
        return entry

    async def flush(self, writer: str) -> None:
        """Write the changed entries, with `writer` as the mark of this write."""
        if not self._changed:
            return
        self.put(*STATE, {**(await self.get(*STATE) or {}), "writer": writer})
        for place, value in self._changed.items():
            before = await self._text(place)
            if value is None:
                if place in self._hoped and (await self._fetch(place)).text is not None:
                    raise AskarError(AskarErrorCode.DUPLICATE, "an entry was assumed to be absent")
                if before is not None:
                    await self._session.remove(*place)
                self._read[place] = Entry(None, None)
                continue
            after = json.dumps(value, separators=(",", ":")).encode()
            if before is None:
                await self._session.insert(*place, after)
            elif before != after:
                await self._session.replace(*place, after)
            self._read[place] = Entry(after, value)
        self.writer = writer

    async def _text(self, place: Place) -> bytes | None:
        if place in self._hoped:
            return None
        known = self._read.get(place) or (None if self._known is None else self._known.get(place))
        return (known or await self._fetch(place)).text

    def remember(self, *, wrote: bool) -> None:
        """Cache the entries that were read and written, unless another write came between."""
        if wrote:
            if self._known is None:
                self._cache.clear()
        elif self._known is None or self._cache.writer != self.writer:
            return
        self._cache.writer = self.writer
        for place, entry in self._read.items():
            self._cache.put(place, entry)
