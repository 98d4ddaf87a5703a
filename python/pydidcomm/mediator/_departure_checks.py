"""The checks of the conformance suite for departures; `testing.CHECKS` contains them."""

from collections.abc import Iterable
from typing import Final

from pydidcomm.mediator._check_parts import ALL, BOB, CAROL, NOW, require
from pydidcomm.mediator.departures import Departure, Departures, Fate, Outgoing, OutgoingLimits, Settlement
from pydidcomm.mediator.records import Placement
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["CHECKS"]


_LIMITS: Final = OutgoingLimits()


async def _keep(  # noqa: PLR0913, all but three are named
    queue: Departures,
    envelope: bytes,
    to: str = BOB,
    *,
    delay: float = 0.0,
    ends: float = NOW + 100,
    limits: OutgoingLimits = _LIMITS,
) -> Placement:
    departure = Departure(next=to, envelope=envelope, at=NOW, due=NOW + delay, ends=ends)
    return await queue.keep(departure, limits)


async def _take(queue: Departures, now: float = NOW, *, size: int = ALL) -> list[Outgoing]:
    return await queue.take(now, now + 60, 100, size)


def _envelopes(found: Iterable[Outgoing]) -> list[bytes]:
    return [each.envelope for each in found]


async def departures(store: MediatorStore) -> None:
    """Departures of one `next` leave in order, one after the other; those of another at the same time."""
    queue = store.departures
    for envelope in (b"1", b"2", b"3"):
        require(await _keep(queue, envelope) is Placement.STORED, "a departure is stored")
    await _keep(queue, b"c", CAROL)
    found = await _take(queue)
    require(_envelopes(found) == [b"1", b"c"], "the first of each `next`")
    require(found[0].next == BOB, "the `next` is as it was")
    require(await _take(queue) == [], "what was taken is not due")
    await queue.settle([Settlement(found[0].seq, Fate.SENT), Settlement(ALL, Fate.SENT)], NOW, _LIMITS)
    found = await _take(queue)
    require(_envelopes(found) == [b"2"], "the next one after it was sent")
    await queue.settle([Settlement(found[0].seq, Fate.DROPPED)], NOW, _LIMITS)
    require(_envelopes(await _take(queue)) == [b"3"], "the next one after it was dropped")
    require(_envelopes(await _take(queue, NOW + 60)) == [b"3", b"c"], "due again without an outcome")
    require(await queue.load() == (2, 2 + len(BOB) + len(CAROL)), "the totals fit")


async def departures_once(store: MediatorStore) -> None:
    """The same envelope for the same `next` leaves once; what was dropped may come again."""
    queue = store.departures
    for number, fate in enumerate((Fate.SENT, Fate.DROPPED)):
        envelope = str(number).encode()
        await _keep(queue, envelope)
        require(await _keep(queue, envelope) is Placement.SEEN, "the second copy")
        require(await _keep(queue, envelope, CAROL) is Placement.STORED, "another `next`")
        for each in await _take(queue):
            await queue.settle([Settlement(each.seq, fate)], NOW, _LIMITS)
    require(await _keep(queue, b"0") is Placement.SEEN, "what was sent")
    require(await _keep(queue, b"1") is Placement.STORED, "what was dropped")


async def departures_later(store: MediatorStore) -> None:
    """A failed departure holds up those behind it, until it is put apart; a delay holds up nothing."""
    queue = store.departures
    await _keep(queue, b"delayed", delay=50)
    for envelope in (b"1", b"2"):
        await _keep(queue, envelope)
    first = (await _take(queue))[0]
    require(first.envelope == b"1", "a delayed departure does not hold up the others")
    await queue.settle([Settlement(first.seq, Fate.LATER, NOW + 10, 1)], NOW, _LIMITS)
    require(await _take(queue, NOW + 9) == [], "the first is not due, and the second waits for it")
    again = (await _take(queue, NOW + 10))[0]
    require((again.envelope, again.attempts) == (b"1", 1), "the first is due again")
    await queue.settle([Settlement(again.seq, Fate.LATER, NOW + 40, 2, apart=True)], NOW, _LIMITS)
    require(_envelopes(await _take(queue, NOW + 11)) == [b"2"], "the second no longer waits")
    require(_envelopes(await _take(queue, NOW + 55)) == [b"1", b"delayed"], "both are due")


