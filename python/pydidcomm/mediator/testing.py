"""Conformance suite for implementations of `MediatorStore`.

Each check in `CHECKS` is a coroutine function that takes a new, empty store, and raises AssertionError.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from pydidcomm.mediator import _departure_checks, _invitation_checks, _parked_checks
from pydidcomm.mediator._check_parts import ALL, BOB, CAROL, NOW, require
from pydidcomm.mediator.records import Action, Arrival, Placement, RouteChange, RouteResult
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["CHECKS"]


Check = Callable[[MediatorStore], Awaitable[None]]


def _arrival(envelope: bytes, route: str = BOB, *, at: float = NOW, expires: float | None = None) -> Arrival:
    return Arrival(next=route, envelope=envelope, at=at, expires=expires)


async def _add(store: MediatorStore, owner: str, did: str, names: tuple[str, ...] = ()) -> RouteResult:
    recipient = await store.grant(owner, NOW)
    return (await store.change_routes(recipient, [RouteChange(did, Action.ADD, names)], NOW))[0]


async def _envelopes(store: MediatorStore, owner: str = BOB, route: str | None = None) -> list[bytes]:
    recipient = await store.grant(owner, NOW)
    found = await store.deliver(recipient, count=100, size=ALL, at=NOW, route=route)
    return [each.envelope for each in found]


async def unregistered(store: MediatorStore) -> None:
    """A grant alone routes nothing; a removed DID routes nothing more."""
    bob = await store.grant(BOB, NOW)
    require(
        (await store.place(_arrival(b"1"))).outcome is Placement.UNKNOWN, "a grant does not register a DID"
    )
    await _add(store, BOB, BOB)
    require((await store.place(_arrival(b"1"))).outcome is Placement.STORED, "a registered DID is routed")
    removal = await store.change_routes(bob, [RouteChange(BOB, Action.REMOVE)], NOW)
    require(removal == [RouteResult.SUCCESS], "a registered DID can be removed")
    require((await store.place(_arrival(b"2"))).outcome is Placement.UNKNOWN, "a removed DID is not routed")
    require(await _envelopes(store) == [b"1"], "what was queued stays")


async def order(store: MediatorStore) -> None:
    """Envelopes are delivered in the order of acceptance, byte for byte."""
    await _add(store, BOB, BOB)
    sent = [f'{{"a" :{number}}}'.encode() for number in range(20)]
    for envelope in sent:
        await store.place(_arrival(envelope))
    require(await _envelopes(store) == sent, "the order of acceptance, and every byte")


async def once(store: MediatorStore) -> None:
    """The same envelope for the same DID is stored once, also after its acknowledgment."""
    await _add(store, BOB, BOB)
    await _add(store, BOB, "did:example:bob2")
    require((await store.place(_arrival(b"1"))).outcome is Placement.STORED, "the first copy")
    require((await store.place(_arrival(b"1"))).outcome is Placement.SEEN, "the second copy")
    second = (await store.place(_arrival(b"1", "did:example:bob2"))).outcome
    require(second is Placement.STORED, "another DID of the recipient has a copy of its own")
    bob = await store.grant(BOB, NOW)
    first = (await store.deliver(bob, count=1, size=ALL, at=NOW))[0]
    await store.acknowledge(bob, [first.id], NOW)
    require((await store.place(_arrival(b"1"))).outcome is Placement.SEEN, "a late retry of its sender")


async def kept(store: MediatorStore) -> None:
    """What is delivered stays until it is acknowledged, under the same id."""
    await _add(store, BOB, BOB)
    await store.place(_arrival(b"1"))
    bob = await store.grant(BOB, NOW)
    first = await store.deliver(bob, count=9, size=ALL, at=NOW)
    # the count may be written later than the delivery, but before what follows
    await store.check()
    again = await store.deliver(bob, count=9, size=ALL, at=NOW)
    require([each.id for each in first] == [each.id for each in again], "ids stay")
    require(again[0].deliveries == 1, "deliveries are counted")
    require(await store.queued(bob, [first[0].id, "unknown"]) == [first[0].id], "what is queued")
    require(await store.acknowledge(bob, [first[0].id, first[0].id, "unknown"], NOW) == 1, "unknown ids")
    require(await store.queued(bob, [first[0].id]) == [], "what is queued no more")
    require(await store.acknowledge(bob, [first[0].id], NOW) == 0, "acknowledging is idempotent")
    status = await store.status(bob)
    require((status.count, status.bytes, status.oldest) == (0, 0, None), "nothing is left behind")


async def owners(store: MediatorStore) -> None:
    """A recipient acknowledges only its own envelopes; the first registration wins."""
    await _add(store, BOB, BOB)
    require(await _add(store, CAROL, BOB) is RouteResult.CLIENT_ERROR, "the first registration wins")
    await store.place(_arrival(b"1"))
    bob, carol = await store.grant(BOB, NOW), await store.grant(CAROL, NOW)
    name = (await store.deliver(bob, count=1, size=ALL, at=NOW))[0].id
    require(await store.acknowledge(carol, [name], NOW) == 0, "another recipient's envelope")
    require(await _envelopes(store, CAROL) == [], "another recipient's queue")
    require(await _envelopes(store) == [b"1"], "the owner's queue")
    require(await store.owns(carol, BOB) is None, "another recipient's DID")


async def proved(store: MediatorStore) -> None:
    """A DID that speaks for itself outranks its registration by another."""
    require(await _add(store, CAROL, BOB) is RouteResult.SUCCESS, "a free DID")
    await store.grant(BOB, NOW)
    require((await store.place(_arrival(b"1"))).outcome is Placement.STORED, "the route stays")
    require(await _envelopes(store) == [b"1"], "the DID's own party has it")
    require(await _add(store, CAROL, BOB) is RouteResult.CLIENT_ERROR, "it is not taken back")


async def names(store: MediatorStore) -> None:
    """A forward names a DID, a DID URL of it, or a key of a registered DID."""
    await _add(store, BOB, BOB, ("did:key:zKey", f"{BOB}#key-1"))
    for number, route in enumerate((f"{BOB}#key-9", "did:key:zKey", "did:key:zKey#zKey", BOB)):
        placed = (await store.place(_arrival(str(number).encode(), route))).outcome
        require(placed is Placement.STORED, f"the name {route}")
    bob = await store.grant(BOB, NOW)
    require(await store.owns(bob, "did:key:zKey") == BOB, "the registered form is returned")
    await store.change_routes(bob, [RouteChange(BOB, Action.REMOVE)], NOW)
    gone = (await store.place(_arrival(b"9", "did:key:zKey"))).outcome
    require(gone is Placement.UNKNOWN, "the names of a removed DID")


async def key_claims(store: MediatorStore) -> None:
    """The first claim of a key's name wins, until the holder of the key proves it."""
    key, other = "did:key:zKey", "did:key:zOther"
    await _add(store, CAROL, CAROL, (key, other))
    await _add(store, CAROL, "did:key:zRouted")
    await _add(store, BOB, BOB, (key, other))
    await store.place(_arrival(b"1", key))
    require(await _envelopes(store, CAROL) == [b"1"], "the first claim")
    bob = await store.grant(BOB, NOW, (key, "did:key:zRouted"))
    for number, name in enumerate((key, f"{key}#zKey", "did:key:zRouted")):
        await store.place(_arrival(f"2{number}".encode(), name))
    require(await _envelopes(store) == [b"20", b"21", b"22"], "a proved key")
    await store.place(_arrival(b"3", other))
    require(await _envelopes(store, CAROL) == [b"1", b"3"], "a proof is of one key")
    await _add(store, CAROL, "did:example:carol2", (key,))
    require(await store.owns(bob, key) == BOB, "a later claim of a proved key")
    change = RouteChange(other, Action.ADD, proved=(other,))
    require(await store.change_routes(bob, [change], NOW) == [RouteResult.SUCCESS], "a proved did:key")
    require(await store.owns(bob, other) == other, "the route of a proved did:key")


