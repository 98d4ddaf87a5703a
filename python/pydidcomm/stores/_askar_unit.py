"""A unit of work on an Askar store: entries read once, changed in memory, and written together.

Askar finds an entry quickly by its name alone: a query by tags reads every entry of the profile. So an entry
is a JSON value under a name, and lists are entries too (`_askar_tree`). Categories, names and values are
encrypted; there are no tags.
"""

import hashlib
import json
from typing import Any

Session = Any
"""A session of Askar, whose own annotations deny the None that its functions take."""

_UNKNOWN: Any = object()


def digest(*parts: str) -> str:
    """The name of an entry: PostgreSQL indexes no name of more than 2.7 kB, and DIDs can be longer."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Unit:
    """Entries as one verb or one group of verbs sees them. Values that `get` returns are not changed."""

    def __init__(self, session: Session, parent: "Unit | None" = None) -> None:
        self._session = session
        self._parent = parent
        self._stored: dict[tuple[str, str], bytes | None] = {}
        self._values: dict[tuple[str, str], Any] = {}
        self._changed: dict[tuple[str, str], None] = {}

    async def get(self, space: str, name: str) -> Any:  # noqa: ANN401, JSON
        """The value of an entry; None where there is none."""
        place = (space, name)
        value = self._values.get(place, _UNKNOWN)
        if value is not _UNKNOWN:
            return value
        if self._parent is not None:
            return await self._parent.get(space, name)
        entry = await self._session.fetch(space, name)
        stored = None if entry is None else entry.value
        self._stored[place] = stored
        self._values[place] = value = None if stored is None else json.loads(stored)
        return value

    def put(self, space: str, name: str, value: Any) -> None:  # noqa: ANN401, JSON
        """Set the value of an entry; None removes it."""
        self._values[space, name] = value
        self._changed[space, name] = None

    def nested(self) -> "Unit":
        """A unit whose changes become part of this one by `merge`, or are dropped."""
        return Unit(self._session, self)

    def merge(self) -> None:
        """Make the changes part of the parent."""
        assert self._parent is not None  # noqa: S101, for the type checkers
        for space, name in self._changed:
            self._parent.put(space, name, self._values[space, name])

    def encode(self) -> None:
        """Raise now if a value is not JSON, before anything is merged."""
        for place in self._changed:
            json.dumps(self._values[place])

    async def flush(self) -> None:
        """Write what has changed."""
        for place in self._changed:
            value = self._values[place]
            if place not in self._stored:
                entry = await self._session.fetch(*place)
                self._stored[place] = None if entry is None else entry.value
            before = self._stored[place]
            if value is None:
                if before is not None:
                    await self._session.remove(*place)
                continue
            after = json.dumps(value, separators=(",", ":")).encode()
            if before is None:
                await self._session.insert(*place, after)
            elif before != after:
                await self._session.replace(*place, after)
