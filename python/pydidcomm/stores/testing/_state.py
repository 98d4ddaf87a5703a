"""Checks of threads, relationships and records."""

from dataclasses import replace
from functools import partial

from pydidcomm.stores.records import Done, NoRecord, NoThread, Record, Relationship
from pydidcomm.stores.store import Store
from pydidcomm.stores.testing._common import (
    NOW,
    PROTOCOL,
    call_at_once,
    each_page,
    outgoing,
    refused,
    require,
    thread,
)

__all__ = ["CHECKS"]


# the two forms of one did:peer:4
LONG = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
SHORT = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M"


async def threads(store: Store) -> None:
    """A thread is found by peer, protocol and thid together, and replaced as a whole."""
    first = thread("t", data={"a": [1, {"b": None}], "é": "ü"}, pthid="p", wake_at=NOW + 5)
    await store.commit(Done(threads=(first, thread("t", peer="carol")), at=NOW))
    require(await store.thread("bob", PROTOCOL, "t") == first, "a thread is read with every member")
    for peer, protocol, thid in (("dave", PROTOCOL, "t"), ("bob", "other", "t"), ("bob", PROTOCOL, "u")):
        require(
            await store.thread(peer, protocol, thid) is None,
            "a thread is found only by all three parts of its key",
        )
    await store.commit(Done(threads=(thread("t", "closed"),), at=NOW))
    require(
        await store.thread("bob", PROTOCOL, "t") == thread("t", "closed"), "a thread is replaced as a whole"
    )
    require(
        await store.thread("carol", PROTOCOL, "t") == thread("t", peer="carol"),
        "the thread of another peer is not replaced",
    )


async def wakes(store: Store) -> None:
    """A thread is listed from its `wake_at` on, until it is stored with another one."""
    made = (thread("late", wake_at=NOW + 60), thread("early", wake_at=NOW), thread("never"))
    over = thread("over", "done", wake_at=NOW)
    await store.commit(Done(threads=(*made, over), at=NOW))
    require(await store.wakes(NOW - 1) == [], "a thread is not listed before its `wake_at`")
    require([one.thid for one in await store.wakes(NOW)] == ["early"], "a thread is listed at its `wake_at`")
    require(
        {one.thid for one in await store.wakes(NOW + 60)} == {"early", "late"},
        "a thread is listed after its `wake_at`",
    )
    require(len(await store.wakes(NOW + 60, 1)) == 1, "`wakes` returns at most `limit` threads")
    await store.commit(Done(threads=(thread("early"),), at=NOW))
    require(
        [one.thid for one in await store.wakes(NOW + 60)] == ["late"],
        "a thread without a `wake_at` is not listed",
    )


async def relationships(store: Store) -> None:
    """A relationship is read with every member, replaced as a whole, and listed in pages."""
    full = Relationship(
        id="r0",
        ours="did:example:a2",
        theirs="did:example:b2",
        state="active",
        label="Bob é",
        profile={"displayName": "Bob", "list": [1, None]},
        our_history=("did:example:a0", "did:example:a1"),
        their_history=("did:example:b1",),
        mediator="did:example:m",
        from_prior="a.b.c",
        invitation="i",
        created=NOW,
        updated=NOW + 1,
    )
    others = [Relationship(id=f"r{number}", ours=f"did:example:o{number}") for number in range(1, 12)]
    await store.commit(Done(relationships=(full, *others), at=NOW))
    require(await store.relationship("r0") == full, "a relationship is read with every member")
    require(await store.relationship("unknown") is None, "the relationship of an unknown id is None")
    changed = Relationship(id="r0", ours="did:example:a2", theirs="did:example:b2", state="ended")
    await store.commit(Done(relationships=(changed,), at=NOW))
    require(await store.relationship("r0") == changed, "a relationship is replaced as a whole")
    require(
        await store.find("did:example:a1", "did:example:b2") is None,
        "a relationship is not found by DIDs that it had before it was replaced",
    )
    for limit in (1, 5, 100):
        found = await each_page(store.relationships, limit)
        require(
            [one.id for one in found] == [f"r{n}" for n in range(12)],
            "relationships are listed in pages, in order",
        )


async def parties(store: Store) -> None:
    """A relationship is found by both DIDs, in each form, current or former."""
    a, b, c = "did:example:a", "did:example:b", "did:example:c"
    peer = Relationship(id="r1", ours=a, theirs=LONG, our_history=(f"{a}0",), their_history=(b, f"{b}1"))
    await store.commit(Done(relationships=(peer, Relationship(id="r2", ours=a, theirs=c)), at=NOW))
    for ours in (a, f"{a}0"):
        for theirs in (LONG, SHORT, b, f"{b}1"):
            require(
                await store.find(ours, theirs) == peer,
                "a relationship is found by each form of its DIDs, current or former",
            )
    other = await store.find(a, c)
    require(
        other is not None and other.id == "r2",
        "of relationships with the same DID of ours, the peer's DID decides",
    )
    for ours, theirs in ((a, "did:example:d"), ("did:example:d", LONG), (LONG, a), (f"{a}0", c)):
        require(await store.find(ours, theirs) is None, "a relationship is found only if both DIDs fit")
    rotated = Relationship(id="r2", ours=SHORT, theirs=f"{c}2", our_history=(a,), their_history=(c,))
    await store.commit(Done(relationships=(rotated,), at=NOW))
    for ours in (a, LONG, SHORT):
        for theirs in (c, f"{c}2"):
            require(
                await store.find(ours, theirs) == rotated,
                "a relationship is found across rotations of both sides",
            )