async def rotation(store: MediatorStore) -> None:
    """Grant, routes and queue follow a rotation; the old DID loses them."""
    await _add(store, BOB, BOB)
    await store.place(_arrival(b"1"))
    require(await store.move(BOB, "did:example:robert", NOW), "the rotation of a recipient")
    require(await store.recipient(BOB) is None, "the old DID has no grant")
    require(await _envelopes(store, "did:example:robert") == [b"1"], "the queue follows")
    require((await store.place(_arrival(b"2"))).outcome is Placement.STORED, "the routes follow")
    require(not await store.move("did:example:none", "did:example:x", NOW), "a DID without a grant")
    (moved,) = await store.moves(0)
    require((moved.old_did, moved.did) == (BOB, "did:example:robert"), "the rotation is noted")
    require(moved.old == moved.recipient.id, "the recipient is the same")
    require(await store.moves(moved.seq) == [], "rotations past a place")
    await store.expire(NOW + 3_601, 9)
    require(await store.moves(0) == [], "the note of a rotation is kept for an hour")


async def merge(store: MediatorStore) -> None:
    """A rotation to a DID that has a grant joins both, and the counters fit."""
    await _add(store, BOB, BOB)
    await _add(store, CAROL, CAROL)
    await store.place(_arrival(b"1"))
    await store.place(_arrival(b"22", CAROL))
    require(await store.move(BOB, CAROL, NOW), "a rotation to a known DID")
    status = await store.status(await store.grant(CAROL, NOW))
    require((status.count, status.bytes) == (2, 3), "both queues are one")
    require((await store.place(_arrival(b"333"))).outcome is Placement.STORED, "both DIDs are routed")
    carol = await store.grant(CAROL, NOW)
    await store.move(CAROL, "did:example:dave", NOW)
    first, second = await store.moves(0)
    require((first.old_did, first.recipient.id) == (BOB, carol.id), "the recipient that both are")
    require(first.recipient.did == second.recipient.did == "did:example:dave", "the DID now")
    require((first.did, second.old) == (CAROL, carol.id), "rotations in their order")


