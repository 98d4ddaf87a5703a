"""The part of the conformance suite about departures; `testing.CHECKS` has it."""

from collections.abc import Iterable
from typing import Final

from pydidcomm.mediator.departures import Departure, Departures, Fate, Outgoing, OutgoingLimits, Settlement
from pydidcomm.mediator.records import Placement
from pydidcomm.mediator.storage import MediatorStore

_NOW: Final = 1_700_000_000.0
_BOB: Final = "did:example:bob"
_CAROL: Final = "did:example:carol"
_ALL: Final = 1_000_000
_LIMITS: Final = OutgoingLimits()


def _require(condition: object, rule: str) -> None:
    if not condition:
        message = f"the store breaks a rule: {rule}"
        raise AssertionError(message)


async def _keep(  # noqa: PLR0913, all but three are named
    queue: Departures,
    envelope: bytes,
    to: str = _BOB,
    *,
    delay: float = 0.0,
    ends: float = _NOW + 100,
    limits: OutgoingLimits = _LIMITS,
) -> Placement:
    departure = Departure(next=to, envelope=envelope, at=_NOW, due=_NOW + delay, ends=ends)
    return await queue.keep(departure, limits)


async def _taken(queue: Departures, now: float = _NOW, *, size: int = _ALL) -> list[Outgoing]:
    return await queue.take(now, now + 60, 100, size)


def _envelopes(found: Iterable[Outgoing]) -> list[bytes]:
    return [each.envelope for each in found]


async def departures(store: MediatorStore) -> None:
    """Departures of one `next` leave in order, one after the other; those of another at the same time."""
    queue = store.departures
    for envelope in (b"1", b"2", b"3"):
        _require(await _keep(queue, envelope) is Placement.STORED, "a departure is stored")
    await _keep(queue, b"c", _CAROL)
    found = await _taken(queue)
    _require(_envelopes(found) == [b"1", b"c"], "the first of each `next`")
    _require(found[0].next == _BOB, "the `next` is as it was")
    _require(await _taken(queue) == [], "what was taken is not due")
    await queue.settle([Settlement(found[0].seq, Fate.SENT), Settlement(_ALL, Fate.SENT)], _NOW, _LIMITS)
    found = await _taken(queue)
    _require(_envelopes(found) == [b"2"], "the next one after it was sent")
    await queue.settle([Settlement(found[0].seq, Fate.DROPPED)], _NOW, _LIMITS)
    _require(_envelopes(await _taken(queue)) == [b"3"], "the next one after it was dropped")
    _require(_envelopes(await _taken(queue, _NOW + 60)) == [b"3", b"c"], "due again without an outcome")
    _require(await queue.load() == (2, 2 + len(_BOB) + len(_CAROL)), "the totals fit")


async def departures_once(store: MediatorStore) -> None:
    """The same envelope for the same `next` leaves once; what was dropped may come again."""
    queue = store.departures
    for number, fate in enumerate((Fate.SENT, Fate.DROPPED)):
        envelope = str(number).encode()
        await _keep(queue, envelope)
        _require(await _keep(queue, envelope) is Placement.SEEN, "the second copy")
        _require(await _keep(queue, envelope, _CAROL) is Placement.STORED, "another `next`")
        for each in await _taken(queue):
            await queue.settle([Settlement(each.seq, fate)], _NOW, _LIMITS)
    _require(await _keep(queue, b"0") is Placement.SEEN, "what was sent")
    _require(await _keep(queue, b"1") is Placement.STORED, "what was dropped")


async def departures_later(store: MediatorStore) -> None:
    """A failed departure holds up those behind it, until it is put apart; a delay holds up nothing."""
    queue = store.departures
    await _keep(queue, b"delayed", delay=50)
    for envelope in (b"1", b"2"):
        await _keep(queue, envelope)
    first = (await _taken(queue))[0]
    _require(first.envelope == b"1", "a delayed departure does not hold up the others")
    await queue.settle([Settlement(first.seq, Fate.LATER, _NOW + 10, 1)], _NOW, _LIMITS)
    _require(await _taken(queue, _NOW + 9) == [], "the first is not due, and the second waits for it")
    again = (await _taken(queue, _NOW + 10))[0]
    _require((again.envelope, again.attempts) == (b"1", 1), "the first is due again")
    await queue.settle([Settlement(again.seq, Fate.LATER, _NOW + 40, 2, apart=True)], _NOW, _LIMITS)
    _require(_envelopes(await _taken(queue, _NOW + 11)) == [b"2"], "the second no longer waits")
    _require(_envelopes(await _taken(queue, _NOW + 55)) == [b"1", b"delayed"], "both are due")


