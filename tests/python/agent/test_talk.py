"""Two agents on loopback: invitation, relationship, messages, requests, rotation, end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pydidcomm import Message, same_party
from pydidcomm.agent import Agent, Context, NotSentError, RelationshipEndedError, Router
from pydidcomm.protocols import Problem, Trust
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.discover_features import Disclose, DiscoverFeatures, Queries, Query
from pydidcomm.protocols.problem_report import ProblemReported
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import MemoryStore, Relationship
from support.agents import SECONDS, eventually, met, new_agent, two
from support.quotes import Ask, Quote
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pydidcomm.agent import Friend
    from pydidcomm.protocols import Event


def seller() -> Agent:
    agent = new_agent()

    @agent.on
    async def ask(ask: Ask, ctx: Context) -> Quote:
        if ask.item == "moon":
            code = "e.m.req.not-for-sale"
            raise Problem(code, "The {1} is not for sale.", [ask.item])
        assert ctx.sender is not None
        return Quote(price=len(ask.item))

    return agent


async def test_an_accepted_invitation_gives_both_sides_a_relationship_on_private_dids() -> None:
    async with new_agent() as alice, new_agent() as bob:
        invitation = await bob.invite(goal="talk")
        theirs = await alice.accept(invitation.url)
        ours = await invitation.accepted(timeout=SECONDS)
        await theirs.ping(timeout=SECONDS)
        await ours.ping(timeout=SECONDS)
        alices, bobs = await theirs.relationship(), await ours.relationship()
    assert bobs.theirs is not None
    assert alices.theirs is not None
    assert same_party(alices.ours, bobs.theirs)
    assert same_party(alices.theirs, bobs.ours)
    public = invitation.message.frm
    assert public is not None
    assert not same_party(bobs.ours, public)
    assert alices.their_history == (public,)
    assert (alices.from_prior, bobs.from_prior) == (None, None)


async def test_an_invitation_for_one_peer_is_not_accepted_by_a_second_one() -> None:
    async with new_agent() as alice, new_agent() as carol, new_agent() as bob:
        invitation = await bob.invite()
        await alice.accept(invitation.url)
        await invitation.accepted(timeout=SECONDS)
        second = await carol.accept(invitation.url)
        await second.ping(timeout=SECONDS)
        assert len([friend async for friend in bob.friends()]) == 1
        with pytest.raises(TimeoutError, match="no peer has accepted the invitation"):
            await invitation.accepted(timeout=0.1)


async def test_an_invitation_for_several_peers_gives_each_a_relationship() -> None:
    async with new_agent() as alice, new_agent() as carol, new_agent() as bob:
        invitation = await bob.invite(uses=None)
        for agent in (alice, carol):
            await agent.accept(invitation.url)
        found = {(await invitation.accepted(timeout=SECONDS)).id for _ in range(2)}
        assert len(found) == 2


async def test_a_request_returns_the_typed_answer_of_the_handler() -> None:
    async with two(bob=seller()) as (bob, _):
        quote = await bob.request(Ask("tea"), answer=Quote, timeout=SECONDS)
        untyped = await bob.request(Ask("tea"), timeout=SECONDS)
    assert quote == Quote(price=3)
    assert isinstance(untyped, Message)
    assert untyped.body == {"price": 3}


async def test_a_problem_that_a_handler_raises_is_raised_at_the_request() -> None:
    async with two(bob=seller()) as (bob, _):
        with pytest.raises(ProblemReported, match="The moon is not for sale"):
            await bob.request(Ask("moon"), answer=Quote, timeout=SECONDS)


async def test_a_message_of_an_unknown_type_is_answered_with_the_problem_of_the_specification() -> None:
    async with two() as (bob, _):
        with pytest.raises(ProblemReported) as raised:
            await bob.request(Ask("tea"), answer=Quote, timeout=SECONDS)
    assert raised.value.code == "e.m.msg.unsupported"


async def test_a_request_without_an_answer_times_out() -> None:
    bob = new_agent()

    @bob.on
    def ask(ask: Ask) -> None:
        pass

    async with two(bob=bob) as (friend, _):
        with pytest.raises(TimeoutError):
            await friend.request(Ask("tea"), answer=Quote, timeout=0.3)


async def test_a_message_that_wants_an_acknowledgment_gets_it() -> None:
    async with two() as (bob, _):
        sending = await bob.send(Text(content="hi"), please_ack=True)
        await sending.acknowledged(timeout=SECONDS)


async def test_a_message_that_no_endpoint_takes_in_time_is_not_sent() -> None:
    async with new_agent() as alice:
        async with new_agent() as bob:
            friend, _ = await met(alice, bob)
        sending = await friend.send(Text(content="hi"), expires_in=1)
        with pytest.raises(NotSentError, match="failed"):
            await sending.sent(timeout=SECONDS)


async def test_both_sides_rotate_and_talk_on() -> None:
    async with two(bob=seller()) as (bob, alice):
        before = await bob.relationship()
        new = await bob.rotate()
        assert await bob.request(Ask("tea"), answer=Quote, timeout=SECONDS) == Quote(price=3)
        await alice.rotate()
        await alice.ping(timeout=SECONDS)
        assert await bob.request(Ask("milk"), answer=Quote, timeout=SECONDS) == Quote(price=4)
        ours, theirs = await bob.relationship(), await alice.relationship()
    assert ours.ours == new
    assert before.ours in ours.our_history
    assert theirs.theirs is not None
    assert same_party(theirs.theirs, new)
    assert ours.theirs is not None
    assert same_party(ours.theirs, theirs.ours)
    assert (ours.from_prior, theirs.from_prior) == (None, None)


async def test_a_rotation_right_after_another_one_waits_for_its_confirmation() -> None:
    async with two() as (bob, alice):
        await alice.rotate()
        new = await alice.rotate()
        await bob.ping(timeout=SECONDS)
        await alice.ping(timeout=SECONDS)
        theirs = (await bob.relationship()).theirs
    assert theirs is not None
    assert same_party(theirs, new)


async def test_a_relationship_that_ended_sends_and_takes_nothing_more() -> None:
    heard: list[str] = []
    bob = new_agent()

    @bob.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    async with two(bob=bob) as (friend, alice):

        async def ended() -> bool:
            return (await alice.relationship()).state == "ended"

        await friend.end()
        await eventually(ended)
        with pytest.raises(RelationshipEndedError):
            await friend.send(Text(content="hi"))
        with pytest.raises(RelationshipEndedError):
            await alice.send(Text(content="hi"))
    assert heard == []


async def test_events_name_what_happened() -> None:
    async with new_agent() as alice, new_agent() as bob, bob.events() as events:
        friend, _ = await met(alice, bob)
        await friend.send(Text(content="hi"))
        names: list[str] = []
        found: Event | None = None
        while found is None or found.name != "message":
            found = await events.receive()
            names.append(found.name)
    assert found.data == Text(content="hi")
    assert names[0] == "relationship"


async def test_a_router_of_a_package_with_middleware_is_included() -> None:
    order: list[str] = []
    router = Router()

    @router.around
    async def around(ctx: Context, call_next: Callable[[], Awaitable[None]]) -> None:
        order.append(f"before {ctx.trust}")
        await call_next()
        order.append("after")

    @router.on(trust=Trust.AUTHENTICATED)
    def ask(ask: Ask, peer: Relationship) -> Quote:
        order.append(f"{peer.state} {ask.item}")
        return Quote(price=1)

    bob = new_agent(MemoryStore())
    bob.include(router)
    async with two(bob=bob) as (friend, _):
        assert await friend.request(Ask("tea"), answer=Quote, timeout=SECONDS) == Quote(price=1)
    assert order == ["before authenticated", "active tea", "after"]


async def test_an_agent_outside_of_its_block_says_that_it_does_not_run() -> None:
    with pytest.raises(RuntimeError, match="async with agent"):
        await new_agent().invite()


async def test_a_relationship_that_ends_right_after_a_rotation_ends_for_the_peer() -> None:
    async with two() as (friend, alice):
        await friend.rotate()
        await friend.end()
        await eventually(ended(alice))


async def test_a_relationship_that_ends_right_after_a_rotation_while_the_peer_is_away_ends_for_it() -> None:
    store, port = MemoryStore(), free_port()
    async with new_agent() as alice:
        async with new_agent(store, port=port) as bob:
            friend, known = await met(alice, bob)
        await friend.rotate()
        await friend.end()
        async with new_agent(store, port=port) as bob:
            peer = await bob.friend(known.id)
            assert peer is not None
            # a message to the DID that ends
            await peer.send(Text(content="hi"))
            await eventually(ended(peer))


async def test_a_message_that_comes_after_the_end_does_not_keep_the_end_from_the_peer() -> None:
    mine, store, port = MemoryStore(), MemoryStore(), free_port()
    async with new_agent(mine) as alice:
        async with new_agent(store, port=port) as bob:
            friend, known = await met(alice, bob)
        await friend.end()

        async def tried() -> bool:
            return not await mine.due(int(time.time()))

        await eventually(tried)
        async with new_agent(store, port=port) as bob:
            peer = await bob.friend(known.id)
            assert peer is not None
            await (await peer.send(Text(content="hi"))).sent(timeout=SECONDS)
            await eventually(ended(peer))


def ended(friend: Friend) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return (await friend.relationship()).state == "ended"

    return check


async def test_a_request_that_the_peer_refuses_is_not_waited_for() -> None:
    async with two() as (friend, _):
        # more than the receiver takes
        with pytest.raises(NotSentError, match="413"):
            await friend.request(Text(content="x" * 2_000_000), answer=Text, timeout=SECONDS)


async def test_features_are_by_default_the_protocols_and_handlers_of_the_agent() -> None:
    alice = new_agent(protocols=[DiscoverFeatures()])
    bob = new_agent(protocols=[TrustPing(), DiscoverFeatures()])

    @bob.on
    async def ask(ask: Ask) -> None:
        del ask

    async with two(alice, bob) as (friend, _):
        answer = await friend.request(Queries((Query("protocol", "*"),)), answer=Disclose, timeout=SECONDS)
    found = {one.id for one in answer.disclosures}
    assert {TrustPing.piuri, DiscoverFeatures.piuri, "https://example.org/quote/1.0"} <= found
