"""The conformance suite of stores of a mediator: each check is a coroutine that takes an empty store.

A store of your own passes when all of `CHECKS` pass; each gets a store of its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from pydidcomm.mediator import _departure_checks, _invitation_checks, _parked_checks
from pydidcomm.mediator.records import Action, Arrival, Placement, RouteChange, RouteResult
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["CHECKS"]

_NOW: Final = 1_700_000_000.0
_BOB: Final = "did:example:bob"
_CAROL: Final = "did:example:carol"
_ALL: Final = 1_000_000

Check = Callable[[MediatorStore], Awaitable[None]]


def _require(condition: object, rule: str) -> None:
    if not condition:
        message = f"the store breaks a rule: {rule}"
        raise AssertionError(message)


def _arrival(
    envelope: bytes, route: str = _BOB, *, at: float = _NOW, expires: float | None = None
) -> Arrival:
    return Arrival(next=route, envelope=envelope, at=at, expires=expires)


async def _add(store: MediatorStore, owner: str, did: str, names: tuple[str, ...] = ()) -> RouteResult:
    recipient = await store.grant(owner, _NOW)
    return (await store.change_routes(recipient, [RouteChange(did, Action.ADD, names)], _NOW))[0]


async def _envelopes(store: MediatorStore, owner: str = _BOB, route: str | None = None) -> list[bytes]:
    recipient = await store.grant(owner, _NOW)
    found = await store.deliver(recipient, count=100, size=_ALL, at=_NOW, route=route)
    return [each.envelope for each in found]


async def unregistered(store: MediatorStore) -> None:
    """A grant alone routes nothing; a removed DID routes nothing more."""
    bob = await store.grant(_BOB, _NOW)
    _require(
        (await store.place(_arrival(b"1"))).outcome is Placement.UNKNOWN, "a grant does not register a DID"
    )
    await _add(store, _BOB, _BOB)
    _require((await store.place(_arrival(b"1"))).outcome is Placement.STORED, "a registered DID is routed")
    removal = await store.change_routes(bob, [RouteChange(_BOB, Action.REMOVE)], _NOW)
    _require(removal == [RouteResult.SUCCESS], "a registered DID can be removed")
    _require((await store.place(_arrival(b"2"))).outcome is Placement.UNKNOWN, "a removed DID is not routed")
    _require(await _envelopes(store) == [b"1"], "what was queued stays")


async def order(store: MediatorStore) -> None:
    """Envelopes are delivered in the order of acceptance, byte for byte."""
    await _add(store, _BOB, _BOB)
    sent = [f'{{"a" :{number}}}'.encode() for number in range(20)]
    for envelope in sent:
        await store.place(_arrival(envelope))
    _require(await _envelopes(store) == sent, "the order of acceptance, and every byte")


async def once(store: MediatorStore) -> None:
    """The same envelope for the same DID is stored once, also after its acknowledgment."""
    await _add(store, _BOB, _BOB)
    await _add(store, _BOB, "did:example:bob2")
    _require((await store.place(_arrival(b"1"))).outcome is Placement.STORED, "the first copy")
    _require((await store.place(_arrival(b"1"))).outcome is Placement.SEEN, "the second copy")
    second = (await store.place(_arrival(b"1", "did:example:bob2"))).outcome
    _require(second is Placement.STORED, "another DID of the recipient has a copy of its own")
    bob = await store.grant(_BOB, _NOW)
    first = (await store.deliver(bob, count=1, size=_ALL, at=_NOW))[0]
    await store.acknowledge(bob, [first.id], _NOW)
    _require((await store.place(_arrival(b"1"))).outcome is Placement.SEEN, "a late retry of its sender")


async def kept(store: MediatorStore) -> None:
    """What is delivered stays until it is acknowledged, under the same id."""
    await _add(store, _BOB, _BOB)
    await store.place(_arrival(b"1"))
    bob = await store.grant(_BOB, _NOW)
    first = await store.deliver(bob, count=9, size=_ALL, at=_NOW)
    # the count may be written later than the delivery, but before what follows
    await store.check()
    again = await store.deliver(bob, count=9, size=_ALL, at=_NOW)
    _require([each.id for each in first] == [each.id for each in again], "ids stay")
    _require(again[0].deliveries == 1, "deliveries are counted")
    _require(await store.queued(bob, [first[0].id, "unknown"]) == [first[0].id], "what is queued")
    _require(await store.acknowledge(bob, [first[0].id, first[0].id, "unknown"], _NOW) == 1, "unknown ids")
    _require(await store.queued(bob, [first[0].id]) == [], "what is queued no more")
    _require(await store.acknowledge(bob, [first[0].id], _NOW) == 0, "acknowledging is idempotent")
    status = await store.status(bob)
    _require((status.count, status.bytes, status.oldest) == (0, 0, None), "nothing is left behind")


async def owners(store: MediatorStore) -> None:
    """A recipient acknowledges only its own envelopes; the first registration wins."""
    await _add(store, _BOB, _BOB)
    _require(await _add(store, _CAROL, _BOB) is RouteResult.CLIENT_ERROR, "the first registration wins")
    await store.place(_arrival(b"1"))
    bob, carol = await store.grant(_BOB, _NOW), await store.grant(_CAROL, _NOW)
    name = (await store.deliver(bob, count=1, size=_ALL, at=_NOW))[0].id
    _require(await store.acknowledge(carol, [name], _NOW) == 0, "another recipient's envelope")
    _require(await _envelopes(store, _CAROL) == [], "another recipient's queue")
    _require(await _envelopes(store) == [b"1"], "the owner's queue")
    _require(await store.owns(carol, _BOB) is None, "another recipient's DID")


async def proved(store: MediatorStore) -> None:
    """A DID that speaks for itself outranks its registration by another."""
    _require(await _add(store, _CAROL, _BOB) is RouteResult.SUCCESS, "a free DID")
    await store.grant(_BOB, _NOW)
    _require((await store.place(_arrival(b"1"))).outcome is Placement.STORED, "the route stays")
    _require(await _envelopes(store) == [b"1"], "the DID's own party has it")
    _require(await _add(store, _CAROL, _BOB) is RouteResult.CLIENT_ERROR, "it is not taken back")


async def names(store: MediatorStore) -> None:
    """A forward names a DID, a DID URL of it, or a key of a registered DID."""
    await _add(store, _BOB, _BOB, ("did:key:zKey", f"{_BOB}#key-1"))
    for number, route in enumerate((f"{_BOB}#key-9", "did:key:zKey", "did:key:zKey#zKey", _BOB)):
        placed = (await store.place(_arrival(str(number).encode(), route))).outcome
        _require(placed is Placement.STORED, f"the name {route}")
    bob = await store.grant(_BOB, _NOW)
    _require(await store.owns(bob, "did:key:zKey") == _BOB, "the registered form is returned")
    await store.change_routes(bob, [RouteChange(_BOB, Action.REMOVE)], _NOW)
    gone = (await store.place(_arrival(b"9", "did:key:zKey"))).outcome
    _require(gone is Placement.UNKNOWN, "the names of a removed DID")


async def key_claims(store: MediatorStore) -> None:
    """The first claim of a key's name wins, until the holder of the key proves it."""
    key, other = "did:key:zKey", "did:key:zOther"
    await _add(store, _CAROL, _CAROL, (key, other))
    await _add(store, _CAROL, "did:key:zRouted")
    await _add(store, _BOB, _BOB, (key, other))
    await store.place(_arrival(b"1", key))
    _require(await _envelopes(store, _CAROL) == [b"1"], "the first claim")
    bob = await store.grant(_BOB, _NOW, (key, "did:key:zRouted"))
    for number, name in enumerate((key, f"{key}#zKey", "did:key:zRouted")):
        await store.place(_arrival(f"2{number}".encode(), name))
    _require(await _envelopes(store) == [b"20", b"21", b"22"], "a proved key")
    await store.place(_arrival(b"3", other))
    _require(await _envelopes(store, _CAROL) == [b"1", b"3"], "a proof is of one key")
    await _add(store, _CAROL, "did:example:carol2", (key,))
    _require(await store.owns(bob, key) == _BOB, "a later claim of a proved key")
    change = RouteChange(other, Action.ADD, proved=(other,))
    _require(await store.change_routes(bob, [change], _NOW) == [RouteResult.SUCCESS], "a proved did:key")
    _require(await store.owns(bob, other) == other, "the route of a proved did:key")


