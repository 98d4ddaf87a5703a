"""Invitations: expired, altered, or not an invitation at all."""

from __future__ import annotations

import time

import pytest

from pydidcomm import MalformedMessageError, Message
from pydidcomm.agent import Agent
from pydidcomm.out_of_band import invitation
from pydidcomm.stores import MemoryStore
from support.agents import new_agent
from support.memory_peer import MemoryPeer


async def test_an_invitation_with_a_time_says_until_when() -> None:
    async with new_agent(clock=lambda: 1_700_000_000.0) as bob:
        invitation = await bob.invite(expires_in=60)
        unlimited = await bob.invite()
    assert invitation.message.expires_time == 1_700_000_060
    assert unlimited.message.expires_time is None


async def test_an_expired_invitation_is_not_accepted_and_no_relationship_is_stored() -> None:
    async with new_agent() as alice, new_agent(clock=lambda: time.time() - 100) as bob:
        invitation = await bob.invite(expires_in=60)
        with pytest.raises(ValueError, match=r"`invitation` expired at .*: the peer must create a new one"):
            await alice.accept(invitation.url)
        assert [friend async for friend in alice.friends()] == []


@pytest.mark.parametrize(
    "message",
    [
        Message(type="https://example.org/greeting/1.0/hello", frm="did:example:bob"),
        Message(type="https://didcomm.org/out-of-band/2.0/invitation"),
    ],
    ids=["another message", "no sender"],
)
async def test_a_message_that_is_not_an_invitation_is_not_accepted(message: Message) -> None:
    async with new_agent() as alice:
        with pytest.raises(MalformedMessageError, match=r"message\.(type|from)"):
            await alice.accept(message)


@pytest.mark.spec("INV-07")
async def test_an_invitation_that_is_accepted_twice_leads_to_one_relationship() -> None:
    peer, mallory = await MemoryPeer.new(), await MemoryPeer.new()
    ours, theirs = (invitation(one.did).replace(id="one") for one in (peer, mallory))
    async with Agent(MemoryStore(), transport=peer) as agent:
        first = await agent.accept(ours)
        assert await agent.accept(ours) == first
        assert await agent.accept(theirs) != first
        again = await agent.accept(ours)
        await again.end()
        assert await agent.accept(ours) != again
