"""What is talked about with each kind of peer."""

from __future__ import annotations

import tempfile
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from live.peer_process import PeerProcess
from live.results import Outcome
from live.wallet import WalletTalk
from pydidcomm import LocalResolver
from pydidcomm.agent import Agent, Context  # noqa: TC001, `on` reads annotations
from pydidcomm.invitations import Invitation
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.protocols.discover_features import DiscoverFeatures
from pydidcomm.protocols.trust_ping import TrustPing
from support.agents import eventually, new_agent
from support.mediator_process import command, running
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Mapping

    from live.peers import LivePeer


@contextmanager
def our_mediator(settings: Mapping[str, str], *, v1: bool = False) -> Generator[str]:
    """`pydidcomm mediator run` as a process; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        for words in (("init", "--url", url), *((("v1",),) if v1 else ())):
            done = command(Path(folder), *words)
            assert done.returncode == 0, done.stderr
        with running(Path(folder), port, **settings):
            yield url


@asynccontextmanager
async def our_agent(heard: list[tuple[str, str]]) -> AsyncGenerator[Agent]:
    """Our agent; it notes texts and their senders."""
    protocols = [TrustPing(), BasicMessage(), DiscoverFeatures()]
    agent = new_agent(protocols=protocols, accept_any_type=True, accept_profiles=["veramo"])

    @agent.on
    async def hear(text: Text, ctx: Context) -> None:
        heard.append((ctx.sender or "", text.content))

    async with agent:
        yield agent


async def v1_wallet(process: PeerProcess, outcome: Outcome) -> None:
    """Two wallets of DIDComm v1 at our mediator, which talk with each other through it."""
    for live in (False, True):
        with our_mediator(outcome.peer.settings, v1=True) as url:
            if not await _of_v1_wallet(process, outcome, httpx2.get(f"{url}invitation-v1").text, live=live):
                return
            await process.ask("stop")


async def _of_v1_wallet(process: PeerProcess, outcome: Outcome, invitation: str, *, live: bool) -> bool:
    async def mediate() -> None:
        found = await process.ask("mediate", invitation=invitation, live=live)
        assert found["state"] == "granted", found

    async def talk() -> None:
        found = await process.ask("talk", text="hello")
        assert found == {"alice": "hello of bob", "bob": "hello of alice"}, found

    async def ping() -> None:
        await process.ask("ping")

    async def discover() -> None:
        for version in ("v1", "v2"):
            assert (await process.ask("discover", version=version))["features"]

    if not await outcome.attempt("mediation", mediate):
        return False
    await outcome.attempt("live mode" if live else "pickup", talk)
    if not live:
        await outcome.attempt("basic message", talk)
        await outcome.attempt("ping", ping)
        await outcome.attempt("discovery", discover)
    return True


async def wallet(process: PeerProcess, outcome: Outcome) -> None:
    """A wallet at our mediator, which talks with our agent."""
    for live in (False, True):
        if live and "live mode" in outcome.peer.lacks:
            return
        heard: list[tuple[str, str]] = []
        with our_mediator(outcome.peer.settings) as url:
            async with our_agent(heard) as agent:
                talk = WalletTalk(process, agent, heard, httpx2.get(f"{url}did").text, await agent.did())
                talk.profile = outcome.peer.profile
                await talk.run(outcome, live=live)
                await process.ask("stop")


async def mediator_of(
    outcome: Outcome, did: str, *, multibase: bool = False, process: PeerProcess | None = None
) -> None:
    """Our agent behind a mediator of another project, and another agent of ours that writes to it."""
    resolver = LocalResolver(key_naming="multibase" if multibase else "numbered")
    protocols, profile = [TrustPing(), BasicMessage(), DiscoverFeatures()], outcome.peer.profile
    options: dict[str, Any] = {
        "resolver": resolver,
        "accept_profiles": ["veramo"],
        "protocols": protocols,
    }
    alice, bob = new_agent(listen=None, **options), new_agent(**options)
    heard: list[str] = []

    @alice.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    async with alice, bob:
        known = await bob.relate(did, profile=profile)

        async def ping() -> None:
            await known.ping(timeout=5)

        async def discover() -> None:
            assert await known.features(timeout=5)

        async def mediate() -> None:
            await alice.mediate(did, profile=profile)

        async def fetch() -> None:
            friend = await bob.accept((await alice.invite()).url)
            await friend.send(Text(content="by the mediator"))

            async def arrived() -> bool:
                return "by the mediator" in heard

            async def is_empty() -> bool:
                return process is None or (await process.ask("waiting"))["count"] == 0

            await eventually(arrived)
            await eventually(is_empty)

        await outcome.attempt("ping", ping)
        await outcome.attempt("discovery", discover)
        if await outcome.attempt("mediation", mediate):
            await outcome.attempt("pickup", fetch)


async def mediator(process: PeerProcess, outcome: Outcome) -> None:
    """A mediator of another project that the talk starts."""
    await mediator_of(outcome, (await process.ask("serve"))["did"], process=process)


SCENARIOS = {"v1 wallet": v1_wallet, "wallet": wallet, "mediator": mediator}


async def outcome_of(peer: LivePeer) -> Outcome:
    """The talk with a peer."""
    async with PeerProcess(peer) as process:
        outcome = Outcome(peer, await process.ask("hello"))
        await SCENARIOS[peer.scenario](process, outcome)
    outcome.skip()
    return outcome


async def outcome_of_mediator(peer: LivePeer, address: str, dated: str, *, multibase: bool) -> Outcome:
    """The talk with a mediator that runs already."""
    did = Invitation.from_url(address).message.frm if address.startswith("http") else address
    outcome = Outcome(peer, {"as of": dated})
    await mediator_of(outcome, did or "", multibase=multibase)
    outcome.skip()
    return outcome