async def rotation(store: MediatorStore) -> None:
    """Grant, routes and queue follow a rotation; the old DID loses them."""
    await _add(store, _BOB, _BOB)
    await store.place(_arrival(b"1"))
    _require(await store.move(_BOB, "did:example:robert", _NOW), "the rotation of a recipient")
    _require(await store.recipient(_BOB) is None, "the old DID has no grant")
    _require(await _envelopes(store, "did:example:robert") == [b"1"], "the queue follows")
    _require((await store.place(_arrival(b"2"))).outcome is Placement.STORED, "the routes follow")
    _require(not await store.move("did:example:none", "did:example:x", _NOW), "a DID without a grant")
    (moved,) = await store.moves(0)
    _require((moved.old_did, moved.did) == (_BOB, "did:example:robert"), "the rotation is noted")
    _require(moved.old == moved.recipient.id, "the recipient is the same")
    _require(await store.moves(moved.seq) == [], "rotations past a place")
    await store.expire(_NOW + 3_601, 9)
    _require(await store.moves(0) == [], "the note of a rotation is kept for an hour")


async def merge(store: MediatorStore) -> None:
    """A rotation to a DID that has a grant joins both, and the counters fit."""
    await _add(store, _BOB, _BOB)
    await _add(store, _CAROL, _CAROL)
    await store.place(_arrival(b"1"))
    await store.place(_arrival(b"22", _CAROL))
    _require(await store.move(_BOB, _CAROL, _NOW), "a rotation to a known DID")
    status = await store.status(await store.grant(_CAROL, _NOW))
    _require((status.count, status.bytes) == (2, 3), "both queues are one")
    _require((await store.place(_arrival(b"333"))).outcome is Placement.STORED, "both DIDs are routed")
    carol = await store.grant(_CAROL, _NOW)
    await store.move(_CAROL, "did:example:dave", _NOW)
    first, second = await store.moves(0)
    _require((first.old_did, first.recipient.id) == (_BOB, carol.id), "the recipient that both are")
    _require(first.recipient.did == second.recipient.did == "did:example:dave", "the DID now")
    _require((first.did, second.old) == (_CAROL, carol.id), "rotations in their order")


