"""Checks of the outbox."""

from functools import partial

from pydidcomm.stores.records import CLOCK_SECONDS, Done, OutboxItem
from pydidcomm.stores.store import ClaimingStore, Store
from pydidcomm.stores.testing._common import NOW, ids, incoming, keys, outgoing, refused, require

__all__ = ["CHECKS"]


async def outbox_order(store: Store) -> None:
    """Only the first message of each lane is due, until it is settled."""
    messages = [outgoing(f"{lane}{number}", lane) for number in (1, 2, 3) for lane in "ab"]
    await store.commit(Done(outbox=tuple(messages), at=NOW))
    require(await ids(store) == ["a1", "b1"], "the first message of each lane is due, oldest first")
    await store.settle("a1", "sent", attempts=1, at=NOW)
    require(
        await ids(store) == ["b1", "a2"], "the next message of a lane is due when the first one is settled"
    )
    await store.settle("b1", "waiting", attempts=1, next_at=NOW + 60, error="no answer", at=NOW)
    require(await ids(store) == ["a2"], "a message with a later attempt blocks its lane")
    require(await ids(store, NOW + 60) == ["b1", "a2"], "a message is due at its `next_at`")
    found = await store.outgoing("b1")
    require(
        found is not None
        and (found.state, found.attempts, found.next_at, found.error)
        == ("waiting", 1, NOW + 60, "no answer"),
        "a settled message has its attempts and error",
    )
    for name, state in (("b1", "failed"), ("a2", "unconfirmed"), ("b2", "acknowledged")):
        await store.settle(name, state, at=NOW)  # type: ignore[arg-type]
    require(await ids(store) == ["a3", "b3"], "each outcome frees the lane")
    require(len(await store.due(NOW, 1)) == 1, "`due` returns at most `limit` messages")


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
    require(await store.due(NOW - 1) == [], "a message is not due before its `next_at`")
    require(await store.due(NOW) == [item], "a message is read with every member")
    require(
        await store.outgoing("o") == item and await store.outgoing("unknown") is None,
        "`outgoing` returns the message of an id, and None for an unknown id",
    )
    await store.commit(Done(outbox=(outgoing("o", "other"), outgoing("p", "other")), at=NOW))
    require(await store.outgoing("o") == item, "a commit leaves a message with a known id as it is")
    require(await ids(store) == ["o", "p"], "a commit stores the messages with new ids")
    require(await ids(store, NOW + 100) == ["o", "p"], "an expired message is due, to be settled as failed")


async def sent_again(store: Store) -> None:
    """A sent message without an acknowledgment is due again, and does not block its lane."""
    await store.commit(Done(outbox=(outgoing("a1", "a", wants_ack=True), outgoing("a2", "a")), at=NOW))
    await store.settle("a1", "sent", attempts=1, next_at=NOW + 30, at=NOW)
    require(await ids(store) == ["a2"], "a sent message does not block its lane")
    require(await ids(store, NOW + 30) == ["a1", "a2"], "a sent message with `next_at` is due again")
    require(await store.forget_before(NOW + 1000) == 0, "`forget_before` keeps a message that is due again")
    await store.settle("a1", "acknowledged", at=NOW + 31)
    require(await ids(store, NOW + 60) == ["a2"], "an acknowledged message is not due again")
    await store.settle("a1", "failed", at=NOW + 32)
    await store.settle("unknown", "failed", at=NOW + 32)
    found = await store.outgoing("a1")
    require(found is not None and found.state == "acknowledged", "the state `acknowledged` is final")


