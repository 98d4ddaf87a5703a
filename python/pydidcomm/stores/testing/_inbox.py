"""Checks of the inbox."""

from functools import partial

from pydidcomm.stores.records import CLOCK_SECONDS, Done
from pydidcomm.stores.store import ClaimingStore, Store
from pydidcomm.stores.testing._common import (
    NOW,
    call_at_once,
    each_page,
    incoming,
    keys,
    outgoing,
    refused,
    require,
    thread,
)

__all__ = ["CHECKS"]


async def order(store: Store) -> None:
    """Messages wait in the order of acceptance, byte for byte, until they are done."""
    for number in range(12):
        require(await store.accept(incoming(f"m{number}", f"lane {number % 3}")), "a new message is accepted")
    page = await store.waiting(NOW)
    require(
        [item.key for item in page] == [f"m{number}" for number in range(12)],
        "messages wait in the order of acceptance",
    )
    first = page[0]
    require(
        (first.body, first.lane, first.relationship, first.at, first.attempts, first.state)
        == (b"m0", "lane 0", "of lane 0", NOW, 0, "waiting"),
        "a message is read as it was accepted",
    )
    await store.commit(Done(inbox_key="m0", at=NOW))
    await store.commit(Done(inbox_key="m2", at=NOW))
    require(
        await keys(store) == ["m1", *(f"m{number}" for number in range(3, 12))],
        "a message that is done does not wait",
    )


async def seen_twice(store: Store) -> None:
    """A key is accepted once, whether its message is waiting, parked or done."""
    require(await store.accept(incoming("m")), "a new message is accepted")
    require(not await store.accept(incoming("m", "another lane")), "the key of a waiting message is refused")
    await store.park("m", "a fault")
    require(not await store.accept(incoming("m")), "the key of a parked message is refused")
    require(await keys(store) == [], "a repeat does not wait")
    await store.replay("m")
    await store.commit(Done(inbox_key="m", at=NOW))
    require(not await store.accept(incoming("m")), "the key of a message that is done is refused")
    require(await keys(store) == [], "a message that is done does not wait again")


async def lanes(store: Store) -> None:
    """A message is committed only as the first of its lane, and only once."""
    for name, lane in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        await store.accept(incoming(name, lane))
    effect = Done(inbox_key="a2", threads=(thread("t"),), outbox=(outgoing("o"),), at=NOW)
    require(await refused(store, effect), "a message behind another one of its lane is not committed")
    require(await store.outgoing("o") is None, "a refused commit stores no message")
    require(await store.thread("bob", thread("t").protocol, "t") is None, "a refused commit stores no thread")
    await store.commit(Done(inbox_key="b1", at=NOW))
    await store.commit(Done(inbox_key="a1", at=NOW))
    await store.commit(effect)
    require(await store.outgoing("o") is not None, "the first of its lane is committed")
    again = Done(inbox_key="a2", outbox=(outgoing("twice"),), at=NOW)
    require(await refused(store, again), "a message is committed once")
    require(await store.outgoing("twice") is None, "a second commit stores nothing")
    require(await refused(store, Done(inbox_key="unknown", at=NOW)), "an unknown message is not committed")


async def claims(store: Store) -> None:
    """One process has the claim on a message, until the claim ends; skipped for a store without claims."""
    if not isinstance(store, ClaimingStore):
        return
    await store.accept(incoming("a1", "a"))
    await store.accept(incoming("a2", "a"))
    one = partial(store.claim, by="one", now=NOW, until=NOW + 10)
    two = partial(store.claim, by="two", now=NOW, until=NOW + 10)
    require(await one("a1"), "a waiting message can be claimed")
    require(not await two("a1"), "a claimed message is not claimed by another process")
    require(await store.claim("a1", by="one", now=NOW + 5, until=NOW + 20), "a claim is extended")
    require(
        not await store.claim("a1", by="two", now=NOW + 19, until=NOW + 30), "an extended claim is in force"
    )
    require(not await two("a2"), "a message behind another one of its lane is not claimed")
    require(await keys(store) == ["a1", "a2"], "a claimed message is still waiting")
    require(await store.claim("a1", by="two", now=NOW + 20, until=NOW + 30), "a claim ends at `until`")
    require(await store.claim("a1", by="two", now=NOW, until=NOW), "the owner of a claim can end it")
    require(await one("a1"), "a message whose claim was ended can be claimed")
    await store.postpone("a1", attempts=1, next_at=NOW, error=None, at=NOW)
    require(await two("a1"), "a postponed message can be claimed by any process")
    await store.commit(Done(inbox_key="a1", at=NOW))
    require(not await two("a1"), "a message that is done cannot be claimed")
    require(await two("a2"), "the next message of the lane can be claimed")
    require(not await one("unknown"), "an unknown message cannot be claimed")
    found = await call_at_once(
        [partial(store.claim, "a2", by=str(number), now=NOW + 10, until=NOW + 20) for number in range(8)]
    )
    require(sum(found) == 1, "one of several concurrent claims is granted")


