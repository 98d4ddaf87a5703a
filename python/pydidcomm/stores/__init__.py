"""Stores of an agent: relationships, threads, inbox and outbox; each method is one transaction.

| module | extra | contents |
|---|---|---|
| `pydidcomm.stores.memory` | | a store in memory, for tests and for programs without lasting state |
| `pydidcomm.stores.askar` | `askar` | an encrypted SQLite file, or PostgreSQL for several processes |
| `pydidcomm.stores.testing` | | the conformance suite, for these stores and for your own |

`Store` is the `typing.Protocol` of all stores; your own class needs its methods and no base class.
"""

from pydidcomm.stores.errors import StoreConflictError, StoreUnavailableError, StoreVersionError
from pydidcomm.stores.memory import MemoryStore
from pydidcomm.stores.records import (
    Done,
    InboxItem,
    Incoming,
    NoRecord,
    NoThread,
    OutboxItem,
    Page,
    Record,
    Relationship,
)
from pydidcomm.stores.store import ClaimingStore, Store

__all__ = [
    "ClaimingStore",
    "Done",
    "InboxItem",
    "Incoming",
    "MemoryStore",
    "NoRecord",
    "NoThread",
    "OutboxItem",
    "Page",
    "Record",
    "Relationship",
    "Store",
    "StoreConflictError",
    "StoreUnavailableError",
    "StoreVersionError",
]
