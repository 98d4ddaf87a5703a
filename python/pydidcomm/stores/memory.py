"""A store in memory, for tests and for programs without lasting state."""

import threading
import time
from typing import TypeVar

from pydidcomm._core import InMemorySecrets, short_form
from pydidcomm.protocols.thread import DONE, Thread
from pydidcomm.stores._arguments import check_limit, check_state, position
from pydidcomm.stores._expected import Value, conflict
from pydidcomm.stores._in_order import InOrder
from pydidcomm.stores._memory_inbox import Inbox, page
from pydidcomm.stores._memory_outbox import Outbox
from pydidcomm.stores._parties import best_match, our_dids, their_dids
from pydidcomm.stores.records import (
    Done,
    Expected,
    InboxItem,
    Incoming,
    NoThread,
    OutboxItem,
    OutboxState,
    Page,
    Record,
    Relationship,
)

__all__ = ["MemoryStore"]

Item = TypeVar("Item")


class _Listed(InOrder[Item]):
    """Items by name, and in the order in which they were first stored."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, int] = {}
        self.by_name: dict[str, Item] = {}
        self._last = 0

    def store(self, name: str, item: Item) -> None:
        place = self.places.get(name)
        if place is None:
            self._last = place = self._last + 1
            self.places[name] = place
        self.put(place, item)
        self.by_name[name] = item

    def remove(self, name: str) -> None:
        if name in self.by_name:
            del self.by_name[name]
            self.drop(self.places.pop(name))

    def page(self, after: str | None, limit: int) -> Page[Item]:
        check_limit(limit)
        # range comes first: zip would otherwise take one item too many from the iterator
        found = [pair for _, pair in zip(range(limit), self.after(position(after)), strict=False)]
        return Page([item for _, item in found], str(found[-1][0]) if found else after)


class MemoryStore:
    """A `Store` in memory; its content is lost when the process ends.

    Threads of one process can use it at the same time.

    Args:
        secrets: The secret keys; None for none yet.

    Example:
        >>> import asyncio
        >>> from pydidcomm.stores import Incoming, MemoryStore
        >>> async def main(store):
        ...     message = Incoming(key="did:example:bob 1", lane="bob", received=b"{}", at=1)
        ...     return await store.accept(message), await store.accept(message)
        >>> asyncio.run(main(MemoryStore()))
        (True, False)
    """

    def __init__(self, secrets: InMemorySecrets | None = None) -> None:
        self._secrets = InMemorySecrets() if secrets is None else secrets
        self._lock = threading.Lock()
        self._inbox = Inbox()
        self._outbox = Outbox()
        self._threads: dict[tuple[str, str, str], Thread] = {}
        self._finished: dict[tuple[str, str, str], int] = {}
        self._relationships: _Listed[Relationship] = _Listed()
        self._parties: dict[str, set[str]] = {}
        self._records: dict[str, _Listed[Record]] = {}

    @property
    def secrets(self) -> InMemorySecrets:
        """The secret keys."""
        return self._secrets

    async def accept(self, incoming: Incoming) -> bool:
        """Store a message that arrived; see `Store.accept`."""
        with self._lock:
            return self._inbox.accept(incoming)

    async def commit(self, done: Done) -> None:
        """Store the effects of a message and mark it as done; see `Store.commit`.

        Raises:
            StoreConflictError: `done.inbox_key` is not waiting or not the first waiting message of its lane,
                or a record in `done.expected` has changed.
        """
        at = int(time.time()) if done.at is None else done.at
        with self._lock:
            for expected in done.expected:
                error = conflict(expected, self._find(expected))
                if error is not None:
                    raise error
            if done.inbox_key is not None:
                self._inbox.check(done.inbox_key, at)
                self._inbox.finish(done.inbox_key, at)
            for thread in done.threads:
                self._store_thread(thread, at)
            for relationship in done.relationships:
                self._store_relationship(relationship)
            for item in done.outbox:
                self._outbox.add(item, at)
            for record in done.records:
                self._records.setdefault(record.kind, _Listed()).store(record.key, record)
            for kind, key in done.forget:
                if kind in self._records:
                    self._records[kind].remove(key)

    def _find(self, expected: Expected) -> Value:
        if isinstance(expected, Relationship):
            return self._relationships.by_name.get(expected.id)
        if isinstance(expected, Thread | NoThread):
            return self._threads.get((expected.peer, expected.protocol, expected.thid))
        records = self._records.get(expected.kind)
        return None if records is None else records.by_name.get(expected.key)

    def _store_thread(self, thread: Thread, at: int) -> None:
        key = (thread.peer, thread.protocol, thread.thid)
        self._threads[key] = thread
        self._finished.pop(key, None)
        if thread.state == DONE:
            self._finished[key] = at

    def _store_relationship(self, relationship: Relationship) -> None:
        before = self._relationships.by_name.get(relationship.id)
        for did in () if before is None else {*our_dids(before), *their_dids(before)}:
            self._parties[did].discard(relationship.id)
            if not self._parties[did]:
                del self._parties[did]
        for did in (*our_dids(relationship), *their_dids(relationship)):
            self._parties.setdefault(did, set()).add(relationship.id)
        self._relationships.store(relationship.id, relationship)

    async def postpone(
        self, inbox_key: str, *, attempts: int, next_at: int, error: str | None, at: int | None = None
    ) -> None:
        """Postpone a waiting message until `next_at`; see `Store.postpone`."""
        when = int(time.time()) if at is None else at
        with self._lock:
            self._inbox.postpone(inbox_key, attempts, next_at, error, when)

    async def park(self, inbox_key: str, error: str) -> None:
        """Set a waiting message aside; see `Store.park`."""
        with self._lock:
            self._inbox.park(inbox_key, error)

    async def parked(self, after: str | None = None, limit: int = 100) -> Page[InboxItem]:
        """The parked messages; see `Store.parked`."""
        check_limit(limit)
        with self._lock:
            return page(self._inbox.read_parked(position(after), limit), after)

    async def replay(self, inbox_key: str) -> bool:
        """Put a parked message at the end of its lane; see `Store.replay`."""
        with self._lock:
            return self._inbox.replay(inbox_key)

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        """The messages that can be handled; see `Store.waiting`."""
        check_limit(limit)
        with self._lock:
            return page(self._inbox.read_waiting(now, limit, position(after)), after)

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        """The messages that can be sent; see `Store.due`."""
        check_limit(limit)
        with self._lock:
            return self._outbox.due(now, limit)

    async def outgoing(self, outbox_id: str) -> OutboxItem | None:
        """The message of the outbox with this id; None if there is none."""
        return self._outbox.item(outbox_id)

    async def settle(  # noqa: PLR0913, all but the first two are named
        self,
        outbox_id: str,
        state: OutboxState,
        *,
        attempts: int = 0,
        next_at: int | None = None,
        error: str | None = None,
        at: int | None = None,
    ) -> None:
        """Store the outcome of an attempt to send a message; see `Store.settle`."""
        check_state(state)
        when = int(time.time()) if at is None else at
        with self._lock:
            self._outbox.settle(outbox_id, state, attempts, next_at, error, when)

    async def thread(self, peer: str, protocol: str, thid: str) -> Thread | None:
        """The state of a thread; None if there is none."""
        return self._threads.get((peer, protocol, thid))

    async def wakes(self, now: int, limit: int = 100) -> list[Thread]:
        """The threads whose `wake_at` has come; see `Store.wakes`."""
        check_limit(limit)
        with self._lock:
            found = [
                thread
                for thread in self._threads.values()
                if thread.wake_at is not None and thread.wake_at <= now and thread.state != DONE
            ]
        return sorted(found, key=lambda thread: thread.wake_at or 0)[:limit]

    async def relationship(self, id: str) -> Relationship | None:  # noqa: A002, the field's name
        """The relationship with this id; None if there is none."""
        return self._relationships.by_name.get(id)

    async def find(self, ours: str, theirs: str | None) -> Relationship | None:
        """The relationship between two DIDs; see `Store.find`."""
        with self._lock:
            names = self._parties.get(short_form(ours if theirs is None else theirs), ())
            found = [(self._relationships.places[name], self._relationships.by_name[name]) for name in names]
        return best_match(found, ours, theirs)

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        """All relationships; see `Store.relationships`."""
        with self._lock:
            return self._relationships.page(after, limit)

    async def record(self, kind: str, key: str) -> Record | None:
        """The record of a kind and key; None if there is none."""
        with self._lock:
            listed = self._records.get(kind)
            return None if listed is None else listed.by_name.get(key)

    async def records(self, kind: str, after: str | None = None, limit: int = 100) -> Page[Record]:
        """The records of a kind; see `Store.records`."""
        with self._lock:
            return self._records.get(kind, _Listed[Record]()).page(after, limit)

    async def forget_before(self, time: int) -> int:
        """Remove everything that is over and older than `time`; see `Store.forget_before`."""
        with self._lock:
            old = [key for key, at in self._finished.items() if at < time]
            for key in old:
                del self._finished[key], self._threads[key]
            return len(old) + self._inbox.forget_before(time) + self._outbox.forget_before(time)

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""