async def bounded_delivery(store: MediatorStore) -> None:
    """A delivery is bounded in number and bytes, has at least one envelope, and starts where asked."""
    await _add(store, _BOB, _BOB)
    await _add(store, _BOB, "did:example:bob2")
    for number in range(6):
        await store.place(_arrival(bytes([65 + number]) * 10, _BOB if number % 2 else "did:example:bob2"))
    bob = await store.grant(_BOB, _NOW)
    _require(len(await store.deliver(bob, count=4, size=_ALL, at=_NOW)) == 4, "the number")  # noqa: PLR2004
    _require(len(await store.deliver(bob, count=4, size=25, at=_NOW)) == 2, "the bytes")  # noqa: PLR2004
    _require(len(await store.deliver(bob, count=4, size=1, at=_NOW)) == 1, "at least one")
    found = await store.deliver(bob, count=9, size=_ALL, at=_NOW, route="did:example:bob2")
    _require([each.envelope[:1] for each in found] == [b"A", b"C", b"E"], "one DID of the recipient")
    everything = await store.deliver(bob, count=9, size=_ALL, at=_NOW)
    rest = await store.deliver(
        bob, count=9, size=_ALL, at=_NOW, after=everything[0].seq, skip={everything[1].seq}
    )
    _require([each.seq for each in rest] == [each.seq for each in everything[2:]], "after and skip")
    _require(await store.last(bob) == everything[-1].seq, "the newest place in the order")
    status = await store.status(bob, "did:example:bob2")
    _require((status.count, status.bytes) == (3, 30), "the status of one DID")


async def expiry(store: MediatorStore) -> None:
    """Expired envelopes are not stored, leave in small steps, and give their room back."""
    await _add(store, _BOB, _BOB)
    late = (await store.place(_arrival(b"late", expires=_NOW - 1))).outcome
    _require(late is Placement.EXPIRED, "an envelope that expired before it came")
    for number in range(5):
        await store.place(_arrival(str(number).encode(), expires=_NOW + 10))
    await store.place(_arrival(b"stays", expires=_NOW + 100))
    _require(await store.expire(_NOW + 50, 3) == 3, "small steps")  # noqa: PLR2004
    _require(await store.expire(_NOW + 50, 3) == 2, "the rest")  # noqa: PLR2004
    status = await store.status(await store.grant(_BOB, _NOW))
    _require((status.count, status.bytes) == (1, 5), "the counters fit")


async def pages(store: MediatorStore) -> None:
    """Routes are listed in pages, only those of the recipient."""
    for number in range(5):
        await _add(store, _BOB, f"did:example:b{number}")
    await _add(store, _CAROL, _CAROL)
    bob = await store.grant(_BOB, _NOW)
    first, count = await store.routes(bob, 0, 3)
    rest, _ = await store.routes(bob, 3, 3)
    _require(sorted([*first, *rest]) == [f"did:example:b{number}" for number in range(5)], "each once")
    _require(count == 5, "how many there are")  # noqa: PLR2004
    again = await store.change_routes(bob, [RouteChange("did:example:b0", Action.ADD)], _NOW)
    _require(again == [RouteResult.NO_CHANGE], "a repeated registration")


async def overview(store: MediatorStore) -> None:
    """The operator sees how much waits, and what is never acknowledged."""
    await _add(store, _BOB, _BOB)
    await _add(store, _CAROL, _CAROL)
    for number in range(3):
        await store.place(_arrival(str(number).encode()))
    bob = await store.grant(_BOB, _NOW)
    await store.deliver(bob, count=1, size=_ALL, at=_NOW)
    await store.check()
    found = await store.overview()
    _require((found.recipients, found.routes, found.messages, found.bytes) == (2, 2, 3, 3), "the numbers")
    _require((found.oldest, found.unacknowledged) == (_NOW, 1), "the oldest, and the unacknowledged")
    rows = await store.longest(5)
    _require([(row.did, row.messages, row.deliveries) for row in rows] == [(_BOB, 3, 1)], "the queues")


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
