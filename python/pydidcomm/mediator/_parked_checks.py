"""The part of the conformance suite about parked messages; `testing.CHECKS` has it."""

from collections.abc import Sequence
from typing import Final

from pydidcomm.mediator.records import Action, Arrival, Placement, Recipient, RouteChange
from pydidcomm.mediator.storage import MediatorStore

_NOW: Final = 1_700_000_000.0
_BOB: Final = "did:example:bob"
_CAROL: Final = "did:example:carol"
_ALL: Final = 1_000_000


def _require(condition: object, rule: str) -> None:
    if not condition:
        message = f"the store breaks a rule: {rule}"
        raise AssertionError(message)


async def _filled(store: MediatorStore, envelopes: Sequence[bytes], did: str = _BOB) -> Recipient:
    recipient = await store.grant(did, _NOW)
    await store.change_routes(recipient, [RouteChange(did, Action.ADD)], _NOW)
    for envelope in envelopes:
        await store.place(Arrival(next=did, envelope=envelope, at=_NOW, expires=_NOW + 100))
    return recipient


async def _delivered(store: MediatorStore, recipient: Recipient, count: int = 9) -> list[bytes]:
    found = await store.deliver(recipient, count=count, size=_ALL, at=_NOW + 1)
    # the count may be written later than the delivery, but before what follows
    await store.check()
    return [each.envelope for each in found]


async def _numbers(store: MediatorStore, did: str | None = None) -> list[int]:
    return [each.number for each in await store.parked.messages(9, did=did)]


async def parking(store: MediatorStore) -> None:
    """A parked message is in no queue, and is found with its deliveries and times."""
    bob = await _filled(store, (b"1", b"22", b"333"))
    await _delivered(store, bob, 1)
    await _delivered(store, bob, 2)
    found = await store.parked.delivered(9)
    _require([(each.deliveries, each.bytes) for each in found] == [(2, 1), (1, 2)], "most deliveries first")
    _require(await store.parked.delivered(9, did=_CAROL) == [], "the messages of one recipient")
    _require(await store.parked.park([found[0].number, 10**6], _NOW + 2) == 1, "unknown numbers are ignored")
    status = await store.status(bob)
    _require((status.count, status.bytes) == (2, 5), "the counters of the queue")
    _require(await _delivered(store, bob) == [b"22", b"333"], "a parked message is not delivered")
    (parked,) = await store.parked.messages(9, did=_BOB)
    _require((parked.did, parked.deliveries, parked.parked) == (_BOB, 2, _NOW + 2), "what is parked")
    _require((parked.first_delivered, parked.expires) == (_NOW + 1, _NOW + 100), "its times")
    _require(await _numbers(store, _CAROL) == [], "the parked messages of one recipient")
    whole, (row,) = await store.overview(), await store.longest(9)
    _require((whole.messages, whole.parked, whole.parked_bytes) == (2, 1, 1), "the overview")
    _require((row.messages, row.parked, row.unacknowledged) == (2, 1, 2), "the queues")
    again = await store.place(Arrival(next=_BOB, envelope=b"1", at=_NOW))
    _require(again.outcome is Placement.SEEN, "the same envelope is not taken again")


async def restoring(store: MediatorStore) -> None:
    """A restored message is the newest of its queue, with its id, and is delivered as if never before."""
    bob = await _filled(store, (b"1", b"2"))
    first = (await store.deliver(bob, count=1, size=_ALL, at=_NOW))[0]
    await store.check()
    await store.parked.park([first.seq], _NOW)
    numbers = await _numbers(store)
    _require(await store.parked.restore([*numbers, *numbers, 10**6]) == 1, "each once")
    found = await store.deliver(bob, count=9, size=_ALL, at=_NOW)
    _require([each.envelope for each in found] == [b"2", b"1"], "the newest of the queue")
    _require((found[1].id, found[1].deliveries, found[1].received) == (first.id, 0, _NOW), "the same message")
    _require(found[1].seq > found[0].seq, "live sessions find it")
    _require((await store.status(bob)).count == 2, "the counters")  # noqa: PLR2004, both
    _require(await store.parked.count() == 0, "nothing is parked")
    _require(await store.acknowledge(bob, [first.id], _NOW) == 1, "it is acknowledged by its id")


async def parked_ends(store: MediatorStore) -> None:
    """A parked message ends by the operator, by its own time, or by an acknowledgment that comes late."""
    bob = await _filled(store, (b"1", b"2", b"3"))
    carol = await _filled(store, (), _CAROL)
    found = await store.deliver(bob, count=9, size=_ALL, at=_NOW)
    await store.check()
    _require(await store.parked.park([each.seq for each in found], _NOW) == 3, "several")  # noqa: PLR2004
    _require(await store.acknowledge(carol, [found[0].id], _NOW) == 0, "another recipient")
    _require(await store.acknowledge(bob, [found[0].id, found[0].id], _NOW) == 1, "a late acknowledgment")
    _require(await store.parked.delete((await _numbers(store))[:1]) == 1, "the operator")
    _require(await store.parked.count() == 1, "the others stay")
    for envelope in (b"1", b"2"):
        again = await store.place(Arrival(next=_BOB, envelope=envelope, at=_NOW))
        _require(again.outcome is Placement.SEEN, "what is gone is not taken again")
    _require(await store.expire(_NOW + 101, 9) == 1, "its time")
    _require(await store.parked.count() == 0, "nothing is left")
    status = await store.status(bob)
    _require((status.count, status.bytes) == (0, 0), "the counters")


async def parked_moves(store: MediatorStore) -> None:
    """Parked messages follow the rotations of their recipient."""
    bob = await _filled(store, (b"1",))
    await _filled(store, (b"2",), _CAROL)
    await store.deliver(bob, count=1, size=_ALL, at=_NOW)
    await store.check()
    await store.parked.park([each.number for each in await store.parked.delivered(9)], _NOW)
    await store.move(_BOB, "did:example:robert", _NOW)
    _require(len(await _numbers(store, "did:example:robert")) == 1, "a rotation")
    await store.move("did:example:robert", _CAROL, _NOW)
    _require(await store.parked.restore(await _numbers(store, _CAROL)) == 1, "a rotation that joins two")
    carol = await store.grant(_CAROL, _NOW)
    _require(await _delivered(store, carol) == [b"2", b"1"], "the queue of both")


CHECKS: Final = (parking, restoring, parked_ends, parked_moves)
