"""What an agent takes from its mediator, and how it judges what the mediator delivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm.agent import Agent, Context, MediationError
from pydidcomm.protocols import Trust
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.coordinate_mediation import DidList, MediateDeny3
from pydidcomm.stores import Done, MemoryStore, Page, Record
from support.agents import LOOPBACK, SECONDS, eventually
from support.memory_peer import MemoryPeer
from support.scripted_mediator import ScriptedMediator, live_mediator

if TYPE_CHECKING:
    from pydidcomm import Message


def hearing(mediator: ScriptedMediator, heard: list[str]) -> Agent:
    agent = Agent(MemoryStore(), transport=mediator, protocols=[], allow=LOOPBACK)

    @agent.on(trust=Trust.ANONYMOUS)
    async def hear(text: Text, ctx: Context) -> None:
        heard.append(f"{text.content} of {'the peer' if ctx.sender else 'nothing proved'}")

    return agent


async def packed(peer: MemoryPeer, text: str, to: str) -> str:
    return (await peer.pack(Text(content=text).to_message(), to=to)).text


@pytest.mark.spec("CMX-02", "CMX-05")
async def test_a_grant_counts_on_the_thread_of_its_request_alone() -> None:
    mediator = await ScriptedMediator.made()
    async with hearing(mediator, []) as agent:
        mediator.granted["thid"] = "another"
        with pytest.raises(MediationError):
            await agent.mediate(mediator.did)
        mediator.granted.clear()
        await agent.mediate(mediator.did)
    # over HTTP each answer comes on the connection of its request
    assert {one.custom_headers["return_route"] for one in mediator.arrived} == {"all"}


@pytest.mark.spec("CMX-05")
async def test_a_grant_of_another_sender_does_not_count() -> None:
    mediator = await ScriptedMediator.made()
    mediator.granted["frm"] = await mediator.messaging.create_peer_did()
    async with hearing(mediator, []) as agent:
        with pytest.raises(MediationError):
            await agent.mediate(mediator.did)


@pytest.mark.spec("CMX-05", "CMX-13")
async def test_a_mediator_that_rotates_with_its_grant_is_asked_at_its_new_did() -> None:
    mediator = await ScriptedMediator.made()
    new, rotation = await mediator.rotation()
    mediator.granted.update(frm=new, from_prior=rotation, routing_did=new)
    async with hearing(mediator, []) as agent:
        await agent.mediate(mediator.did)
        mediator.granted.clear()
        mediator.did = new
        invitation = await agent.invite()
    updates = [one for one in mediator.arrived if one.type.endswith("recipient-update")]
    assert [one.to for one in updates] == [(new,)]
    assert invitation.message.frm is not None
    document = await mediator.messaging.resolve(invitation.message.frm)
    assert new in str(document.as_dict())


@pytest.mark.spec("REL-06")
async def test_a_did_is_registered_before_the_peer_hears_of_it() -> None:
    mediator = await ScriptedMediator.made()
    answer = mediator.answering
    order: list[Message] = []

    async def slowly(request: Message) -> Message | None:
        if "updates" in request.body:
            await anyio.sleep(0.05)
        order.append(request)
        return await answer(request)

    mediator.answering = slowly
    # the transport of both
    peer = await mediator.messaging.create_peer_did(service_endpoint="https://peer.example/")
    async with hearing(mediator, []) as agent:
        await agent.mediate(mediator.did)
        friend = await agent.relate(peer)
        await (await friend.send(Text(content="hi"))).sent(timeout=SECONDS)
        await friend.rotate()

        async def announced() -> bool:
            return len([one for one in order if one.to == (peer,)]) == 2

        await eventually(announced)
    registered: set[str] = set()
    for one in order:
        registered |= {update["recipient_did"] for update in one.body.get("updates", ())}
        assert one.to == (mediator.did,) or one.frm in registered
    assert len(registered) == 2


@pytest.mark.spec("PU3-24", "PU3-28")
@pytest.mark.parametrize(("at_once", "deliveries"), [(None, 3), (50, 1)], ids=["as asked for", "more"])
async def test_what_waits_is_fetched_without_a_pause_and_then_looked_for_after_one(
    at_once: int | None, deliveries: int
) -> None:
    heard: list[str] = []
    mediator, peer = await ScriptedMediator.made(), await MemoryPeer.new()
    mediator.at_once = at_once
    async with hearing(mediator, heard) as agent:
        to = await agent.did()
        mediator.put(*[await packed(peer, f"text-{number}", to) for number in range(25)])
        await agent.mediate(mediator.did)

        async def all_heard() -> bool:
            return len(heard) == 25 and not mediator.queue

        await eventually(all_heard)
        asked = ["delivery-request", "messages-received"] * deliveries

        async def looked() -> bool:
            return mediator.names[1:] == [*asked, "delivery-request"]

        await eventually(looked)
        # the pause is longer by far
        await anyio.sleep(0.05)
        assert await looked()
    assert sorted(mediator.acknowledged) == sorted(f"envelope-{number}" for number in range(25))


async def test_a_mediator_that_ignores_acknowledgments_is_not_asked_in_a_loop() -> None:
    heard: list[str] = []
    mediator, peer = await ScriptedMediator.made(), await MemoryPeer.new()
    answer = mediator.answering

    async def ignoring(request: Message) -> Message | None:
        queue = dict(mediator.queue)
        answered = await answer(request)
        mediator.queue = queue
        return answered

    mediator.answering = ignoring
    async with hearing(mediator, heard) as agent:
        mediator.put(await packed(peer, "again", await agent.did()))
        await agent.mediate(mediator.did)
        asked = ["delivery-request", "messages-received"] * 2

        async def paused() -> bool:
            return mediator.names[1:] == asked and len(heard) == 1

        await eventually(paused)
        # the pause is longer by far
        await anyio.sleep(0.05)
        assert await paused()


@pytest.mark.spec("PU3-29")
async def test_what_a_mediator_delivers_is_judged_by_itself() -> None:
    heard: list[str] = []
    mediator, peer = await ScriptedMediator.made(), await MemoryPeer.new()
    async with hearing(mediator, heard) as agent:
        to = await agent.did()
        claimed = Text(content="plain").to_message(frm=peer.did, to=[to])
        anonymous = await peer.messaging.pack(Text(content="anonymous").to_message(), to=to, anonymous=True)
        inner = await packed(peer, "wrapped", to)
        forward = await mediator.messaging.wrap_in_forward(inner, to=to, routing_keys=[to])
        mediator.put(
            claimed.as_json(),
            await packed(mediator, "for the mediator", peer.did),
            anonymous.text,
            forward.text,
            await packed(peer, "last", to),
        )
        await agent.mediate(mediator.did)

        async def last() -> bool:
            return "last of the peer" in heard and len(heard) >= 3

        await eventually(last)
    assert sorted(heard) == ["anonymous of nothing proved", "last of the peer", "wrapped of the peer"]


@pytest.mark.spec("LIVE-09", "LIVE-17")
async def test_in_live_mode_deliveries_to_any_did_of_ours_and_bare_envelopes_are_taken() -> None:
    heard: list[str] = []
    peer = await MemoryPeer.new()
    async with live_mediator() as mediator, hearing(mediator, heard) as agent:
        to = await agent.did()
        mediator.put(*[await packed(peer, f"text-{number}", to) for number in range(2)])
        pushed = {"envelope-0", "envelope-1"}
        mediator.held |= pushed
        mediator.pushes = [
            # to the DID for which it is, and not to the one that asked
            await mediator.pushed(to, sorted(pushed)),
            (await packed(peer, "bare", to)).encode(),
            (await packed(mediator, "of the mediator, as of any peer", to)).encode(),
        ]
        await agent.mediate(mediator.did)

        async def all_heard() -> bool:
            return len(heard) == 4 and len(mediator.acknowledged) == 2

        await eventually(all_heard)
    texts = ("bare", "of the mediator, as of any peer", "text-0", "text-1")
    assert sorted(heard) == [f"{text} of the peer" for text in texts]
    assert set(mediator.acknowledged) == pushed


class LosingStore(MemoryStore):
    """A store of a process that is killed before it has stored what the mediator granted."""

    killed = False

    async def commit(self, done: Done) -> None:
        if not self.killed and any(b'"routing_did": "did:' in one.value for one in done.records):
            self.killed = True
            raise KeyboardInterrupt
        await super().commit(done)


async def test_a_grant_that_was_lost_with_its_process_is_replaced_by_another_one() -> None:
    mediator, store = await ScriptedMediator.made(), LosingStore()
    with pytest.raises(KeyboardInterrupt):
        async with Agent(store, transport=mediator, allow=LOOPBACK) as agent:
            await agent.mediate(mediator.did)
    grant, first = mediator.answering, mediator.arrived[0].frm

    async def deny_a_second_one(request: Message) -> Message | None:
        if request.frm == first:
            return MediateDeny3().to_message(thid=request.id)
        return await grant(request)

    mediator.answering = deny_a_second_one
    async with Agent(store, transport=mediator, allow=LOOPBACK) as agent:
        assert agent.mediators == []
        await agent.mediate(mediator.did)
        assert agent.mediators == [mediator.did]
        await agent.invite()
        states = [(await one.relationship()).state async for one in agent.friends()]
        assert states == ["ended", "active"]


async def test_a_grant_of_a_removal_that_was_interrupted_is_used_again() -> None:
    mediator, store = await ScriptedMediator.made(), MemoryStore()
    async with Agent(store, transport=mediator, allow=LOOPBACK) as agent:
        await agent.mediate(mediator.did)
        await agent.invite()
        answer, asked = mediator.answering, anyio.Event()

        async def hold(request: Message) -> Message | None:
            if request.type.endswith("recipient-update"):
                asked.set()
                await anyio.sleep_forever()
            return await answer(request)

        async def deny(request: Message) -> Message | None:
            if request.type.endswith("mediate-request"):
                return MediateDeny3().to_message(thid=request.id)
            if request.type.endswith("recipient-query"):
                return DidList(dids=()).to_message(thid=request.id)
            return await answer(request)

        mediator.answering = hold
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(agent.unmediate, mediator.did)
            await asked.wait()
            tasks.cancel_scope.cancel()
        assert agent.mediators == []
        mediator.answering = deny
        await agent.mediate(mediator.did)
        assert agent.mediators == [mediator.did]


class HeldMediations(MemoryStore):
    """Holds what reads the mediators, until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.release = anyio.Event()
        self.held = False

    async def records(self, kind: str, after: str | None = None, limit: int = 100) -> Page[Record]:
        found = await super().records(kind, after, limit)
        if self.held and kind == "mediation":
            await self.release.wait()
        return found