async def invited(store: Store) -> None:
    """A relationship without a known peer is found by our DID; of several the best one is found."""
    a, b = "did:example:a", "did:example:b"
    await store.commit(Done(relationships=(Relationship(id="i", ours=a, state="invited"),), at=NOW))
    found = await store.find(a, None)
    require(found is not None and found.id == "i", "a relationship without a known peer is found by our DID")
    require(
        await store.find(a, b) is None and await store.find(b, None) is None,
        "a relationship without a known peer is found only by our DID",
    )
    await store.commit(Done(relationships=(Relationship(id="i", ours=a, theirs=b),), at=NOW))
    require(
        await store.find(a, None) is None and await store.find(a, b) is not None,
        "a relationship is found by the peer's DID once it is known",
    )
    old = Relationship(id="old", ours="did:example:new", theirs=b, our_history=(a,))
    ended = Relationship(id="ended", ours=a, theirs=b, state="ended")
    await store.commit(Done(relationships=(old, ended), at=NOW))
    best = await store.find(a, b)
    require(
        best is not None and best.id == "i", "of several, one with current DIDs is found that has not ended"
    )


async def records(store: Store) -> None:
    """Records are kept by kind and key, replaced, removed, and listed in pages."""
    made = tuple(Record(kind="k", key=f"{number}", value=bytes([number, 0, 255])) for number in range(12))
    await store.commit(Done(records=(*made, Record(kind="other", key="0", value=b"x")), at=NOW))
    require(await store.record("k", "3") == made[3], "a record is read byte for byte")
    require(
        await store.record("k", "99") is None and await store.record("none", "0") is None,
        "an unknown record is None",
    )
    for limit in (1, 5, 100):
        found = await each_page(lambda after, limit: store.records("k", after, limit), limit)
        require(found == list(made), "the records of one kind are listed in order")
    replaced = Record(kind="k", key="3", value=b"")
    await store.commit(
        Done(records=(replaced,), forget=(("k", "0"), ("k", "unknown"), ("none", "0")), at=NOW)
    )
    found = await each_page(lambda after, limit: store.records("k", after, limit), 5)
    require(
        found == [*made[1:3], replaced, *made[4:]],
        "a replaced record keeps its place, and a forgotten one is gone",
    )
    require(await store.record("other", "0") is not None, "the records of another kind are not changed")


async def expected(store: Store) -> None:
    """A commit stores nothing if a record that it expects has changed since it was read."""
    peer = Relationship(id="r", ours="did:example:a", theirs="did:example:b", profile={"list": [1, {}]})
    record, talk = Record(kind="k", key="1", value=b"1"), thread("t", data={"a": [1]}, languages=("en",))
    no_thread = NoThread("bob", PROTOCOL, "t")
    stored = Done(relationships=(peer,), records=(record,), threads=(talk,), at=NOW)
    require(
        not await refused(store, replace(stored, expected=(NoRecord("k", "1"), no_thread))),
        "absent records are as expected",
    )
    changes = (
        ((peer,), replace(peer, label="Bob")),
        ((record,), replace(record, value=b"2")),
        ((talk,), replace(talk, state="other")),
        ((NoRecord("k", "1"),), None),
        ((no_thread,), None),
    )
    for (before,), after in changes:
        effect = outgoing(f"of {type(before).__name__}")
        wrong = (before,) if after is None else (after,)
        require(
            await refused(store, Done(expected=wrong, outbox=(effect,), at=NOW)),
            f"a commit that expects another {before} is refused",
        )
        require(await store.outgoing(effect.id) is None, "nothing of a refused commit is stored")
    require(
        await refused(store, Done(expected=(peer, NoRecord("k", "1")), at=NOW)),
        "all of `expected` is checked",
    )
    fitting = Done(
        expected=(
            await store.relationship("r") or peer,
            await store.record("k", "1") or record,
            await store.thread("bob", PROTOCOL, "t") or talk,
        ),
        outbox=(outgoing("effect"),),
        at=NOW,
    )
    require(not await refused(store, fitting), "a commit is stored if its records are as expected")
    require(await store.outgoing("effect") is not None, "the effects of that commit are stored")


async def one_of_several(store: Store) -> None:
    """Of concurrent commits with the same `expected`, one is stored."""
    made = [Record(kind="k", key="1", value=bytes([number])) for number in range(20)]

    async def store_one(record: Record) -> bool:
        return not await refused(store, Done(records=(record,), expected=(NoRecord("k", "1"),), at=NOW))

    answers = await call_at_once([partial(store_one, record) for record in made])
    require(answers.count(True) == 1, "one of several concurrent commits is stored")
    require(await store.record("k", "1") == made[answers.index(True)], "the commit that returned is stored")


CHECKS = {
    check.__name__: check
    for check in (threads, wakes, relationships, parties, invited, records, expected, one_of_several)
}
