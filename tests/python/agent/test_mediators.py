"""The mediators of an agent: remembered, in step with its DIDs, ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging
from pydidcomm.agent import Limits, MediationError
from pydidcomm.errors import DIDCommError
from pydidcomm.mediator import SqliteMediatorStore
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.coordinate_mediation import (
    DidList,
    MediateDeny3,
    MediateGrant3,
    MediateRequest3,
    RecipientQuery,
)
from pydidcomm.stores import Done, MemoryStore
from pydidcomm.transports.http import HttpTransport, Sent
from support.agents import LOOPBACK, SECONDS, eventually, new_agent
from support.mediated import mediator, mobile

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm import DIDDocument, Packed
    from pydidcomm.protocols import Body
    from pydidcomm.transports.http import Sendable

KEPT = Limits(handler_seconds=SECONDS, replaced_seconds=1000)


class Clock:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> float:
        return time.time() + self.ahead


async def registered(folder: Path) -> int:
    """How many DIDs the mediator receives for."""
    store = SqliteMediatorStore(folder / "mediator.db")
    try:
        return (await store.overview()).routes
    finally:
        await store.aclose()


async def test_the_next_start_connects_to_the_mediator_by_itself(tmp_path: Path) -> None:
    heard: list[str] = []
    store = MemoryStore()
    async with mediator(tmp_path) as did, new_agent() as alice:
        async with mobile(store) as bob:
            await bob.mediate(did)
            invitation = await bob.invite()
            friend = await alice.accept(invitation.url)
            await friend.ping(timeout=SECONDS)
            of_bob = await (await invitation.accepted(timeout=SECONDS)).relationship()
            assert of_bob.mediator == did
            assert (await friend.relationship()).mediator is None
        await (await friend.send(Text(content="while it was off"))).sent(timeout=SECONDS)
        async with mobile(store, heard) as bob:
            assert bob.mediators == [did]
            await friend.ping(timeout=SECONDS)
            # a new DID is registered too
            other = await alice.accept((await bob.invite()).url)
            await other.ping(timeout=SECONDS)

            async def fetched() -> bool:
                return heard == ["while it was off"]

            await eventually(fetched)


async def test_an_agent_starts_while_its_mediator_is_away(tmp_path: Path) -> None:
    store = MemoryStore()
    async with mediator(tmp_path, live=False) as did, mobile(store) as bob:
        await bob.mediate(did)
    async with mobile(store) as bob:
        assert bob.mediators == [did]
        with pytest.raises(DIDCommError):
            await bob.invite()


class FailingResolver:
    """A resolver of the program that raises its own exceptions."""

    def __init__(self) -> None:
        self.calls = 0

    async def resolve(self, did: str) -> DIDDocument | None:
        self.calls += 1
        raise LookupError(did)


async def test_an_agent_goes_on_while_the_resolver_of_the_program_fails_for_its_mediator(
    tmp_path: Path,
) -> None:
    clock, store, resolver = Clock(), MemoryStore(), FailingResolver()
    async with mediator(tmp_path, live=False) as did:
        async with mobile(store, limits=KEPT, clock=clock) as bob:
            await bob.mediate(did)
            ended = await bob.relate(await DIDCommMessaging().create_peer_did())
            await ended.end()
        clock.ahead = KEPT.replaced_seconds + 1
        async with mobile(store, limits=KEPT, clock=clock, resolver=resolver) as bob:

            async def asked() -> bool:
                # to fetch, and to take the DID that is not in use any more off the list
                return resolver.calls > 1

            await eventually(asked)
            assert bob.mediators == [did]


@pytest.mark.spec("REL-06")
async def test_a_replaced_did_is_taken_off_the_list_once_the_time_of_both_is_over(tmp_path: Path) -> None:
    clock, store = Clock(), MemoryStore()
    async with mediator(tmp_path) as did, new_agent() as alice:
        async with mobile(store, limits=KEPT, clock=clock) as bob:
            await bob.mediate(did)
            invitation = await bob.invite()
            friend = await alice.accept(invitation.url)
            of_bob = await invitation.accepted(timeout=SECONDS)
            await friend.ping(timeout=SECONDS)
            new = await of_bob.rotate(timeout=SECONDS)
            await of_bob.ping(timeout=SECONDS)
            # those of the invitation and of the relationship before and after the rotation
            assert await registered(tmp_path) == 3
        async with mobile(store, limits=KEPT, clock=clock) as bob:
            await friend.ping(timeout=SECONDS)
            assert await registered(tmp_path) == 3
        clock.ahead = KEPT.replaced_seconds + 1
        async with mobile(store, limits=KEPT, clock=clock) as bob:

            async def removed() -> bool:
                return await registered(tmp_path) == 1

            await eventually(removed)
            again = await bob.friend(of_bob.id)
            assert again is not None
            await again.ping(timeout=SECONDS)
            assert (await friend.relationship()).theirs == new


@pytest.mark.spec("REL-06")
async def test_a_replaced_did_stays_while_the_peer_has_not_confirmed_the_rotation(tmp_path: Path) -> None:
    clock, store = Clock(), MemoryStore()
    async with mediator(tmp_path) as did:
        async with mobile(store, limits=KEPT, clock=clock) as bob:
            await bob.mediate(did)
            invitation = await bob.invite(uses=None)
            async with new_agent() as alice:
                friend = await alice.accept(invitation.url)
                of_bob = await invitation.accepted(timeout=SECONDS)
                await friend.ping(timeout=SECONDS)
                await of_bob.ping(timeout=SECONDS)
            old = (await of_bob.relationship()).ours
            await of_bob.rotate(timeout=SECONDS)
            ended = await bob.relate(await DIDCommMessaging().create_peer_did())
            await ended.end()
            assert await registered(tmp_path) == 4
        clock.ahead = KEPT.replaced_seconds + 1
        async with mobile(store, limits=KEPT, clock=clock) as bob:

            async def removed() -> bool:
                # that of the relationship that has ended, and no other
                return await registered(tmp_path) == 3

            await eventually(removed)
            assert old in (await of_bob.relationship()).our_history


async def test_a_mediator_that_is_given_up_is_forgotten_and_receives_no_more(tmp_path: Path) -> None:
    store = MemoryStore()
    async with mediator(tmp_path, live=False) as did, new_agent() as alice:
        async with mobile(store) as bob:
            await bob.mediate(did)
            await alice.accept((await bob.invite()).url)
            assert not await bob.unmediate(await alice.did())
            assert await bob.unmediate(did)
            assert bob.mediators == []
            assert await registered(tmp_path) == 0
            assert not await bob.unmediate(did)
        async with mobile(store) as bob:
            assert bob.mediators == []
            await bob.mediate(did)
            assert bob.mediators == [did]


class HoldingTransport(HttpTransport):
    """Sends nothing while it holds."""

    holds = False

    async def send(self, packed: Packed | Sendable, **options: Any) -> Sent:  # noqa: ANN401, those of the transport
        if self.holds:
            await anyio.sleep_forever()
        return await super().send(packed, **options)


async def test_a_removal_of_a_mediator_that_was_cancelled_is_finished_by_the_next_one(
    tmp_path: Path,
) -> None:
    async with (
        mediator(tmp_path, live=False) as did,
        HoldingTransport(allow=LOOPBACK) as transport,
        mobile(transport=transport) as bob,
    ):
        await bob.mediate(did)
        await bob.invite()
        assert await registered(tmp_path) == 1
        transport.holds = True
        with anyio.move_on_after(0.1):
            await bob.unmediate(did)
        transport.holds = False
        assert await bob.unmediate(did)
        assert await registered(tmp_path) == 0


async def test_of_two_mediators_the_newer_one_receives_until_it_is_given_up_also_while_it_is_away(
    tmp_path: Path,
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    store = MemoryStore()
    async with mediator(tmp_path / "one", live=False) as one:
        async with mediator(tmp_path / "two", live=False) as two, mobile(store) as bob:
            await bob.mediate(two)
            await bob.mediate(one)
            await bob.mediate(two)
            assert bob.mediators == [one, two]
            await bob.invite()
            assert (await registered(tmp_path / "one"), await registered(tmp_path / "two")) == (0, 1)
        async with mobile(store) as bob:
            assert bob.mediators == [one, two]
            assert await bob.unmediate(two)
            await bob.invite()
            assert await registered(tmp_path / "one") == 1


class Denying:
    """A transport to a mediator that grants once, and lists the DIDs of the grant while it keeps it."""

    def __init__(self) -> None:
        self.party = DIDCommMessaging()
        self.did = ""
        self.requests: list[str] = []
        self.keeps = True

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        assert return_route
        request = (await self.party.unpack(packed.text)).message
        assert request.frm is not None
        if request.type not in {MediateRequest3.type, RecipientQuery.type}:
            return Sent("https://mediator.example/", 202, None, "")
        self.requests.append(request.type)
        granted = self.requests == [MediateRequest3.type]
        answer: Body = MediateGrant3(routing_did=[self.did]) if granted else MediateDeny3()
        if request.type == RecipientQuery.type and self.keeps:
            answer = DidList(dids=())
        found = await self.party.pack(
            answer.to_message(frm=self.did, to=[request.frm], thid=request.id), to=request.frm, frm=self.did
        )
        return Sent("https://mediator.example/", 200, found.text.encode(), found.media_type)


@pytest.mark.spec("CMX-19")
async def test_a_denial_of_a_second_request_does_not_undo_the_grant() -> None:
    denying = Denying()
    denying.did = await denying.party.create_peer_did(service_endpoint="https://mediator.example/")
    store = MemoryStore()
    async with new_agent(store, listen=None, transport=denying) as bob:
        await bob.mediate(denying.did)
    async with new_agent(store, listen=None, transport=denying) as bob:
        await bob.mediate(denying.did)
        assert bob.mediators == [denying.did]
        denying.keeps = False
        with pytest.raises(MediationError, match="withdrawn"):
            await bob.mediate(denying.did)
    assert denying.requests[:3] == [MediateRequest3.type, MediateRequest3.type, RecipientQuery.type]


class KilledStore(MemoryStore):
    """A store of a process that is killed when it stores the first use of a DID."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind: str | None = kind

    async def commit(self, done: Done) -> None:
        if self.kind is not None and any(one.kind == self.kind for one in done.records):
            self.kind = None
            raise KeyboardInterrupt
        await super().commit(done)


@pytest.mark.spec("REL-06")
@pytest.mark.parametrize("kind", ["own-did", "invitation"])
async def test_a_did_that_was_registered_and_not_used_before_a_kill_is_taken_off_the_list(
    kind: str, tmp_path: Path
) -> None:
    clock, store = Clock(), KilledStore(kind)
    async with mediator(tmp_path, live=False) as did:
        async with mobile(store, limits=KEPT, clock=clock) as bob:
            await bob.mediate(did)
            with pytest.raises(KeyboardInterrupt):
                await (bob.did() if kind == "own-did" else bob.invite())
        async with mobile(store, limits=KEPT, clock=clock) as bob:
            used = [await bob.did(), (await bob.invite()).message.frm]
            assert len(set(used)) == 2
            assert await registered(tmp_path) == 3
        clock.ahead = KEPT.replaced_seconds + 1
        async with mobile(store, limits=KEPT, clock=clock) as bob:

            async def removed() -> bool:
                return await registered(tmp_path) == 2

            await eventually(removed)
            assert await bob.did() == used[0]
