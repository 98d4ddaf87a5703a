"""Checks of what grows, what is forgotten, and what is left when a store is opened again."""

from collections.abc import Awaitable, Callable
from functools import partial

from pydidcomm.stores.errors import StoreConflictError
from pydidcomm.stores.records import Done, Record, Relationship
from pydidcomm.stores.store import Store
from pydidcomm.stores.testing._common import (
    NOW,
    PROTOCOL,
    at_once,
    ids,
    incoming,
    keys,
    outgoing,
    require,
    thread,
)

OpenStore = Callable[[], Awaitable[Store]]

ReopeningCheck = Callable[[OpenStore], Awaitable[None]]

_MANY = 600


async def forgetting(store: Store) -> None:
    """What is over is forgotten after its retention, and nothing else."""
    for name in ("old", "new", "waiting"):
        await store.accept(incoming(name, name))
    old = Done(inbox_key="old", threads=(thread("old", "done"), thread("open")), outbox=(outgoing("o1"),))
    await store.commit(Done(inbox_key=old.inbox_key, threads=old.threads, outbox=old.outbox, at=NOW))
    await store.settle("o1", "sent", at=NOW)
    new = (outgoing("o2", "b"), outgoing("o3", "c"))
    await store.commit(Done(inbox_key="new", threads=(thread("new", "done"),), outbox=new, at=NOW + 9))
    await store.settle("o2", "failed", at=NOW + 9)
    require(await store.forget_before(NOW) == 0, "nothing is older than its own time")
    require(await store.forget_before(NOW + 1) == 3, "an inbox row, a thread, an outbox row")
    require(await store.forget_before(NOW + 1) == 0, "once")
    require(await store.thread("bob", PROTOCOL, "old") is None, "a finished thread is gone")
    require(await store.thread("bob", PROTOCOL, "open") is not None, "an open thread is kept")
    require(await store.thread("bob", PROTOCOL, "new") is not None, "a thread within its retention is kept")
    require(await store.outgoing("o1") is None and await store.outgoing("o2") is not None, "the outbox too")
    require(not await store.accept(incoming("new")), "a key within its retention is known")
    require(await store.accept(incoming("old")), "a forgotten key is new")
    require(sorted(await keys(store)) == ["old", "waiting"], "what waits is kept")
    await store.commit(Done(threads=(thread("new"),), at=NOW + 10))
    require(await store.forget_before(NOW + 1000) == 2, "a thread that was opened again is kept")
    require(await ids(store) == ["o3"], "what is to be sent is kept")


async def forgetting_many(store: Store) -> None:
    """Many rows are forgotten while others are accepted."""
    await at_once([partial(store.accept, incoming(f"m{n}", f"{n}")) for n in range(_MANY)])
    done = await at_once([partial(store.commit, Done(inbox_key=f"m{n}", at=NOW)) for n in range(_MANY)])
    require(done == [None] * _MANY, "each is committed")
    answers = await at_once(
        [
            partial(store.forget_before, NOW + 1),
            *(partial(store.accept, incoming(f"new {number}", "new")) for number in range(20)),
        ]
    )
    require(answers == [_MANY] + [True] * 20, "all that is over, and the others are accepted")
    require(len(await store.waiting(NOW)) == 20, "what is new is kept")


async def all_or_nothing(store: Store) -> None:
    """A commit that is refused leaves no part of itself, whatever it is made of."""
    await store.commit(Done(records=(Record(kind="k", key="kept", value=b"1"),), at=NOW))
    refused = Done(
        inbox_key="unknown",
        threads=(thread("t"),),
        relationships=(Relationship(id="r", ours="did:example:a", theirs="did:example:b"),),
        outbox=(outgoing("o"),),
        records=(Record(kind="k", key="new", value=b"2"),),
        forget=(("k", "kept"),),
        at=NOW,
    )
    good = [partial(store.accept, incoming(f"m{number}", f"{number}")) for number in range(10)]
    answers = await at_once([*good[:5], partial(store.commit, refused), *good[5:]])
    require(isinstance(answers.pop(5), StoreConflictError), "a commit of an unknown message is refused")
    require(answers == [True] * 10, "what was called at the same time is stored")
    require(
        (
            await store.thread("bob", PROTOCOL, "t"),
            await store.relationship("r"),
            await store.find("did:example:a", "did:example:b"),
            await store.outgoing("o"),
            await store.record("k", "new"),
            (await store.record("k", "kept")) is None,
        )
        == (None, None, None, None, None, False),
        "nothing of it is stored",
    )


async def reopened(open_store: OpenStore) -> None:
    """All that was acknowledged is there when the store is opened again."""
    store = await open_store()
    for name in ("done", "waiting", "later", "parked"):
        await store.accept(incoming(name, name))
    relationship = Relationship(id="r", ours="did:example:a", theirs="did:example:b")
    record = Record(kind="k", key="1", value=b"\x00\xff")
    messages = (outgoing("o1"), outgoing("o2"), outgoing("o3"))
    await store.commit(
        Done(
            inbox_key="done",
            threads=(thread("t", wake_at=NOW),),
            relationships=(relationship,),
            outbox=messages,
            records=(record,),
            at=NOW,
        )
    )
    await store.postpone("later", attempts=1, next_at=NOW + 60, error="a fault")
    await store.park("parked", "a fault")
    await store.settle("o1", "sent", at=NOW)
    await store.aclose()
    store = await open_store()
    require(await keys(store) == ["waiting"], "the inbox")
    require(await keys(store, NOW + 60) == ["waiting", "later"], "what was postponed")
    require([item.key for item in await store.parked()] == ["parked"], "what was parked")
    require(not await store.accept(incoming("done")), "what was done")
    require(await ids(store) == ["o2"], "the outbox, in order")
    require(await store.wakes(NOW) == [thread("t", wake_at=NOW)], "threads")
    require(await store.find("did:example:a", "did:example:b") == relationship, "relationships")
    require(await store.record("k", "1") == record, "records")
    await store.accept(incoming("new", "waiting"))
    require(await keys(store) == ["waiting", "new"], "the order goes on")
    await store.aclose()


CHECKS = {check.__name__: check for check in (forgetting, forgetting_many, all_or_nothing)}

REOPENING = {reopened.__name__: reopened}
