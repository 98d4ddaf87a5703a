"""A wallet of DIDComm v2 at our mediator, which talks with our agent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydidcomm.protocols.basic_message import Text
from support.agents import eventually

if TYPE_CHECKING:
    from live.peer_process import PeerProcess
    from live.results import Outcome
    from pydidcomm.agent import Agent

PING = "https://didcomm.org/trust-ping/2.0"
TEXT = "https://didcomm.org/basicmessage/2.0/message"
DISCOVERY = "https://didcomm.org/discover-features/2.0"
PING_SECONDS = 5.0


@dataclass
class WalletTalk:
    """One talk.

    Attributes:
        process: The wallet.
        agent: Our agent.
        heard: What our agent heard: sender and text.
        mediator: The DID of our mediator.
        ours: Our DID for the wallet; first the public one.
        theirs: The DID of the wallet.
    """

    process: PeerProcess
    agent: Agent
    heard: list[tuple[str, str]]
    mediator: str
    ours: str
    live: bool = False
    profile: Literal["didcomm/v2", "veramo"] = "didcomm/v2"
    theirs: str = field(default="", init=False)

    async def run(self, outcome: Outcome, *, live: bool) -> None:
        """All of it; with `live` the live mode alone."""
        self.live = live
        if not await outcome.attempt("mediation", self._mediate):
            return
        await outcome.attempt("live mode" if live else "pickup", self._fetch)
        if not live:
            await outcome.attempt("basic message", self._write)
            await outcome.attempt("discovery", self._discover)
            await outcome.attempt("ping", self._ping)

    async def _mediate(self) -> None:
        self.theirs = (await self.process.ask("mediate", mediator=self.mediator, live=self.live))["did"]

    async def _fetch(self) -> None:
        friend = await self.agent.relate(self.theirs, profile=self.profile)
        await friend.send(Text(content="from us"))
        found = await self.process.ask("receive", type=TEXT)
        assert found["body"]["content"] == "from us", found
        # a relationship gets more than an unknown peer
        self.ours = found["from"]

    async def _write(self) -> None:
        await self._send(TEXT, {"content": "from them"})

        async def arrived() -> bool:
            return bool(self.heard)

        await eventually(arrived)
        assert self.heard.pop() == (self.theirs, "from them")

    async def _discover(self) -> None:
        queries = [{"feature-type": "protocol", "match": PING}]
        found = await self._ask(f"{DISCOVERY}/queries", {"queries": queries}, f"{DISCOVERY}/disclose")
        assert [each["id"] for each in found["body"]["disclosures"]] == [PING], found

    async def _ping(self) -> str:
        await self._ask(f"{PING}/ping", {"response_requested": True}, f"{PING}/ping-response")
        try:
            friend = await self.agent.relate(self.theirs, profile=self.profile)
            await friend.ping(timeout=PING_SECONDS)
        except TimeoutError:
            return "it answers no ping of ours"
        return ""

    async def _send(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        sent: dict[str, Any] = await self.process.ask(
            "send", to=self.ours, type=kind, body=body, did=self.theirs
        )
        return sent

    async def _ask(self, kind: str, body: dict[str, Any], answer: str) -> dict[str, Any]:
        sent = await self._send(kind, body)
        found: dict[str, Any] = sent["answer"] or await self.process.ask(
            "receive", type=answer, thid=sent["id"]
        )
        assert found["type"] == answer, found
        return found