async def departures_bounds(store: MediatorStore) -> None:
    """Departures are bounded in number, in bytes and for each `next`, and expire in small steps."""
    queue = store.departures
    small = OutgoingLimits(messages=4, bytes=200, per_next=2)
    _require(await _keep(queue, b"late", ends=_NOW) is Placement.EXPIRED, "what is over")
    late = await _keep(queue, b"late", delay=50, ends=_NOW + 40)
    _require(late is Placement.EXPIRED, "what is over before it may leave")
    for envelope in (b"1", b"2"):
        _require(await _keep(queue, envelope, ends=_NOW + 10, limits=small) is Placement.STORED, "room")
    _require(await _keep(queue, b"3", limits=small) is Placement.FULL, "the bound of a `next`")
    _require(await _keep(queue, b"x" * 200, _CAROL, limits=small) is Placement.FULL, "the bytes")
    for number in range(2):
        await _keep(queue, b"x" * 10, f"did:example:{number}", limits=small)
    _require(await _keep(queue, b"4", _CAROL, limits=small) is Placement.FULL, "the number")
    _require(len(await _taken(queue, size=1)) == 1, "at least one")
    _require(await queue.expire(_NOW + 10, 1) == 1, "small steps")
    _require(await queue.expire(_NOW + 10, 5) == 1, "the rest")
    _require((await queue.load())[0] == 2, "the totals fit")  # noqa: PLR2004
    await _keep(queue, b"5", limits=small)
    left = [b"5", b"x" * 10, b"x" * 10]
    _require(sorted(_envelopes(await _taken(queue, _NOW + 90))) == left, "what is left is due")


async def departures_unresolved(store: MediatorStore) -> None:
    """A quarter of the queue is for every `next` that does not resolve, until it does."""
    queue = store.departures
    small = OutgoingLimits(messages=16, bytes=10_000)

    async def tried(*resolving: str) -> int:
        outcomes = [
            Settlement(each.seq, Fate.LATER, _NOW, resolved=each.next in resolving)
            for each in await _taken(queue)
        ]
        return await queue.settle(outcomes, _NOW, small)

    for envelope in (b"1", b"2", b"3"):
        await _keep(queue, envelope, limits=small)
    _require([await tried(), await tried()] == [0, 0], "all of one `next` count once")
    _require(await _keep(queue, b"x" * 3_000, limits=small) is Placement.FULL, "a quarter of the bytes")
    _require(await _keep(queue, b"4", limits=small) is Placement.STORED, "the last of the quarter")
    _require(await _keep(queue, b"5", limits=small) is Placement.FULL, "a quarter of the messages")
    _require(await _keep(queue, b"c", _CAROL, limits=small) is Placement.STORED, "room for another `next`")
    _require(await tried(_CAROL) == 0, "what resolves stays")
    for each in await _taken(queue):
        await queue.settle([Settlement(each.seq, Fate.LATER, _NOW)], _NOW, small)
    _require((await queue.load())[0] == 5, "what is not known changes nothing")  # noqa: PLR2004
    _require(await tried() == 1, "what does not resolve has no room in the quarter")
    _require([each.next for each in await _taken(queue)] == [_BOB], "it is gone, and the others are not")
    _require((await queue.load())[0] == 4, "the totals fit")  # noqa: PLR2004
    found = await _taken(queue, _NOW + 60)
    await queue.settle([Settlement(found[0].seq, Fate.SENT, resolved=True)], _NOW, small)
    for envelope in (b"5", b"6"):
        _require(await _keep(queue, envelope, limits=small) is Placement.STORED, "one that resolved again")
    _require(await _keep(queue, b"c", _CAROL, limits=small) is Placement.STORED, "what was dropped")
    _require(await tried(_BOB) == 0, "the quarter is free again")


CHECKS: Final = (departures, departures_once, departures_later, departures_bounds, departures_unresolved)
