"""What a peer is called, and what it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.protocols.user_profile import Profile, UserProfile
from support.agents import SECONDS, eventually, met, new_agent

if TYPE_CHECKING:
    from pydidcomm.agent import Agent

BOB = {"displayName": "Bob", "description": "A baker"}


def agent(*profiles: UserProfile) -> Agent:
    return new_agent(protocols=[TrustPing(), *profiles])


@pytest.mark.parametrize("speaks", [False, True], ids=["without the protocol", "with it"])
async def test_a_profile_is_asked_for_and_stored(speaks: bool) -> None:  # noqa: FBT001
    alice = agent(UserProfile()) if speaks else agent()
    async with alice, agent(UserProfile(BOB)) as bob:
        friend, _ = await met(alice, bob)
        assert await friend.profile(timeout=SECONDS) == BOB
        assert (await friend.relationship()).profile == BOB


async def test_a_profile_that_comes_unasked_is_merged_into_what_is_stored() -> None:
    async with agent(UserProfile()) as alice, agent() as bob:
        friend, of_bob = await met(alice, bob)

        async def says(profile: dict[str, str | None], stored: dict[str, str]) -> None:
            await of_bob.send(Profile(profile=profile))

            async def known() -> bool:
                return (await friend.relationship()).profile == stored

            await eventually(known)

        await says({**BOB}, BOB)
        await says({"description": None, "age": "5"}, {"displayName": "Bob", "age": "5"})


async def test_profiles_do_not_grow_without_end() -> None:
    async with agent(UserProfile()) as alice, agent() as bob, alice.events() as events:
        friend, of_bob = await met(alice, bob)
        for number in range(3):
            await of_bob.send(Profile(profile={f"field-{number}": number * 30_000 * "x"}), thid="one")
        heard = 0
        async for event in events:
            heard += event.name == "profile"
            if heard == 3:
                break
        assert sorted((await friend.relationship()).profile) == ["field-1"]


async def test_a_peer_is_renamed() -> None:
    async with agent() as alice, agent() as bob:
        friend = await alice.accept((await bob.invite()).url, label="Bob")
        await friend.rename("Bob the baker")
        assert (await friend.relationship()).label == "Bob the baker"
        await friend.rename(None)
        assert (await friend.relationship()).label is None
        await friend.ping(timeout=SECONDS)
