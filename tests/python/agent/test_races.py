"""Tasks and processes that do the same at the same time: one of them has its way, the others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import FromPrior
from pydidcomm.agent import Agent
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.protocols.basic_message import BasicMessage
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import MemoryStore, Record
from support.agents import SECONDS, met, new_agent
from support.memory_peer import Connection, MemoryPeer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pydidcomm.agent import Friend

KEYS_OF_A_DID = 2


class HeldStore(MemoryStore):
    """Holds what reads a record of a kind, until it is released."""

    def __init__(self, held: str = "") -> None:
        super().__init__()
        self.held = held
        self._release = anyio.Event()

    async def record(self, kind: str, key: str) -> Record | None:
        found = await super().record(kind, key)
        if kind == self.held:
            await self._release.wait()
        return found

    def release(self) -> None:
        self.held = ""
        self._release.set()


def agent_of(store: MemoryStore, peer: MemoryPeer) -> Agent:
    return Agent(
        store, transport=peer, protocols=[TrustPing(), BasicMessage()], endpoint="https://bob.example/"
    )


async def at_once(store: HeldStore, *calls: Callable[[], Awaitable[Any]]) -> list[Any]:
    """What calls return, which have all read before one of them goes on."""
    found: dict[int, Any] = {}

    async def run(number: int, call: Callable[[], Awaitable[Any]]) -> None:
        found[number] = await call()

    async with anyio.create_task_group() as tasks:
        for number, call in enumerate(calls):
            tasks.start_soon(run, number, call)
        await anyio.wait_all_tasks_blocked()
        store.release()
    return [found[number] for number in range(len(calls))]


# two tasks of one agent, and two agents as they are in two processes
AGENTS = pytest.mark.parametrize("agents", [1, 2], ids=["tasks", "processes"])


@AGENTS
async def test_of_two_that_make_the_same_public_did_one_does_and_the_other_gets_it(agents: int) -> None:
    store, peer = HeldStore("own-did"), await MemoryPeer.new()
    async with agent_of(store, peer) as one, agent_of(store, peer) as two:
        first, second = await at_once(store, one.did, one.did if agents == 1 else two.did)
        assert first == second == await two.did()
    assert len(store.secrets) == KEYS_OF_A_DID


@AGENTS
async def test_of_two_that_accept_the_same_invitation_one_does_and_the_other_gets_the_peer(
    agents: int,
) -> None:
    store, peer = HeldStore(), await MemoryPeer.new()
    async with agent_of(MemoryStore(), peer) as inviter:
        url = (await inviter.invite()).url
    async with agent_of(store, peer) as one, agent_of(store, peer) as two:
        store.held = "accepted-invitation"
        other = one if agents == 1 else two
        first, second = await at_once(store, lambda: one.accept(url), lambda: other.accept(url))
        assert first.id == second.id
        assert len([friend async for friend in one.friends()]) == 1
    assert len(store.secrets) == KEYS_OF_A_DID


@AGENTS
async def test_of_two_that_make_the_same_named_invitation_one_does_and_the_other_gets_it(agents: int) -> None:
    store, peer = HeldStore("standing-invitation"), await MemoryPeer.new()
    async with agent_of(store, peer) as one, agent_of(store, peer) as two:
        other = one if agents == 1 else two
        first, second = await at_once(
            store, lambda: one.invite(name="door", uses=None), lambda: other.invite(name="door", uses=None)
        )
        assert first.url == second.url == (await two.invite(name="door")).url
        assert first.url != (await one.invite(name="window")).url
    assert len(store.secrets) == 2 * KEYS_OF_A_DID


async def test_a_named_invitation_that_cannot_be_accepted_any_more_is_followed_by_another_one() -> None:
    clock, peer = [1_700_000_000.0], await MemoryPeer.new()
    store = MemoryStore()
    async with Agent(store, transport=peer, clock=lambda: clock[0]) as agent:
        first = await agent.invite(name="door", expires_in=100)
        clock[0] += 99
        assert (await agent.invite(name="door", expires_in=100)).id == first.id
        clock[0] += 1
        second = await agent.invite(name="door")
        assert second.id != first.id
        accepted = Empty().to_message(pthid=second.id, created_time=int(clock[0]))
        assert (await peer.post(agent, accepted, to=second.message.frm)).status == 202
        assert (await agent.invite(name="door")).id not in {first.id, second.id}


@AGENTS
@pytest.mark.parametrize("peers", [1, 2])
async def test_an_invitation_for_one_peer_begins_one_relationship(agents: int, peers: int) -> None:
    store, alice, carol = HeldStore(), await MemoryPeer.new(), await MemoryPeer.new()
    async with agent_of(store, alice) as one, agent_of(store, alice) as two:
        invitation = await one.invite()
        to = invitation.message.frm
        assert to is not None
        senders = [alice, alice if peers == 1 else carol]
        hello = [await peer.pack(Empty().to_message(pthid=invitation.id), to=to) for peer in senders]
        store.held = "invitation"
        other = one if agents == 1 else two
        replies = await at_once(
            store, lambda: Connection(hello[0]).run(one), lambda: Connection(hello[1]).run(other)
        )
        assert [reply.status for reply in replies] == [202, 202]
        friends = [friend async for friend in one.friends()]
        assert len(friends) == 1
        assert (await friends[0].relationship()).theirs in {alice.did, carol.did}
    # those of the invitation and of the relationship
    assert len(store.secrets) == 2 * KEYS_OF_A_DID


async def test_an_invitation_for_any_number_of_peers_loses_none_that_two_processes_take_at_once() -> None:
    store, alice, carol = HeldStore(), await MemoryPeer.new(), await MemoryPeer.new()
    async with agent_of(store, alice) as one, agent_of(store, alice) as two:
        invitation = await one.invite(uses=None)
        to = invitation.message.frm or ""
        hello = [await peer.pack(Empty().to_message(pthid=invitation.id), to=to) for peer in (alice, carol)]
        store.held = "invitation"
        await at_once(store, lambda: Connection(hello[0]).run(one), lambda: Connection(hello[1]).run(two))
        accepted: set[str] = set()
        for _ in range(2):
            accepted.add((await invitation.accepted(timeout=SECONDS)).id)
        assert accepted == {friend.id async for friend in two.friends()}


async def test_what_one_process_waits_for_another_one_may_have_stored() -> None:
    store, peer = MemoryStore(), await MemoryPeer.new()
    async with agent_of(store, peer) as one, agent_of(store, peer) as two:
        invitation, found = await one.invite(), list[str]()

        async def wait() -> None:
            found.append((await invitation.accepted(timeout=SECONDS)).id)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            hello = Empty().to_message(pthid=invitation.id)
            assert (await peer.post(two, hello, to=invitation.message.frm)).status == 202
        assert found == [friend.id async for friend in two.friends()]


async def test_rotations_at_the_same_time_wait_for_each_other_and_the_peer_follows() -> None:
    async with new_agent() as alice, new_agent() as bob:
        to_bob, to_alice = await met(alice, bob)
        await to_alice.ping(timeout=SECONDS)
        made: list[str] = []

        async def rotate(friend: Friend) -> None:
            made.append(await friend.rotate(timeout=SECONDS))

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(rotate, to_alice)
        await to_bob.ping(timeout=SECONDS)
        await to_alice.ping(timeout=SECONDS)
        ours, theirs = await to_alice.relationship(), await to_bob.relationship()
        assert len(set(made)) == 3
        assert {*made} <= {ours.ours, *ours.our_history}
        assert theirs.theirs == ours.ours


async def test_changes_of_a_relationship_by_two_processes_are_both_stored() -> None:
    store, peer = MemoryStore(), await MemoryPeer.new()
    async with agent_of(store, peer) as one, agent_of(store, peer) as two:
        friend = await one.relate(peer.did)
        again = await two.friend(friend.id)
        assert again is not None
        before = await friend.relationship()
        new = await peer.messaging.create_peer_did(service_endpoint="https://peer.example/")
        rotated, release = anyio.Event(), anyio.Event()
        commit = store.commit

        async def held(done: Any) -> None:  # noqa: ANN401, that of the verb
            if not rotated.is_set() and done.relationships:
                rotated.set()
                await release.wait()
            await commit(done)

        store.commit = held  # type: ignore[method-assign]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(friend.rotate)
            await rotated.wait()
            # the peer rotates meanwhile, and its message arrives at the other process
            announced = Empty().to_message(frm=new, from_prior=FromPrior(iss=peer.did, sub=new))
            assert (await peer.post(two, announced, to=before.ours)).status == 202
            release.set()
        after = await again.relationship()
    assert after.theirs == new
    assert after.ours != before.ours
