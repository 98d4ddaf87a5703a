"""Mediators that hand on: served on loopback, with scripted endpoints, and forwards for other hosts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

from pydidcomm import Attachment, DeliveryError, DIDCommMessaging, Message, PackEncryptedConfig
from pydidcomm.agent.server import bound, serve_app
from pydidcomm.mediator import Mediator, MediatorServer, Onward, SqliteMediatorStore
from pydidcomm.transports.http import Sent
from support.mediation import HELLO

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from pydidcomm.transports.http import Sendable

SECONDS = 20.0
AWAY = "https://away.example/"


async def until(check: Callable[[], bool]) -> None:
    """Wait until `check` is true."""
    with anyio.fail_after(SECONDS):
        while True:
            if check():
                return
            await anyio.sleep(0.01)


@asynccontextmanager
async def running(mediator: Mediator) -> AsyncGenerator[Mediator]:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(mediator.run)
        yield mediator
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def served(
    path: Path,
    services: Callable[[str], list[dict[str, Any]]] = lambda url: [service(url)],
    **options: Any,  # noqa: ANN401, those of a mediator
) -> AsyncGenerator[tuple[str, str]]:
    """A mediator over HTTP and WebSocket; its DID and URL."""
    listener, url = bound("http://127.0.0.1:0/")
    party = DIDCommMessaging()
    did = await party.create_peer_did(services=services(url))
    mediator = Mediator(party, did, SqliteMediatorStore(path), base_url=url, **options)
    server = MediatorServer(mediator)

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, those of ASGI
        if scope["type"] == "lifespan":
            # `running` does what it would do
            raise NotImplementedError
        await server(scope, receive, send)

    with listener:
        async with running(mediator), serve_app(app, listener):
            yield did, url
    await mediator.aclose()


def service(uri: str, *routing_keys: str) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"uri": uri, "accept": ["didcomm/v2"]}
    if routing_keys:
        endpoint["routingKeys"] = list(routing_keys)
    return {"type": "DIDCommMessaging", "serviceEndpoint": endpoint}


class Scripted:
    """A sender whose endpoints answer as the test says: a reason such as "status 503", or None for 2xx."""

    def __init__(self, answer: Callable[[str], str | None] = lambda _: None) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str]] = []
        self.tried: list[str] = []

    async def send(self, packed: Sendable, *, uri: str) -> Sent:
        self.tried.append(uri)
        reason = self.answer(uri)
        if reason is not None:
            raise DeliveryError([(uri, reason)], refused=reason == "status 400")
        self.sent.append((uri, packed.text))
        return Sent(uri, 202)


class RemoteParty:
    """A party whose document names an endpoint of its own, and forwards for it."""

    def __init__(self, party: DIDCommMessaging, did: str) -> None:
        self.party, self.did = party, did

    @classmethod
    async def at(cls, *services: dict[str, Any]) -> RemoteParty:
        party = DIDCommMessaging()
        return cls(party, await party.create_peer_did(services=list(services)))

    async def forward(self, mediator: Mediator, number: int = 0, **headers: Any) -> int:  # noqa: ANN401
        """The status of a forward of a numbered message through a mediator that does not know the party."""
        config = PackEncryptedConfig(forward=False)
        message = Message(type=HELLO, body={"n": number})
        inner = await self.party.pack(message, to=self.did, frm=self.did, config=config)
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": self.did},
            attachments=[Attachment.from_bytes(inner.text.encode())],
            **headers,
        )
        packed = await self.party.pack(forward, to=mediator.did, anonymous=True)
        return (await mediator.receive(packed.text.encode())).status

    async def number(self, text: str) -> int:
        """The number of a message that an endpoint got."""
        return int((await self.party.unpack(text)).message.body["n"])


def scripted(sender: Scripted, **options: Any) -> Onward:  # noqa: ANN401, those of `Onward`
    settings: dict[str, Any] = {"hosts": None, "pause": 0.01, **options}
    return Onward(sender=sender, **settings)


async def load(folder: Path) -> int:
    async with SqliteMediatorStore(folder / "mediator.db") as store:
        return (await store.departures.load())[0]