async def departures_clock(store: MediatorStore) -> None:
    """A departure does not wait for a clock that was set back, unless its sender requested a delay."""
    queue = store.departures
    await _keep(queue, b"delayed", delay=50)
    await _keep(queue, b"1")
    await _keep(queue, b"2")
    back = NOW - 3_600
    found = await _take(queue, back)
    require(_envelopes(found) == [b"1"], "what arrived before the clock was set back")
    await queue.settle([Settlement(found[0].seq, Fate.LATER, NOW + 10, 1)], NOW, _LIMITS)
    require(await _take(queue, NOW - 60) == [], "clocks of two machines differ")
    require(_envelopes(await _take(queue, back)) == [b"1"], "what failed before")
    require(await _take(queue, back) == [], "what was taken is not due")
    require(_envelopes(await _take(queue, back - 3_600)) == [b"1"], "what was taken before")
    require(_envelopes(await _take(queue, NOW + 50)) == [b"1", b"delayed"], "all are due")


async def departures_bounds(store: MediatorStore) -> None:
    """Departures are bounded in number, in bytes and for each `next`, and expire in small steps."""
    queue = store.departures
    small = OutgoingLimits(messages=4, bytes=200, per_next=2)
    require(await _keep(queue, b"late", ends=NOW) is Placement.EXPIRED, "what is over")
    late = await _keep(queue, b"late", delay=50, ends=NOW + 40)
    require(late is Placement.EXPIRED, "what is over before it may leave")
    for envelope in (b"1", b"2"):
        require(await _keep(queue, envelope, ends=NOW + 10, limits=small) is Placement.STORED, "room")
    require(await _keep(queue, b"3", limits=small) is Placement.FULL, "the bound of a `next`")
    require(await _keep(queue, b"x" * 200, CAROL, limits=small) is Placement.FULL, "the bytes")
    for number in range(2):
        await _keep(queue, b"x" * 10, f"did:example:{number}", limits=small)
    require(await _keep(queue, b"4", CAROL, limits=small) is Placement.FULL, "the number")
    require(len(await _take(queue, size=1)) == 1, "at least one")
    require(await queue.expire(NOW + 10, 1) == 1, "small steps")
    require(await queue.expire(NOW + 10, 5) == 1, "the rest")
    require((await queue.load())[0] == 2, "the totals fit")  # noqa: PLR2004
    await _keep(queue, b"5", limits=small)
    left = [b"5", b"x" * 10, b"x" * 10]
    require(sorted(_envelopes(await _take(queue, NOW + 90))) == left, "what is left is due")


async def departures_unresolved(store: MediatorStore) -> None:
    """A quarter of the queue is for every `next` that does not resolve, until it does."""
    queue = store.departures
    small = OutgoingLimits(messages=16, bytes=10_000)

    async def try_departure(*resolving: str) -> int:
        outcomes = [
            Settlement(each.seq, Fate.LATER, NOW, resolved=each.next in resolving)
            for each in await _take(queue)
        ]
        return await queue.settle(outcomes, NOW, small)

    for envelope in (b"1", b"2", b"3"):
        await _keep(queue, envelope, limits=small)
    require([await try_departure(), await try_departure()] == [0, 0], "all of one `next` count once")
    require(await _keep(queue, b"x" * 3_000, limits=small) is Placement.FULL, "a quarter of the bytes")
    require(await _keep(queue, b"4", limits=small) is Placement.STORED, "the last of the quarter")
    require(await _keep(queue, b"5", limits=small) is Placement.FULL, "a quarter of the messages")
    require(await _keep(queue, b"c", CAROL, limits=small) is Placement.STORED, "room for another `next`")
    require(await try_departure(CAROL) == 0, "what resolves stays")
    for each in await _take(queue):
        await queue.settle([Settlement(each.seq, Fate.LATER, NOW)], NOW, small)
    require((await queue.load())[0] == 5, "what is not known changes nothing")  # noqa: PLR2004
    require(await try_departure() == 1, "what does not resolve has no room in the quarter")
    require([each.next for each in await _take(queue)] == [BOB], "it is gone, and the others are not")
    require((await queue.load())[0] == 4, "the totals fit")  # noqa: PLR2004
    found = await _take(queue, NOW + 60)
    await queue.settle([Settlement(found[0].seq, Fate.SENT, resolved=True)], NOW, small)
    for envelope in (b"5", b"6"):
        require(await _keep(queue, envelope, limits=small) is Placement.STORED, "one that resolved again")
    require(await _keep(queue, b"c", CAROL, limits=small) is Placement.STORED, "what was dropped")
    require(await try_departure(BOB) == 0, "the quarter is free again")


CHECKS: Final = (
    departures,
    departures_once,
    departures_later,
    departures_clock,
    departures_bounds,
    departures_unresolved,
)