async def postponed(store: Store) -> None:
    """A postponed message blocks its lane until its time, and no other lane."""
    for name, lane in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        await store.accept(incoming(name, lane))
    await store.postpone("a1", attempts=2, next_at=NOW + 60, error="a fault", at=NOW)
    require(await keys(store) == ["b1"], "a postponed message blocks its lane")
    require(await keys(store, NOW + 59) == ["b1"], "a postponed message blocks its lane until its time")
    page = await store.waiting(NOW + 60)
    require([item.key for item in page] == ["a1", "a2", "b1"], "a postponed message keeps its place")
    require(
        (page[0].attempts, page[0].error) == (2, "a fault"), "a postponed message has its attempts and error"
    )
    await store.postpone("a1", attempts=3, next_at=NOW + 90, error="again", at=NOW + 60)
    require(await keys(store, NOW + 60) == ["b1"], "a message can be postponed again")
    await store.commit(Done(inbox_key="a1", at=NOW + 95))
    require(await keys(store) == ["a2", "b1"], "the lane continues when the postponed message is done")
    await store.postpone("a1", attempts=9, next_at=NOW + 999, error="late", at=NOW)
    await store.postpone("unknown", attempts=1, next_at=NOW + 999, error="unknown", at=NOW)
    require(await keys(store) == ["a2", "b1"], "a message that is done is not postponed")


async def inbox_clock(store: Store) -> None:
    """A postponed message and a claim do not wait for a clock that was set back."""
    await store.accept(incoming("a1", "a"))
    await store.accept(incoming("a2", "a"))
    await store.postpone("a1", attempts=1, next_at=NOW + 5, error="a fault", at=NOW)
    require(await keys(store, NOW - CLOCK_SECONDS) == [], "clocks of two machines differ")
    require(await keys(store, NOW - 3600) == ["a1", "a2"], "a clock that was set back by an hour")
    if isinstance(store, ClaimingStore):
        require(await store.claim("a1", by="one", now=NOW + 5, until=NOW + 20), "a claim")
        back = NOW + 5 - 3600
        require(await store.claim("a1", by="two", now=back, until=back + 15), "it is over")
        require(not await store.claim("a1", by="one", now=back, until=back + 15), "and the new one counts")


async def parked(store: Store) -> None:
    """A parked message does not block its lane; it is listed, kept, and replayed at the end of its lane."""
    for name in ("a1", "a2", "a3"):
        await store.accept(incoming(name, "a", expires=NOW + 5 if name == "a1" else None))
    await store.postpone("a1", attempts=3, next_at=NOW + 60, error="a fault", at=NOW)
    await store.park("a1", "three faults")
    require(await keys(store) == ["a2", "a3"], "a parked message does not block its lane")
    page = await store.parked()
    require(
        [(item.key, item.body, item.state, item.error, item.attempts) for item in page]
        == [("a1", b"a1", "parked", "three faults", 3)],
        "a parked message is listed unchanged",
    )
    require(await refused(store, Done(inbox_key="a1", at=NOW)), "a parked message is not committed")
    await store.forget_before(NOW + 1_000_000)
    require(len(await store.parked()) == 1, "`forget_before` keeps parked messages")
    require(await store.replay("a1"), "a parked message is replayed")
    require(not await store.replay("a1"), "a parked message is replayed once")
    unparked = await store.replay("a2") or await store.replay("unknown")
    require(not unparked, "only a parked message is replayed")
    require(
        await keys(store, NOW + 5) == ["a2", "a3", "a1"],
        "a replayed message is at the end of its lane, expired or not",
    )
    item = (await store.waiting(NOW))[2]
    require(
        (item.attempts, item.error, item.state) == (0, None, "waiting"),
        "a replayed message is like a new one",
    )
    require(len(await store.parked()) == 0, "a replayed message is not listed as parked")