@pytest.mark.parametrize("denies", [False, True], ids=["grants twice", "denies a second time"])
async def test_two_processes_that_ask_a_mediator_at_once_have_one_grant(denies: bool) -> None:  # noqa: FBT001
    mediator, store = await ScriptedMediator.made(), HeldMediations()
    answer, granted = mediator.answering, set[str | None]()

    async def once(request: Message) -> Message | None:
        if request.type.endswith("mediate-request"):
            if denies and request.frm in granted:
                return MediateDeny3().to_message(thid=request.id)
            granted.add(request.frm)
        if request.type.endswith("recipient-query"):
            return DidList(dids=()).to_message(thid=request.id)
        return await answer(request)

    mediator.answering = once
    async with (
        Agent(store, transport=mediator, allow=LOOPBACK) as one,
        Agent(store, transport=mediator, allow=LOOPBACK) as two,
    ):
        store.held = True
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one.mediate, mediator.did)
            tasks.start_soon(two.mediate, mediator.did)
            await anyio.wait_all_tasks_blocked()
            store.held = False
            store.release.set()
        assert one.mediators == two.mediators == [mediator.did]
        for agent in (one, two):
            await agent.invite()
        states = [(await friend.relationship()).state async for friend in one.friends()]
    assert states.count("active") == 1
    updates = [request.frm for request in mediator.arrived if request.type.endswith("recipient-update")]
    assert len(updates) == 2
    assert len(set(updates)) == 1
