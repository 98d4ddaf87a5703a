"""Checks of the outbox."""

from functools import partial

from pydidcomm.stores.records import Done, OutboxItem
from pydidcomm.stores.store import ClaimingStore, Store
from pydidcomm.stores.testing._common import NOW, ids, incoming, keys, outgoing, refused, require


async def outbox_order(store: Store) -> None:
    """Of each lane only the first message is due, until it is settled."""
    messages = [outgoing(f"{lane}{number}", lane) for number in (1, 2, 3) for lane in "ab"]
    await store.commit(Done(outbox=tuple(messages), at=NOW))
    require(await ids(store) == ["a1", "b1"], "the first of each lane, oldest first")
    await store.settle("a1", "sent", attempts=1, at=NOW)
    require(await ids(store) == ["b1", "a2"], "then the next one of the lane")
    await store.settle("b1", "waiting", attempts=1, next_at=NOW + 60, error="no answer", at=NOW)
    require(await ids(store) == ["a2"], "a message that is tried again later holds its lane")
    require(await ids(store, NOW + 60) == ["b1", "a2"], "until its time")
    found = await store.outgoing("b1")
    require(
        found is not None
        and (found.state, found.attempts, found.next_at, found.error)
        == ("waiting", 1, NOW + 60, "no answer"),
        "attempts and error are kept",
    )
    for name, state in (("b1", "failed"), ("a2", "unconfirmed"), ("b2", "acknowledged")):
        await store.settle(name, state, at=NOW)  # type: ignore[arg-type]
    require(await ids(store) == ["a3", "b3"], "each outcome frees the lane")
    require(len(await store.due(NOW, 1)) == 1, "at most `limit`")


async def outbox_members(store: Store) -> None:
    """A message is read as it was committed, and an id is committed once."""
    item = OutboxItem(
        id="o",
        lane="lane",
        to="did:example:bob",
        message=b'{"a" :"\xc3\xa9"}\x00\xff',
        relationship="r",
        frm="did:example:alice",
        anonymous=True,
        protect_sender=True,
        next_at=NOW,
        expires=NOW + 5,
        wants_ack=True,
    )
    await store.commit(Done(outbox=(item,), at=NOW))
    require(await store.due(NOW - 1) == [], "not before its time")
    require(await store.due(NOW) == [item], "every member")
    require(await store.outgoing("o") == item and await store.outgoing("unknown") is None, "by its id")
    await store.commit(Done(outbox=(outgoing("o", "other"), outgoing("p", "other")), at=NOW))
    require(await store.outgoing("o") == item, "a known id is left as it is")
    require(await ids(store) == ["o", "p"], "and the others are stored")
    require(await ids(store, NOW + 100) == ["o", "p"], "an expired message is due, to be settled as failed")


async def sent_again(store: Store) -> None:
    """A message whose acknowledgment is missing is due again, and holds nothing."""
    await store.commit(Done(outbox=(outgoing("a1", "a", wants_ack=True), outgoing("a2", "a")), at=NOW))
    await store.settle("a1", "sent", attempts=1, next_at=NOW + 30, at=NOW)
    require(await ids(store) == ["a2"], "its lane goes on")
    require(await ids(store, NOW + 30) == ["a1", "a2"], "it is due again")
    require(await store.forget_before(NOW + 1000) == 0, "and is not forgotten")
    await store.settle("a1", "acknowledged", at=NOW + 31)
    require(await ids(store, NOW + 60) == ["a2"], "until it is acknowledged")
    await store.settle("a1", "failed", at=NOW + 32)
    await store.settle("unknown", "failed", at=NOW + 32)
    found = await store.outgoing("a1")
    require(found is not None and found.state == "acknowledged", "which is final")


async def outbox_claims(store: Store) -> None:
    """One process has the claim on a message that is due, until it ends or the message is settled."""
    if not isinstance(store, ClaimingStore):
        return
    await store.commit(Done(outbox=(outgoing("o1", "a"), outgoing("o2", "a")), at=NOW))
    two = partial(store.claim_outgoing, by="two", now=NOW, until=NOW + 10)
    require(await store.claim_outgoing("o1", by="one", now=NOW, until=NOW + 10), "what is due is claimed")
    require(not await two("o1"), "a claimed message is not claimed by another process")
    require(not await two("o2"), "a message behind another one of its lane is not claimed")
    require(await ids(store) == ["o1"], "what is claimed is due still")
    ended = partial(store.claim_outgoing, by="two", now=NOW + 10, until=NOW + 100)
    require(await ended("o1"), "a claim ends")
    await store.settle("o1", "waiting", attempts=1, next_at=NOW + 30, at=NOW)
    require(not await ended("o1"), "what is due later is not claimed")
    require(await store.claim_outgoing("o1", by="one", now=NOW + 30, until=NOW + 40), "settling ends a claim")
    await store.settle("o1", "sent", at=NOW)
    require(
        not await store.claim_outgoing("o1", by="one", now=NOW + 30, until=NOW + 40), "what is sent is not"
    )
    require(await two("o2"), "the next one of the lane is claimed")
    require(not await two("unknown"), "an unknown message is not claimed")


async def outbox_atomic(store: Store) -> None:
    """The replies of a message are stored with its mark, or neither."""
    await store.accept(incoming("m"))
    done = Done(inbox_key="m", outbox=(outgoing("r1"), outgoing("r2", "b")), at=NOW)
    await store.commit(done)
    require((await keys(store), await ids(store)) == ([], ["r1", "r2"]), "both")
    more = Done(inbox_key="m", outbox=(outgoing("r3", "c"),), at=NOW)
    require(await refused(store, more) and await store.outgoing("r3") is None, "or neither")


async def outbox_states(store: Store) -> None:
    """An unknown state is refused, and a page has limits."""
    await store.commit(Done(outbox=(outgoing("o"),), at=NOW))
    for wrong in ("delivered", ""):
        try:
            await store.settle("o", wrong)  # type: ignore[arg-type]
        except ValueError:
            continue
        require(condition=False, rule="an unknown state is a ValueError")
    for limit in (0, -1, 1001):
        for read in (store.due, store.waiting, store.wakes):
            try:
                await read(NOW, limit)
            except ValueError:
                continue
            require(condition=False, rule="a `limit` below 1 or above 1000 is a ValueError")
    require(await ids(store) == ["o"], "nothing has changed")


CHECKS = {
    check.__name__: check
    for check in (outbox_order, outbox_members, sent_again, outbox_claims, outbox_atomic, outbox_states)
}