async def inbox_expiry(store: Store) -> None:
    """A message that has expired is not handled, does not block its lane, and is removed."""
    await store.accept(incoming("a1", "a", expires=NOW + 10))
    await store.accept(incoming("a2", "a"))
    await store.accept(incoming("b1", "b", expires=NOW + 10))
    await store.accept(incoming("b2", "b"))
    await store.postpone("b1", attempts=1, next_at=NOW + 60, error="a fault", at=NOW)
    require(await keys(store, NOW + 9) == ["a1", "a2"], "a message is listed before it expires")
    require(
        await keys(store, NOW + 10) == ["a2", "b2"],
        "an expired message is omitted, and does not block its lane",
    )
    await store.commit(Done(inbox_key="a2", at=NOW + 10))
    require(not await store.accept(incoming("a1")), "the key of an expired message is refused")
    require(await store.forget_before(NOW + 10) == 2, "`forget_before` removes expired messages")
    require(await keys(store, NOW + 10) == ["b2"], "`forget_before` keeps messages that have not expired")


async def inbox_pages(store: Store) -> None:
    """The inbox is read in pages, also if messages are done or parked between the pages."""
    for number in range(25):
        await store.accept(incoming(f"m{number:02}", f"lane {number}"))
    expected = [f"m{number:02}" for number in range(25)]
    for limit in (1, 7, 25, 100):
        found = await each_page(lambda after, limit: store.waiting(NOW, limit, after=after), limit)
        require([item.key for item in found] == expected, "the pages have each message once, in order")
    page = await store.waiting(NOW, 10)
    for item in page:
        await store.commit(Done(inbox_key=item.key, at=NOW))
    rest = await store.waiting(NOW, 10, after=page.after)
    require(
        [item.key for item in rest] == expected[10:20], "messages that are done do not move the next page"
    )
    for item in await store.waiting(NOW, 100):
        await store.park(item.key, "a fault")
    found = await each_page(store.parked, 4)
    require([item.key for item in found] == expected[10:], "parked messages are listed in pages too")


async def many_postponed(store: Store) -> None:
    """Many blocked lanes do not hide a message that can be handled."""
    for number in range(150):
        await store.accept(incoming(f"held {number}", f"held {number % 75}"))
        if number < 75:
            await store.postpone(f"held {number}", attempts=1, next_at=NOW + 60, error="a fault", at=NOW)
    await store.accept(incoming("free", "free"))
    page = await store.waiting(NOW, 1)
    require([item.key for item in page] == ["free"], "a page is full as long as there are messages to handle")
    require(len(await store.waiting(NOW + 60, 200)) == 151, "all messages are listed after their time")


async def accepted_at_once(store: Store) -> None:
    """Of concurrent calls for a key one accepts it, and every message is stored."""
    same = await call_at_once([partial(store.accept, incoming("same")) for _ in range(20)])
    require(sorted(same) == [False] * 19 + [True], "one of several concurrent calls accepts a key")
    many = await call_at_once(
        [partial(store.accept, incoming(f"m{number}", f"lane {number}")) for number in range(60)]
    )
    require(all(answer is True for answer in many), "concurrent calls accept all new keys")
    found = await store.waiting(NOW, 200)
    require(
        sorted(item.key for item in found) == sorted(["same", *(f"m{n}" for n in range(60))]),
        "all accepted messages wait",
    )
    effects = [Done(inbox_key="same", outbox=(outgoing(f"o{number}"),), at=NOW) for number in range(10)]
    conflicts = await call_at_once([partial(refused, store, effect) for effect in effects])
    require(
        sorted(conflicts) == [False] + [True] * 9, "one of several concurrent commits of a message is stored"
    )
    require(len(await store.due(NOW)) == 1, "the effects of a message are stored once")


CHECKS = {
    check.__name__: check
    for check in (
        order,
        seen_twice,
        lanes,
        claims,
        postponed,
        inbox_clock,
        parked,
        inbox_expiry,
        inbox_pages,
        many_postponed,
        accepted_at_once,
    )
}
