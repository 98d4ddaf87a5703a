"""Stores of an agent: relationships, threads, inbox and outbox, in verbs that are one transaction each.

| module | extra | kept in |
|---|---|---|
| `pydidcomm.stores.memory` | | memory, for tests and for programs that may forget |
| `pydidcomm.stores.askar` | `askar` | an encrypted SQLite file, or PostgreSQL for several processes |
| `pydidcomm.stores.testing` | | the conformance suite, for these stores and those of a program |

`Store` is the Protocol of all of them; a program's own class needs its methods and no base class.
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