async def outbox_clock(store: Store) -> None:
    """Another attempt does not wait for a clock that was set back; a message with a time of its own does."""
    at_its_time = outgoing("at its time", "b", next_at=NOW)
    await store.commit(Done(outbox=(outgoing("a1", "a"), at_its_time, outgoing("c1", "c")), at=NOW))
    await store.settle("a1", "waiting", attempts=1, next_at=NOW + 5, at=NOW)
    await store.settle("c1", "sent", attempts=1, next_at=NOW + 30, at=NOW)
    require(await ids(store, NOW - CLOCK_SECONDS) == [], "clocks of two machines differ")
    back = NOW - 3600
    require(await ids(store, back) == ["a1", "c1"], "a clock that was set back by an hour")
    if isinstance(store, ClaimingStore):
        claim = partial(store.claim_outgoing, now=back, until=back + 15)
        require(await claim("a1", by="one"), "what is due is claimed")
        require(not await claim("a1", by="two"), "and the claim counts")
        require(await store.claim_outgoing("a1", by="two", now=back - 3600, until=back - 3500), "until then")
    await store.settle("a1", "waiting", attempts=2, next_at=back + 10, at=back)
    await store.settle("c1", "acknowledged", at=back)
    require(await ids(store, back + 9) == [], "the time of the next attempt counts")
    require(await ids(store, back + 10) == ["a1"], "when it comes")
    require(await ids(store, back - 3600) == ["a1"], "and a second time the clock is set back")


async def outbox_claims(store: Store) -> None:
    """One process has the claim on a message that is due, until the claim ends or the message is settled."""
    if not isinstance(store, ClaimingStore):
        return
    await store.commit(Done(outbox=(outgoing("o1", "a"), outgoing("o2", "a")), at=NOW))
    two = partial(store.claim_outgoing, by="two", now=NOW, until=NOW + 10)
    require(
        await store.claim_outgoing("o1", by="one", now=NOW, until=NOW + 10),
        "a message that is due can be claimed",
    )
    require(not await two("o1"), "a claimed message is not claimed by another process")
    require(not await two("o2"), "a message behind another one of its lane is not claimed")
    require(await ids(store) == ["o1"], "a claimed message is still due")
    ended = partial(store.claim_outgoing, by="two", now=NOW + 10, until=NOW + 100)
    require(await ended("o1"), "a claim ends at `until`")
    await store.settle("o1", "waiting", attempts=1, next_at=NOW + 30, at=NOW)
    require(not await ended("o1"), "a message that is due later cannot be claimed")
    require(await store.claim_outgoing("o1", by="one", now=NOW + 30, until=NOW + 40), "`settle` ends a claim")
    await store.settle("o1", "sent", at=NOW)
    require(
        not await store.claim_outgoing("o1", by="one", now=NOW + 30, until=NOW + 40),
        "a sent message cannot be claimed",
    )
    require(await two("o2"), "the next message of the lane can be claimed")
    require(not await two("unknown"), "an unknown message cannot be claimed")


async def outbox_atomic(store: Store) -> None:
    """The replies of a message are stored together with its state, or neither."""
    await store.accept(incoming("m"))
    done = Done(inbox_key="m", outbox=(outgoing("r1"), outgoing("r2", "b")), at=NOW)
    await store.commit(done)
    require(
        (await keys(store), await ids(store)) == ([], ["r1", "r2"]),
        "a commit marks the message as done and stores its replies",
    )
    more = Done(inbox_key="m", outbox=(outgoing("r3", "c"),), at=NOW)
    require(
        await refused(store, more) and await store.outgoing("r3") is None, "a refused commit stores no reply"
    )


async def outbox_states(store: Store) -> None:
    """An unknown state and a `limit` out of range are refused."""
    await store.commit(Done(outbox=(outgoing("o"),), at=NOW))
    for wrong in ("delivered", ""):
        try:
            await store.settle("o", wrong)  # type: ignore[arg-type]
        except ValueError:
            continue
        require(condition=False, rule="an unknown state raises ValueError")
    for limit in (0, -1, 1001):
        for read in (store.due, store.waiting, store.wakes):
            try:
                await read(NOW, limit)
            except ValueError:
                continue
            require(condition=False, rule="a `limit` below 1 or above 1000 raises ValueError")
    require(await ids(store) == ["o"], "a refused call changes nothing")


CHECKS = {
    check.__name__: check
    for check in (
        outbox_order,
        outbox_members,
        sent_again,
        outbox_clock,
        outbox_claims,
        outbox_atomic,
        outbox_states,
    )
}
