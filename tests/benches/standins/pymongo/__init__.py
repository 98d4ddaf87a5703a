"""A stand-in in memory for MongoDB: as much of `pymongo` as RootsID's mediator calls. It keeps nothing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Document = dict[str, Any]


class MongoClient:
    """Databases by name, as attributes."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self._databases: dict[str, _Database] = {}

    def __getattr__(self, name: str) -> _Database:
        return self._databases.setdefault(name, _Database())


class _Database:
    def __init__(self) -> None:
        self._collections: dict[str, _Collection] = {}

    def __getattr__(self, name: str) -> _Collection:
        return self._collections.setdefault(name, _Collection())


class _Collection:
    def __init__(self) -> None:
        self._documents: list[Document] = []

    def insert_one(self, document: Document) -> None:
        """Append a document."""
        document.setdefault("_id", secrets.token_hex(12))
        self._documents.append(document)

    def find(self, wanted: Mapping[str, Any] | None = None, fields: object = None) -> _Found:
        """The documents that fit."""
        return _Found(each for each in self._documents if _fits(each, wanted or {}))

    def find_one(
        self, wanted: Mapping[str, Any] | None = None, sort: Iterable[tuple[str, int]] = ()
    ) -> Document | None:
        """The first document that fits."""
        found = list(self.find(wanted))
        for name, direction in sort:
            found.sort(key=lambda each, name=name: each.get(name, 0), reverse=direction < 0)  # type: ignore[misc]
        return found[0] if found else None

    def update_one(self, wanted: Mapping[str, Any], change: Mapping[str, Document]) -> None:
        """Change members of the first document that fits."""
        found = self.find_one(wanted)
        if found is not None:
            found.update(change["$set"])

    def count_documents(self, wanted: Mapping[str, Any]) -> int:
        """How many documents fit."""
        return len(self.find(wanted))

    def delete_one(self, wanted: Mapping[str, Any]) -> None:
        """Remove the first document that fits."""
        found = self.find_one(wanted)
        if found is not None:
            self._documents.remove(found)


class _Found(list[Document]):
    def limit(self, count: int) -> list[Document]:
        """At most so many."""
        return self[:count]


def _fits(document: Document, wanted: Mapping[str, Any]) -> bool:
    return all(
        document.get(name) in value["$in"] if isinstance(value, dict) else document.get(name) == value
        for name, value in wanted.items()
    )
