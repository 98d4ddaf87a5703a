"""The work of a verb does not grow with what is stored: calls of Askar are counted at two sizes."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest
from aries_askar import Session, Store

from pydidcomm.protocols import Thread
from pydidcomm.secrets import SecretsLockedError
from pydidcomm.stores import Done, Incoming, OutboxItem, Record, Relationship
from pydidcomm.stores.askar import AskarStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

RAW_KEY = AskarStore.generate_raw_key()
NOW = 1_700_000_000
SMALL, LARGE = 100, 1600
# a tree of 64 children a node has one level more at most, and a list reads and writes few of its nodes
LEVELS_MORE = 4
LONE = 10
# the rows of the message and of its reply, three times a leaf, a lane and the counters
MOST_WRITES = 25


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the functions of Askar's sessions are called."""
    counted: Counter[str] = Counter()

    def counting(name: str) -> Callable[..., Awaitable[Any]]:
        original: Callable[..., Awaitable[Any]] = getattr(Session, name)

        async def call(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401, those of Askar
            counted[name] += 1
            return await original(*arguments, **options)

        return call

    for name in ("fetch", "fetch_all", "insert", "replace", "remove", "remove_all", "count"):
        monkeypatch.setattr(Session, name, counting(name))
    return counted


def done(number: int) -> Done:
    """The effects of a message: a relationship, a thread that wakes, a reply, a record."""
    name = f"{number}"
    peer = f"did:example:peer{number}"
    return Done(
        threads=(
            Thread(peer=name, protocol="p", thid="t", role="r", state="s", wake_at=NOW + number),
            Thread(peer=name, protocol="p", thid="over", role="r", state="done"),
        ),
        relationships=(Relationship(id=name, ours="did:example:public", theirs=peer),),
        outbox=(OutboxItem(id=f"o{name}", lane=name, to=peer, message=b"message"),),
        records=(Record(kind="k", key=name, value=b"value"),),
        at=NOW,
    )


async def fill(store: AskarStore, first: int, last: int) -> None:
    async with anyio.create_task_group() as tasks:
        for number in range(first, last):
            name = f"{number}"
            tasks.start_soon(store.accept, Incoming(key=name, lane=name, received=b"body", at=NOW))
            tasks.start_soon(store.commit, done(number))


async def use(store: AskarStore, calls: Counter[str], number: int) -> dict[str, int]:
    """What each verb costs."""
    name = f"{number}"
    incoming = Incoming(key=name, lane="busy", received=b"body", at=NOW)
    verbs: dict[str, Callable[[], Awaitable[object]]] = {
        "accept": partial(store.accept, incoming),
        "seen": partial(store.accept, incoming),
        "waiting": partial(store.waiting, NOW, 10),
        "commit": partial(store.commit, done(number)),
        "due": partial(store.due, NOW, 10),
        "settle": partial(store.settle, f"o{name}", "sent", at=NOW),
        "wakes": partial(store.wakes, NOW + 5, 10),
        "find": partial(store.find, "did:example:public", f"did:example:peer{number}"),
        "relationships": partial(store.relationships, "20", 10),
        "records": partial(store.records, "k", "20", 10),
    }
    costs: dict[str, int] = {}
    for verb, call in verbs.items():
        calls.clear()
        await call()
        # a query by tags reads every entry, however many it finds
        assert calls["fetch_all"] == calls["remove_all"] == calls["count"] == 0
        costs[verb] = calls.total()
    return costs


async def test_messages_that_come_one_by_one_write_few_entries_each(
    tmp_path: Path, calls: Counter[str]
) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        for number in range(LONE + 1):
            if number == 1:
                calls.clear()
            name = f"{number}"
            reply = OutboxItem(id=f"o{name}", lane=name, to="did:example:bob", message=b"message")
            await store.accept(Incoming(key=name, lane=name, received=b"body", at=NOW))
            await store.commit(Done(inbox_key=name, outbox=(reply,), at=NOW))
            await store.settle(reply.id, "sent", at=NOW)
    # queues that are empty between two messages do not lose their inner nodes
    assert calls["insert"] + calls["replace"] + calls["remove"] < MOST_WRITES * LONE


async def test_a_verb_costs_as_much_in_a_large_store_as_in_a_small_one(
    tmp_path: Path, calls: Counter[str]
) -> None:
    costs: list[dict[str, int]] = []
    for size in (SMALL, LARGE):
        async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
            await fill(store, 0 if size == SMALL else SMALL + 1, size)
        # opened again, so that nothing is remembered
        calls.clear()
        async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
            opening = calls.total()
            costs.append({"open": opening, **await use(store, calls, size)})
    small, large = costs
    assert {verb: cost for verb, cost in large.items() if cost > small[verb] + LEVELS_MORE} == {}


async def test_a_page_holds_no_more_than_its_limit_of_a_large_backlog(tmp_path: Path) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        async with anyio.create_task_group() as tasks:
            for number in range(300):
                incoming = Incoming(key=f"{number}", lane=f"{number % 7}", received=bytes(1000), at=NOW)
                tasks.start_soon(store.accept, incoming)
        found: list[str] = []
        after: str | None = None
        while page := await store.waiting(NOW, 64, after=after):
            assert len(page) <= 64
            found += [item.key for item in page]
            after = page.after
        assert sorted(found, key=int) == [f"{number}" for number in range(300)]


async def test_reads_at_the_same_time_share_sessions(calls: Counter[str], tmp_path: Path) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        await store.commit(done(1))
        await store.relationship("1")
        counts: list[int] = []
        for together in (1, 64):
            calls.clear()
            async with anyio.create_task_group() as tasks:
                for _ in range(together):
                    tasks.start_soon(store.relationship, "1")
            counts.append(calls["fetch"])
    # each session reads the mark of the last write
    assert counts[0] == 1
    assert counts[1] < 16


async def test_reads_that_come_with_many_writes_share_their_transactions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commit: Any = Session.commit
    session = Store.session
    committing, go_on = threading.Semaphore(0), threading.Semaphore(0)
    sessions: list[str] = []

    async def waits(self: Any) -> None:  # noqa: ANN401, of Askar
        committing.release()
        await asyncio.to_thread(go_on.acquire)
        await commit(self)

    def counts(self: Store, *arguments: Any) -> Any:  # noqa: ANN401, those of Askar
        sessions.append("begun")
        return session(self, *arguments)

    async def write(number: int) -> None:
        await store.commit(Done(records=(Record(kind="k", key=f"{number}", value=b"1"),)))

    async def read() -> None:
        assert await store.record("k", "before") == before

    before = Record(kind="k", key="before", value=b"0")
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        await store.commit(Done(records=(before,)))
        monkeypatch.setattr(Session, "commit", waits)
        monkeypatch.setattr(Store, "session", counts)
        async with anyio.create_task_group() as tasks:
            # one write is a transaction, those that come meanwhile are the next one, and so on
            tasks.start_soon(write, 0)
            await anyio.to_thread.run_sync(committing.acquire)
            for number in range(1, 9):
                tasks.start_soon(write, number)
            await anyio.wait_all_tasks_blocked()
            go_on.release()
            await anyio.to_thread.run_sync(committing.acquire)
            for number in range(9, 17):
                tasks.start_soon(read)
                tasks.start_soon(write, number)
            await anyio.wait_all_tasks_blocked()
            go_on.release(2)
        assert sessions == []
        await read()
        assert sessions == ["begun"]


async def test_an_entry_that_does_not_decrypt_hinders_no_read_of_another_one(tmp_path: Path) -> None:
    path = tmp_path / "alice.db"
    spoiled = Record(kind="k", key="spoiled", value=bytes(20_000))
    whole = Record(kind="k", key="whole", value=b"1")
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await store.commit(Done(records=(spoiled, whole), at=NOW))
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE items SET value = zeroblob(length(value)) WHERE length(value) > 20000")
        assert database.total_changes == 1
        database.commit()
    found: list[Record | None] = []
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:

        async def read(key: str) -> None:
            if key == "whole":
                found.append(await store.record("k", key))
                return
            with pytest.raises(SecretsLockedError):
                await store.record("k", key)

        async with anyio.create_task_group() as tasks:
            for key in ("whole", "spoiled") * 5:
                tasks.start_soon(read, key)
    assert found == [whole] * 5
