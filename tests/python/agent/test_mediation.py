"""An agent without an endpoint behind a mediator on loopback: grant, registration, pickup, live mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm import DeliveryError, DIDCommMessaging
from pydidcomm.agent import Agent, Friend, MediationError
from pydidcomm.errors import DIDCommError
from pydidcomm.mediator import AllowList
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.coordinate_mediation import MediateGrant2, MediateRequest2
from pydidcomm.protocols.problem_report import ProblemReport
from pydidcomm.stores import Incoming, MemoryStore
from pydidcomm.transports.http import HttpTransport, Sent
from support.agents import LOOPBACK, SECONDS, eventually, new_agent
from support.mediated import mediator, mobile

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm import Packed
    from pydidcomm.protocols import Body


@pytest.mark.spec("CMX-14")
@pytest.mark.parametrize("live", [True, False], ids=["live", "polling"])
async def test_an_agent_behind_a_mediator_is_invited_and_answers(tmp_path: Path, live: bool) -> None:  # noqa: FBT001
    async with mediator(tmp_path, live=live) as did, mobile() as bob, new_agent() as alice:
        await bob.mediate(did)
        invitation = await bob.invite()
        friend = await alice.accept(invitation.url)
        of_bob = await invitation.accepted(timeout=SECONDS)
        answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
        await of_bob.ping(timeout=SECONDS)
    assert answer == Text(content="you said hi")


async def test_a_mediator_that_admits_by_invitation_has_its_id_in_the_request(tmp_path: Path) -> None:
    admission = AllowList(invitations={"one"})
    async with mediator(tmp_path, admission=admission, live=False) as did, mobile() as bob:
        for wrong in (None, "two"):
            with pytest.raises(MediationError, match="denies"):
                await bob.mediate(did, invitation=wrong)
        await bob.mediate(did, invitation="one")
        assert bob.mediators == [did]


async def test_a_did_after_a_rotation_is_registered_too(tmp_path: Path) -> None:
    async with mediator(tmp_path) as did, mobile() as bob, new_agent() as alice:
        await bob.mediate(did)
        invitation = await bob.invite()
        friend = await alice.accept(invitation.url)
        of_bob = await invitation.accepted(timeout=SECONDS)
        await friend.ping(timeout=SECONDS)
        new = await of_bob.rotate()
        await of_bob.ping(timeout=SECONDS)
        await friend.ping(timeout=SECONDS)
        assert (await friend.relationship()).theirs == new


async def befriended(bob: Agent, mediator: str, alice: Agent) -> Friend:
    """Bob, behind a mediator, to Alice, who has accepted his invitation."""
    await bob.mediate(mediator)
    invitation = await bob.invite()
    friend = await alice.accept(invitation.url)
    await friend.ping(timeout=SECONDS)
    return friend


async def test_what_came_while_the_agent_was_off_is_fetched_once(tmp_path: Path) -> None:
    heard: list[str] = []
    store = MemoryStore()
    async with mediator(tmp_path) as did, new_agent() as alice:
        async with mobile(store, heard) as bob:
            friend = await befriended(bob, did, alice)
        for number in range(25):
            await (await friend.send(Text(content=str(number)), thid="talk")).sent(timeout=SECONDS)
        async with mobile(store, heard) as bob:
            await bob.mediate(did)

            async def fetched() -> bool:
                return len(heard) == 25

            await eventually(fetched)
            await friend.ping(timeout=SECONDS)
    assert heard == [str(number) for number in range(25)]


@pytest.mark.spec("LIVE-12")
async def test_what_arrives_while_the_agent_starts_is_handled_once(tmp_path: Path) -> None:
    heard: list[str] = []
    store = MemoryStore()
    async with mediator(tmp_path) as did, new_agent() as alice:
        async with mobile(store, heard) as bob:
            friend = await befriended(bob, did, alice)

        async def talk() -> None:
            for number in range(40):
                await (await friend.send(Text(content=str(number)), thid="talk")).sent(timeout=SECONDS)

        async with anyio.create_task_group() as tasks, mobile(store, heard) as bob:
            tasks.start_soon(talk)
            await bob.mediate(did)

            async def complete() -> bool:
                return len(heard) >= 40

            await eventually(complete)
            await friend.ping(timeout=SECONDS)
    assert sorted(heard, key=int) == [str(number) for number in range(40)]


@pytest.mark.spec("CMX-21")
async def test_no_invitation_is_made_while_the_mediator_is_away(tmp_path: Path) -> None:
    async with mobile() as bob:
        async with mediator(tmp_path, live=False) as did:
            await bob.mediate(did)
        with pytest.raises(DIDCommError):
            await bob.invite()


@pytest.mark.spec("PU3-17")
async def test_an_envelope_that_was_not_stored_is_not_acknowledged_and_comes_again(tmp_path: Path) -> None:
    class Failing(MemoryStore):
        fails = 0

        async def accept(self, incoming: Incoming) -> bool:
            if self.fails:
                self.fails -= 1
                raise OSError
            return await super().accept(incoming)

    heard: list[str] = []
    store = Failing()
    async with mediator(tmp_path, live=False) as did, mobile(store, heard) as bob, new_agent() as alice:
        await bob.mediate(did)
        invitation = await bob.invite()
        friend = await alice.accept(invitation.url)
        await friend.ping(timeout=SECONDS)
        store.fails = 1
        answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
    assert answer == Text(content="you said hi")
    assert heard == ["hi"]
    assert store.fails == 0


async def test_a_peer_that_is_not_a_mediator_is_refused() -> None:
    async with mobile() as bob, new_agent() as alice:
        with pytest.raises(MediationError):
            await bob.mediate(await alice.did())


class OldMediator:
    """A transport to a mediator of coordinate mediation 2.0, which reports anything else anonymously."""

    def __init__(self) -> None:
        self.party = DIDCommMessaging()
        self.did = ""
        self.granted = 0

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        assert return_route
        request = (await self.party.unpack(packed.text)).message
        assert request.frm is not None
        anonymous = request.type != MediateRequest2.type
        if anonymous:
            body: Body = ProblemReport(code="e.m.msg.unsupported", comment="No such protocol.")
        else:
            body = MediateGrant2(routing_did=self.did)
            self.granted += 1
        answer = body.to_message(
            frm=None if anonymous else self.did, to=[request.frm], thid=request.id, pthid=request.id
        )
        frm = None if anonymous else self.did
        found = await self.party.pack(answer, to=request.frm, frm=frm, anonymous=anonymous)
        return Sent("https://mediator.example/", 200, found.text.encode(), found.media_type)


@pytest.mark.spec("CM3-11")
async def test_a_mediator_that_reports_the_newer_version_anonymously_is_asked_in_the_older_one() -> None:
    old = OldMediator()
    old.did = await old.party.create_peer_did(service_endpoint="https://mediator.example/")
    async with new_agent(listen=None, transport=old) as bob:
        await bob.mediate(old.did)
    assert old.granted == 1


class FailingNetwork:
    """A transport that reaches nothing while it fails."""

    def __init__(self, through: HttpTransport) -> None:
        self._through = through
        self.failing = False
        self.failures = 0

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        if self.failing:
            self.failures += 1
            raise DeliveryError([("https://mediator.example/", "not connected")])
        return await self._through.send(packed, return_route=return_route)


async def test_an_acceptance_is_not_lost_while_its_did_cannot_be_registered(tmp_path: Path) -> None:
    async with mediator(tmp_path) as did, HttpTransport(rounds=1, allow=LOOPBACK) as http:
        network = FailingNetwork(http)
        async with new_agent(listen=None, transport=network) as bob, new_agent() as alice:
            await bob.mediate(did)
            invitation = await bob.invite()
            network.failing = True
            await alice.accept(invitation.url)

            async def failed() -> bool:
                return network.failures > 0

            await eventually(failed)
            network.failing = False
            await invitation.accepted(timeout=SECONDS)
