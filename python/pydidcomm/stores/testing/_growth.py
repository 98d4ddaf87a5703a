"""Checks of retention, of large numbers of items, and of a store that is opened again."""

from collections.abc import Awaitable, Callable
from functools import partial

from pydidcomm.stores.errors import StoreConflictError
from pydidcomm.stores.records import Done, Record, Relationship
from pydidcomm.stores.store import Store
from pydidcomm.stores.testing._common import (
    NOW,
    PROTOCOL,
    call_at_once,
    ids,
    incoming,
    keys,
    outgoing,
    require,
    thread,
)

__all__ = ["CHECKS", "REOPENING", "ReopeningCheck"]


OpenStore = Callable[[], Awaitable[Store]]

ReopeningCheck = Callable[[OpenStore], Awaitable[None]]

_MANY = 600


async def forgetting(store: Store) -> None:
    """Items that are over are removed after their retention, and no others."""
    for name in ("old", "new", "waiting"):
        await store.accept(incoming(name, name))
    old = Done(inbox_key="old", threads=(thread("old", "done"), thread("open")), outbox=(outgoing("o1"),))
    await store.commit(Done(inbox_key=old.inbox_key, threads=old.threads, outbox=old.outbox, at=NOW))
    await store.settle("o1", "sent", at=NOW)
    new = (outgoing("o2", "b"), outgoing("o3", "c"))
    await store.commit(Done(inbox_key="new", threads=(thread("new", "done"),), outbox=new, at=NOW + 9))
    await store.settle("o2", "failed", at=NOW + 9)
    require(await store.forget_before(NOW) == 0, "`forget_before` keeps items of that very second")
    require(await store.forget_before(NOW + 1) == 3, "`forget_before` removes from inbox, threads and outbox")
    require(await store.forget_before(NOW + 1) == 0, "`forget_before` removes an item once")
    require(await store.thread("bob", PROTOCOL, "old") is None, "a finished thread is gone")
    require(await store.thread("bob", PROTOCOL, "open") is not None, "an open thread is kept")
    require(await store.thread("bob", PROTOCOL, "new") is not None, "a thread within its retention is kept")
    require(
        await store.outgoing("o1") is None and await store.outgoing("o2") is not None,
        "a settled message is removed after its retention, and not before",
    )
    require(not await store.accept(incoming("new")), "a key within its retention is refused")
    require(await store.accept(incoming("old")), "a key that was removed is accepted as new")
    require(sorted(await keys(store)) == ["old", "waiting"], "waiting messages are kept")
    await store.commit(Done(threads=(thread("new"),), at=NOW + 10))
    require(await store.forget_before(NOW + 1000) == 2, "a thread that was opened again is kept")
    require(await ids(store) == ["o3"], "messages to be sent are kept")


async def forgetting_many(store: Store) -> None:
    """Many messages are removed while others are accepted."""
    await call_at_once([partial(store.accept, incoming(f"m{n}", f"{n}")) for n in range(_MANY)])
    done = await call_at_once([partial(store.commit, Done(inbox_key=f"m{n}", at=NOW)) for n in range(_MANY)])
    require(done == [None] * _MANY, "each message is committed")
    answers = await call_at_once(
        [
            partial(store.forget_before, NOW + 1),
            *(partial(store.accept, incoming(f"new {number}", "new")) for number in range(20)),
        ]
    )
    require(answers == [_MANY] + [True] * 20, "all messages that are done are removed, and new ones accepted")
    require(len(await store.waiting(NOW)) == 20, "new messages are kept")


async def all_or_nothing(store: Store) -> None:
    """A refused commit stores none of its parts."""
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
    answers = await call_at_once([*good[:5], partial(store.commit, refused), *good[5:]])
    require(isinstance(answers.pop(5), StoreConflictError), "a commit of an unknown message is refused")
    require(answers == [True] * 10, "the results of concurrent calls are stored")
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
        "nothing of a refused commit is stored",
    )


async def reopened(open_store: OpenStore) -> None:
    """Everything that a call has stored is there when the store is opened again."""
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
    await store.postpone("later", attempts=1, next_at=NOW + 60, error="a fault", at=NOW)
    await store.park("parked", "a fault")
    await store.settle("o1", "sent", at=NOW)
    await store.aclose()
    store = await open_store()
    require(await keys(store) == ["waiting"], "after reopening the inbox is the same")
    require(
        await keys(store, NOW + 60) == ["waiting", "later"],
        "after reopening a postponed message waits for its time",
    )
    require(
        [item.key for item in await store.parked()] == ["parked"],
        "after reopening the parked messages are the same",
    )
    require(
        not await store.accept(incoming("done")),
        "after reopening the key of a message that is done is refused",
    )
    require(await ids(store) == ["o2"], "after reopening the outbox is the same, in order")
    require(await store.wakes(NOW) == [thread("t", wake_at=NOW)], "after reopening the threads are the same")
    require(
        await store.find("did:example:a", "did:example:b") == relationship,
        "after reopening the relationships are the same",
    )
    require(await store.record("k", "1") == record, "after reopening the records are the same")
    await store.accept(incoming("new", "waiting"))
    require(await keys(store) == ["waiting", "new"], "new messages follow those from before the reopening")
    await store.aclose()


CHECKS = {check.__name__: check for check in (forgetting, forgetting_many, all_or_nothing)}

REOPENING = {reopened.__name__: reopened}
