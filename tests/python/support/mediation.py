"""A mediator on a file, and wallets that talk to it by envelopes alone."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydidcomm import Attachment, DIDCommMessaging, InMemorySecrets, Message, v1
from pydidcomm.mediator import Limits, Mediator, SqliteMediatorStore
from pydidcomm.mediator.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from pathlib import Path

    from pydidcomm.transports._requests import Reply

URL = "https://mediator.example/"
M2 = "https://didcomm.org/coordinate-mediation/2.0"
M3 = "https://didcomm.org/coordinate-mediation/3.0"
P3 = "https://didcomm.org/messagepickup/3.0"
P4 = "https://didcomm.org/message-pickup/4.0"
HELLO = "https://example.org/greeting/1.0/hello"


class Clock:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def mediating(
    folder: Path,
    *,
    limits: Limits | None = None,
    name: str = "mediator.db",
    v1_too: bool = False,
    **options: Any,  # noqa: ANN401, those of what it calls
) -> AsyncGenerator[Mediator]:
    keys = InMemorySecrets()
    party = DIDCommMessaging(secrets=keys)
    did = await party.create_peer_did(service_endpoint=URL)
    store = SqliteMediatorStore(folder / name, limits=limits)
    if v1_too:
        options["verkey"] = await v1.create_verkey(keys)
    mediator = Mediator(party, did, store, base_url=URL, limits=limits, **options)
    try:
        yield mediator
    finally:
        await mediator.aclose()


@dataclass
class Wallet:
    """A recipient."""

    mediator: Mediator
    party: DIDCommMessaging
    did: str
    connection: Connection = field(default_factory=Connection)

    @classmethod
    async def new(cls, mediator: Mediator, **options: Any) -> Wallet:  # noqa: ANN401, those of what it calls
        party = DIDCommMessaging()
        return cls(mediator, party, await party.create_peer_did(**options))

    async def pack(
        self,
        kind: str,
        body: Mapping[str, Any] | None = None,
        *,
        to: str | None = None,
        **headers: Any,  # noqa: ANN401
    ) -> str:
        headers.setdefault("custom_headers", {"return_route": "all"})
        message = Message(type=kind, body=body or {}, **headers)
        packed = await self.party.pack(message, to=to or self.mediator.did, frm=self.did)
        return packed.text

    async def send(self, kind: str, body: Mapping[str, Any] | None = None, **headers: Any) -> Reply:  # noqa: ANN401, those of what it calls
        return await self.mediator.receive((await self.pack(kind, body, **headers)).encode(), self.connection)

    async def go_live(self, piuri: str) -> list[str]:
        """Open a connection in live mode, and return what is pushed to it."""
        pushed: list[str] = []

        async def write(text: str) -> None:
            pushed.append(text)

        self.connection = Connection(write)
        await self.ask(f"{piuri}/live-delivery-change", {"live_delivery": True})
        return pushed

    async def read(self, reply: Reply) -> Message:
        assert reply.status == 200, (reply.status, reply.body)
        result = await self.party.unpack(reply.body)
        assert result.sender is not None
        return result.message

    async def ask(self, kind: str, body: Mapping[str, Any] | None = None, **headers: Any) -> Message:  # noqa: ANN401, those of what it calls
        return await self.read(await self.send(kind, body, **headers))

    async def enroll(self, *dids: str) -> None:
        grant = await self.ask(f"{M3}/mediate-request")
        assert grant.type == f"{M3}/mediate-grant"
        for did in dids or (self.did,):
            updates = [{"recipient_did": did, "action": "add"}]
            answer = await self.ask(f"{M3}/recipient-update", {"updates": updates})
            assert answer.body["updated"][0]["result"] == "success", answer.body

    async def contents(self, delivery: Message) -> list[Any]:
        """The bodies of delivered messages, opened."""
        return [(await self.party.unpack(each.content())).message.body for each in delivery.attachments or ()]

    async def forward(self, to: str, body: Mapping[str, Any], **headers: Any) -> Reply:  # noqa: ANN401, those of what it calls
        """Send a message to a DID behind the mediator, as an anonymous forward."""
        return await self.mediator.receive(await self.forwarded(to, body, **headers))

    async def forwarded(self, to: str, body: Mapping[str, Any], **headers: Any) -> bytes:  # noqa: ANN401, those of what it calls
        inner = await self.party.pack(Message(type=HELLO, body=body), to=to, frm=self.did)
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": headers.pop("next", to)},
            attachments=[Attachment.from_json_value(json.loads(inner.text))],
            **headers,
        )
        return (await self.party.pack(forward, to=self.mediator.did, anonymous=True)).text.encode()


async def two_queues(mediator: Mediator) -> tuple[Wallet, str, Wallet]:
    """Bob with a message for each of his DIDs: himself, the second DID, and Carol, who has none."""
    alice, bob, carol = [await Wallet.new(mediator) for _ in range(3)]
    other = await bob.party.create_peer_did()
    await bob.enroll(bob.did, other)
    await carol.enroll()
    await alice.forward(other, {"n": 1})
    await alice.forward(bob.did, {"n": 2})
    return bob, other, carol


async def pushed_live(mediator: Mediator) -> tuple[Wallet, list[str]]:
    """Bob in live mode of pickup 4.0, and what was pushed to him: one message."""
    alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
    await bob.enroll()
    pushed = await bob.go_live(P4)
    await alice.forward(bob.did, {"n": 1})
    await mediator.push(bob.connection)
    return bob, pushed
