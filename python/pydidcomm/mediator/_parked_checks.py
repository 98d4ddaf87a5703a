"""The checks of the conformance suite for parked messages; `testing.CHECKS` contains them."""

from collections.abc import Sequence
from typing import Final

from pydidcomm.mediator._check_parts import ALL, BOB, CAROL, NOW, require
from pydidcomm.mediator.records import Action, Arrival, Placement, Recipient, RouteChange
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["CHECKS"]


async def _fill(store: MediatorStore, envelopes: Sequence[bytes], did: str = BOB) -> Recipient:
    recipient = await store.grant(did, NOW)
    await store.change_routes(recipient, [RouteChange(did, Action.ADD)], NOW)
    for envelope in envelopes:
        await store.place(Arrival(next=did, envelope=envelope, at=NOW, expires=NOW + 100))
    return recipient


async def _deliver(store: MediatorStore, recipient: Recipient, count: int = 9) -> list[bytes]:
    found = await store.deliver(recipient, count=count, size=ALL, at=NOW + 1)
    # the count may be written later than the delivery, but before what follows
    await store.check()
    return [each.envelope for each in found]


async def _numbers(store: MediatorStore, did: str | None = None) -> list[int]:
    return [each.number for each in await store.parked.messages(9, did=did)]


async def parking(store: MediatorStore) -> None:
    """A parked message is in no queue, and is found with its deliveries and times."""
    bob = await _fill(store, (b"1", b"22", b"333"))
    await _deliver(store, bob, 1)
    await _deliver(store, bob, 2)
    found = await store.parked.delivered(9)
    require([(each.deliveries, each.bytes) for each in found] == [(2, 1), (1, 2)], "most deliveries first")
    require(await store.parked.delivered(9, did=CAROL) == [], "the messages of one recipient")
    require(await store.parked.park([found[0].number, 10**6], NOW + 2) == 1, "unknown numbers are ignored")
    status = await store.status(bob)
    require((status.count, status.bytes) == (2, 5), "the counters of the queue")
    require(await _deliver(store, bob) == [b"22", b"333"], "a parked message is not delivered")
    (parked,) = await store.parked.messages(9, did=BOB)
    require((parked.did, parked.deliveries, parked.parked) == (BOB, 2, NOW + 2), "what is parked")
    require((parked.first_delivered, parked.expires) == (NOW + 1, NOW + 100), "its times")
    require(await _numbers(store, CAROL) == [], "the parked messages of one recipient")
    whole, (row,) = await store.overview(), await store.longest(9)
    require((whole.messages, whole.parked, whole.parked_bytes) == (2, 1, 1), "the overview")
    require((row.messages, row.parked, row.unacknowledged) == (2, 1, 2), "the queues")
    again = await store.place(Arrival(next=BOB, envelope=b"1", at=NOW))
    require(again.outcome is Placement.SEEN, "the same envelope is not taken again")


async def restoring(store: MediatorStore) -> None:
    """A restored message is the newest of its queue, with its id, and is delivered as if never before."""
    bob = await _fill(store, (b"1", b"2"))
    first = (await store.deliver(bob, count=1, size=ALL, at=NOW))[0]
    await store.check()
    await store.parked.park([first.seq], NOW)
    numbers = await _numbers(store)
    require(await store.parked.restore([*numbers, *numbers, 10**6]) == 1, "each once")
    found = await store.deliver(bob, count=9, size=ALL, at=NOW)
    require([each.envelope for each in found] == [b"2", b"1"], "the newest of the queue")
    require((found[1].id, found[1].deliveries, found[1].received) == (first.id, 0, NOW), "the same message")
    require(found[1].seq > found[0].seq, "live sessions find it")
    require((await store.status(bob)).count == 2, "the counters")  # noqa: PLR2004, both
    require(await store.parked.count() == 0, "nothing is parked")
    require(await store.acknowledge(bob, [first.id], NOW) == 1, "it is acknowledged by its id")


async def parked_ends(store: MediatorStore) -> None:
    """A parked message ends by the operator, by its own time, or by an acknowledgment that comes late."""
    bob = await _fill(store, (b"1", b"2", b"3"))
    carol = await _fill(store, (), CAROL)
    found = await store.deliver(bob, count=9, size=ALL, at=NOW)
    await store.check()
    require(await store.parked.park([each.seq for each in found], NOW) == 3, "several")  # noqa: PLR2004
    require(await store.acknowledge(carol, [found[0].id], NOW) == 0, "another recipient")
    require(await store.acknowledge(bob, [found[0].id, found[0].id], NOW) == 1, "a late acknowledgment")
    require(await store.parked.delete((await _numbers(store))[:1]) == 1, "the operator")
    require(await store.parked.count() == 1, "the others stay")
    for envelope in (b"1", b"2"):
        again = await store.place(Arrival(next=BOB, envelope=envelope, at=NOW))
        require(again.outcome is Placement.SEEN, "what is gone is not taken again")
    require(await store.expire(NOW + 101, 9) == 1, "its time")
    require(await store.parked.count() == 0, "nothing is left")
    status = await store.status(bob)
    require((status.count, status.bytes) == (0, 0), "the counters")


async def parked_moves(store: MediatorStore) -> None:
    """Parked messages follow the rotations of their recipient."""
    bob = await _fill(store, (b"1",))
    await _fill(store, (b"2",), CAROL)
    await store.deliver(bob, count=1, size=ALL, at=NOW)
    await store.check()
    await store.parked.park([each.number for each in await store.parked.delivered(9)], NOW)
    await store.move(BOB, "did:example:robert", NOW)
    require(len(await _numbers(store, "did:example:robert")) == 1, "a rotation")
    await store.move("did:example:robert", CAROL, NOW)
    require(await store.parked.restore(await _numbers(store, CAROL)) == 1, "a rotation that joins two")
    carol = await store.grant(CAROL, NOW)
    require(await _deliver(store, carol) == [b"2", b"1"], "the queue of both")


CHECKS: Final = (parking, restoring, parked_ends, parked_moves)
