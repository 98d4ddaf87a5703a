"""The features of a peer, which are remembered for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm.agent import Agent
from pydidcomm.protocols.discover_features import Disclose, Disclosure, DiscoverFeatures
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import MemoryStore
from support.agents import SECONDS
from support.memory_peer import MemoryPeer

if TYPE_CHECKING:
    from pydidcomm import Message


@pytest.mark.spec("DISC-05")
async def test_a_peer_is_asked_for_its_features_once_in_a_while() -> None:
    now = [1_800_000_000]
    peer, store = await MemoryPeer.new(), MemoryStore()

    def agent() -> Agent:
        return Agent(store, transport=peer, protocols=[DiscoverFeatures()], clock=lambda: now[0])

    found = (Disclosure("protocol", TrustPing.piuri, roles=("receiver",)),)

    async def answering(request: Message) -> None:
        answer = Disclose(disclosures=found).to_message(thid=request.id)
        await peer.post(one, answer, to=request.frm)

    peer.answering = answering
    async with agent() as one:
        friend = await one.relate(peer.did)
        assert await friend.features(timeout=SECONDS) == found
        assert await friend.features() == found
    async with agent() as one:
        again = await one.friend(friend.id)
        assert again is not None
        assert await again.features() == found
        assert len(peer.arrived) == 1
        now[0] += 3600
        assert await again.features(timeout=SECONDS) == found
        assert await again.features("https://didcomm.org/*", timeout=SECONDS) == found
        # stored later than now, by a clock that was set back since
        now[0] -= 7200
        assert await again.features(timeout=SECONDS) == found
    asked = [one.body["queries"][0]["match"] for one in peer.arrived]
    assert asked == ["*", "*", "https://didcomm.org/*", "*"]