async def bounded_delivery(store: MediatorStore) -> None:
    """A delivery is bounded in number and bytes, has at least one envelope, and starts where asked."""
    await _add(store, BOB, BOB)
    await _add(store, BOB, "did:example:bob2")
    for number in range(6):
        await store.place(_arrival(bytes([65 + number]) * 10, BOB if number % 2 else "did:example:bob2"))
    bob = await store.grant(BOB, NOW)
    require(len(await store.deliver(bob, count=4, size=ALL, at=NOW)) == 4, "the number")  # noqa: PLR2004
    require(len(await store.deliver(bob, count=4, size=25, at=NOW)) == 2, "the bytes")  # noqa: PLR2004
    require(len(await store.deliver(bob, count=4, size=1, at=NOW)) == 1, "at least one")
    found = await store.deliver(bob, count=9, size=ALL, at=NOW, route="did:example:bob2")
    require([each.envelope[:1] for each in found] == [b"A", b"C", b"E"], "one DID of the recipient")
    everything = await store.deliver(bob, count=9, size=ALL, at=NOW)
    rest = await store.deliver(
        bob, count=9, size=ALL, at=NOW, after=everything[0].seq, skip={everything[1].seq}
    )
    require([each.seq for each in rest] == [each.seq for each in everything[2:]], "after and skip")
    require(await store.last(bob) == everything[-1].seq, "the newest place in the order")
    status = await store.status(bob, "did:example:bob2")
    require((status.count, status.bytes) == (3, 30), "the status of one DID")


async def expiry(store: MediatorStore) -> None:
    """Expired envelopes are not stored, leave in small steps, and give their room back."""
    await _add(store, BOB, BOB)
    late = (await store.place(_arrival(b"late", expires=NOW - 1))).outcome
    require(late is Placement.EXPIRED, "an envelope that expired before it came")
    for number in range(5):
        await store.place(_arrival(str(number).encode(), expires=NOW + 10))
    await store.place(_arrival(b"stays", expires=NOW + 100))
    require(await store.expire(NOW + 50, 3) == 3, "small steps")  # noqa: PLR2004
    require(await store.expire(NOW + 50, 3) == 2, "the rest")  # noqa: PLR2004
    status = await store.status(await store.grant(BOB, NOW))
    require((status.count, status.bytes) == (1, 5), "the counters fit")


async def pages(store: MediatorStore) -> None:
    """Routes are listed in pages, only those of the recipient."""
    for number in range(5):
        await _add(store, BOB, f"did:example:b{number}")
    await _add(store, CAROL, CAROL)
    bob = await store.grant(BOB, NOW)
    first, count = await store.routes(bob, 0, 3)
    rest, _ = await store.routes(bob, 3, 3)
    require(sorted([*first, *rest]) == [f"did:example:b{number}" for number in range(5)], "each once")
    require(count == 5, "how many there are")  # noqa: PLR2004
    again = await store.change_routes(bob, [RouteChange("did:example:b0", Action.ADD)], NOW)
    require(again == [RouteResult.NO_CHANGE], "a repeated registration")


async def overview(store: MediatorStore) -> None:
    """The operator sees how much waits, and what is never acknowledged."""
    await _add(store, BOB, BOB)
    await _add(store, CAROL, CAROL)
    for number in range(3):
        await store.place(_arrival(str(number).encode()))
    bob = await store.grant(BOB, NOW)
    await store.deliver(bob, count=1, size=ALL, at=NOW)
    await store.check()
    found = await store.overview()
    require((found.recipients, found.routes, found.messages, found.bytes) == (2, 2, 3, 3), "the numbers")
    require((found.oldest, found.unacknowledged) == (NOW, 1), "the oldest, and the unacknowledged")
    rows = await store.longest(5)
    require([(row.did, row.messages, row.deliveries) for row in rows] == [(BOB, 3, 1)], "the queues")


async def writable(store: MediatorStore) -> None:
    """A check of a sound store passes."""
    await store.check()


CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            unregistered,
            order,
            once,
            kept,
            owners,
            proved,
            names,
            key_claims,
            rotation,
            merge,
            bounded_delivery,
            expiry,
            pages,
            overview,
            writable,
            *_departure_checks.CHECKS,
            *_invitation_checks.CHECKS,
            *_parked_checks.CHECKS,
        )
    }
)
"""The checks by name."""
