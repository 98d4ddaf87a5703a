"""Iterate over all entries of a store, page by page."""

from collections.abc import AsyncGenerator

from pydidcomm.stores import Record, Relationship, Store

__all__ = ["all_records", "all_relationships"]


async def all_relationships(store: Store) -> AsyncGenerator[Relationship]:
    """Iterate over all relationships, including ended ones.

    Args:
        store: The store.
    """
    after = None
    while page := await store.relationships(after):
        for one in page:
            yield one
        after = page.after


async def all_records(store: Store, kind: str) -> AsyncGenerator[Record]:
    """Iterate over all records of a kind.

    Args:
        store: The store.
        kind: The kind.
    """
    after = None
    while page := await store.records(kind, after):
        for one in page:
            yield one
        after = page.after
