"""A table of a database, which counts."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class CountingTable(MutableMapping[str, str]):
    """Long forms of DIDs as a program keeps them in a database; counts what is read and written."""

    def __init__(self, rows: dict[str, str] | None = None) -> None:
        self.rows: dict[str, str] = rows or {}
        self.reads, self.writes = 0, 0

    def __getitem__(self, did: str) -> str:
        self.reads += 1
        return self.rows[did]

    def __setitem__(self, did: str, long: str) -> None:
        self.writes += 1
        self.rows[did] = long

    def __delitem__(self, did: str) -> None:
        del self.rows[did]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
