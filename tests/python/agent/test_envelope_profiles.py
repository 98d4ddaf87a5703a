"""Peers that read and write another profile than DIDComm v2.1: an option, and answered in kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm import DeliveryError, PackEncryptedConfig, UnpackConfig, UnpackResult
from pydidcomm.agent import Agent
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import MemoryStore
from pydidcomm.transports.http import Sent
from support.agents import eventually
from support.memory_peer import NOWHERE, Connection, MemoryPeer, Reply
from support.scripted_mediator import ScriptedMediator

if TYPE_CHECKING:
    from pydidcomm import Packed
    from pydidcomm.stores import Store

VERAMO = PackEncryptedConfig(profile="veramo")
READS = UnpackConfig(accept_profiles={"veramo"})


def answering(peer: MemoryPeer, *, accept: bool = True, store: Store | None = None) -> Agent:
    profiles = ["veramo"] if accept else []
    agent = Agent(store or MemoryStore(), transport=peer, protocols=[], accept_profiles=profiles)

    @agent.on
    async def hear(text: Text) -> Text:
        return Text(content=f"you said {text.content}")

    return agent


async def ask(agent: Agent, peer: MemoryPeer, config: PackEncryptedConfig | None) -> Reply:
    message = Text(content="hi").to_message(custom_headers={"return_route": "all"})
    return await Connection(await peer.pack(message, to=await agent.did(), config=config)).run(agent)


async def read(peer: MemoryPeer, body: bytes | str) -> UnpackResult:
    return await peer.messaging.unpack(body, config=READS)


async def test_a_message_of_another_profile_is_refused_unless_it_is_an_option() -> None:
    peer = await MemoryPeer.new()
    async with answering(peer, accept=False) as agent:
        assert (await ask(agent, peer, VERAMO)).status == 400


async def test_a_peer_gets_answers_in_the_profile_in_which_it_writes() -> None:
    peer = await MemoryPeer.new()
    async with answering(peer) as agent:
        for config, profile in ((VERAMO, "veramo"), (None, None), (VERAMO, "veramo")):
            back = await read(peer, (await ask(agent, peer, config)).body)
            assert (back.message.body["content"], back.metadata.profile) == ("you said hi", profile)


async def test_a_relationship_begins_in_a_profile_and_keeps_it_over_a_restart() -> None:
    peer, store = await MemoryPeer.new(), MemoryStore()
    # it has read what is refused here, and later messages do not wait for it
    peer.failing = [DeliveryError([(NOWHERE, "status 400")], refused=True) for _ in range(10)]

    async def is_sent() -> bool:
        return bool(peer.packed)

    async with answering(peer, store=store) as agent:
        friend = await agent.relate(peer.did, profile="veramo")
        await friend.send(Text(content="first"))
        await eventually(is_sent)
    assert (await read(peer, peer.packed[0].text)).metadata.profile == "veramo"
    peer.packed.clear()
    async with answering(peer, store=store) as agent:
        again = await agent.friend(friend.id)
        assert again is not None
        await again.send(Text(content="hi"))
        await eventually(is_sent)
    assert (await read(peer, peer.packed[0].text)).metadata.profile == "veramo"


class VeramoMediator(ScriptedMediator):
    """A mediator as Veramo's is: each DID has its own queue, which it alone can fetch and empty."""

    def __init__(self) -> None:
        super().__init__()
        self.queues: dict[str, dict[str, bytes]] = {}

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        found = await read(self, packed.text)
        assert (found.metadata.profile, return_route) == ("veramo", True)
        self.queue = self.queues.get(found.sender or "", {})
        answer = await self.answering(found.message)
        assert answer is not None
        config = PackEncryptedConfig(profile="veramo", forward=False)
        back = await self.pack(answer, to=found.sender or "", config=config)
        return Sent(NOWHERE, 200, back.text.encode(), back.media_type)


async def test_a_mediator_is_asked_in_its_profile_by_each_did_for_its_own_messages() -> None:
    mediator, peer, store = await VeramoMediator.made(), await MemoryPeer.new(), MemoryStore()
    heard: list[str] = []

    def listening() -> Agent:
        agent = Agent(store, transport=mediator, protocols=[], accept_profiles=["veramo"])

        @agent.on
        async def hear(text: Text) -> None:
            heard.append(text.content)

        return agent

    async with listening() as agent:
        await agent.mediate(mediator.did, profile="veramo")
        ours = [(await agent.invite()).message.frm or "" for _ in "12"]
    for number, did in enumerate(ours):
        config = PackEncryptedConfig(forward=False)
        packed = await peer.pack(Text(content=str(number)).to_message(), to=did, config=config)
        mediator.queues[did] = {f"envelope-{number}": packed.text.encode()}

    async def is_fetched() -> bool:
        return len(heard) == len(ours) and not any(mediator.queues.values())

    # it goes on after a restart
    async with listening() as agent:
        await eventually(is_fetched)
    assert sorted(heard) == ["0", "1"]


@pytest.mark.parametrize("without_keys", [0, 1])
async def test_a_did_without_keys_does_not_keep_the_messages_of_others_at_the_mediator(
    without_keys: int,
) -> None:
    mediator, peer, store = await VeramoMediator.made(), await MemoryPeer.new(), MemoryStore()
    async with Agent(store, transport=mediator, protocols=[], accept_profiles=["veramo"]) as agent:
        await agent.mediate(mediator.did, profile="veramo")
        ours = [(await agent.invite()).message.frm or "" for _ in "12"]
    gone = ours.pop(without_keys)
    document = await peer.messaging.resolve(gone)
    # as the keys of a DID that was created for a relationship which another message has begun
    for kid in (*document.key_agreement, *document.authentication):
        store.secrets.remove_key(kid)
    packed = await peer.pack(
        Text(content="hi").to_message(), to=ours[0], config=PackEncryptedConfig(forward=False)
    )
    mediator.queues[ours[0]] = {"envelope": packed.text.encode()}

    async def is_fetched() -> bool:
        return not mediator.queues[ours[0]]

    async with Agent(store, transport=mediator, protocols=[], accept_profiles=["veramo"]):
        await eventually(is_fetched)


async def test_a_profile_that_the_agent_does_not_accept_is_named() -> None:
    peer = await MemoryPeer.new()
    async with answering(peer, accept=False) as agent:
        with pytest.raises(
            ValueError, match="`profile` must be one of `accept_profiles` of the agent, got 'veramo'"
        ):
            await agent.relate(peer.did, profile="veramo")
