"""Indicio's quickstart: an agent whose keys Askar keeps, a mediator over HTTP, and live delivery."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import websockets
from websockets.asyncio.server import serve

from pydidcomm import InMemorySecrets, LocalResolver, Message, short_form, sync
from pydidcomm.compat.didcomm_messaging import quickstart
from pydidcomm.compat.didcomm_messaging.crypto.backend.askar import AskarKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from websockets.asyncio.server import ServerConnection

HELLO = "https://didcomm.org/basicmessage/2.0/message"
asyncio_only = pytest.mark.parametrize("anyio_backend", ["asyncio"])


class Mediator:
    """A mediator on pydidcomm, which takes what is posted to it."""

    def __init__(self, *, grants: bool = True) -> None:
        secrets = InMemorySecrets()
        self.agent = sync.DIDCommMessaging(secrets)
        services = [
            {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri, "accept": ["didcomm/v2"]}}
            for uri in ("https://mediator.example", "ws://127.0.0.1:1/ws")
        ]
        self.did = self.agent.create_peer_did(services=services)
        self.grants = grants
        self.fixed: list[dict[str, Any] | None] = []
        self.broken: httpx.Response | None = None
        self.seen: list[Message] = []
        self.queue: list[str] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.broken is not None:
            return self.broken
        message = self.agent.unpack(request.content).message
        self.seen.append(message)
        answer = self.fixed.pop(0) if self.fixed else self.answer(message)
        if answer is None:
            return httpx.Response(202)
        assert message.frm is not None
        packed = self.agent.pack(answer, to=message.frm, frm=self.did)
        return httpx.Response(200, text=packed.message)

    def answer(self, message: Message) -> dict[str, Any] | None:
        protocol, _, name = message.type.rpartition("/")
        if name == "mediate-request":
            name = "mediate-grant" if self.grants else "mediate-deny"
            body: dict[str, Any] = {"routing_did": [self.did]}
        elif name == "recipient-update":
            name, body = "recipient-update-response", {"updated": message.body["updates"]}
        elif name == "status-request":
            name, body = "status", {"message_count": len(self.queue)}
        elif name == "delivery-request":
            attachments = [{"id": f"m{n}", "data": {"json": json.loads(m)}} for n, m in enumerate(self.queue)]
            return {"id": "1", "type": f"{protocol}/delivery", "body": {}, "attachments": attachments}
        elif name == "odd":
            name, body = "other", {}
        else:
            return None
        return {"id": "1", "type": f"{protocol}/{name}", "body": body}


@pytest.fixture
def mediator(monkeypatch: pytest.MonkeyPatch) -> Mediator:
    return _mounted(Mediator(), monkeypatch)


def _mounted(mediator: Mediator, monkeypatch: pytest.MonkeyPatch) -> Mediator:
    made = httpx.AsyncClient

    def client(**options: Any) -> httpx.AsyncClient:  # noqa: ANN401, the options of httpx
        return made(transport=httpx.MockTransport(mediator), **options)

    monkeypatch.setattr(httpx, "AsyncClient", client)
    return mediator


async def agent() -> tuple[quickstart.Agent, Any, Any]:
    did, keys = quickstart.generate_did()
    return await quickstart.setup_default(did, keys), did, keys


def test_a_did_names_its_keys_as_the_original_does() -> None:
    did, (verkey, xkey) = quickstart.generate_did()
    document = LocalResolver().resolve(did)
    assert document is not None
    assert (document.authentication, document.key_agreement) == ((f"{did}#key-1",), (f"{did}#key-2",))
    methods = document.as_dict()["verificationMethod"]
    keys = [AskarKey.key_to_multikey(key) for key in (verkey, xkey)]
    assert [method["publicKeyMultibase"] for method in methods] == keys
    (service,) = document.services
    assert service.endpoints[0].uri == "didcomm:transport/queue"


async def test_a_message_is_posted_and_answered(mediator: Mediator) -> None:
    dmp, did, _ = await agent()
    message: dict[str, Any] = {"type": "https://example.org/p/1.0/odd", "body": {}, "to": [mediator.did]}
    message["from"] = did
    target: Any = mediator.did
    answer = await quickstart.send_http_message(dmp, did, message, target)
    assert answer is not None
    assert answer["type"] == "https://example.org/p/1.0/other"
    (request,) = mediator.requests
    assert request.headers["content-type"] == "application/didcomm-encrypted+json"
    assert str(request.url) == "https://mediator.example"
    (seen,) = mediator.seen
    assert (seen.frm, seen.custom_headers["return_route"], seen.id) == (did, "all", message["id"])
    silent = {"type": HELLO, "id": "mine", "body": {"content": "hi"}, "from": did}
    assert await quickstart.send_http_message(dmp, did, silent, target) is None
    assert mediator.seen[-1].id == "mine"


async def test_a_mediator_grants_mediation_and_queues_messages(mediator: Mediator) -> None:
    dmp, did, (verkey, xkey) = await agent()
    relay: Any = mediator.did
    new = await quickstart.setup_relay(dmp, did, relay, verkey, xkey)
    assert new is not None
    assert mediator.seen[-1].body == {"updates": [{"recipient_did": new, "action": "add"}]}
    sender = sync.DIDCommMessaging()
    sender_did = sender.create_peer_did()
    packed = sender.pack({"id": "1", "type": HELLO, "body": {"content": "a\nb"}}, to=new, frm=sender_did)
    mediator.queue += mediator.agent.unpack_forward(packed.message).messages
    got: list[dict[str, Any]] = []

    async def callback(message: dict[str, Any]) -> None:
        got.append(message)

    await quickstart.fetch_relayed_messages(dmp, did, relay, callback)
    assert [message["body"] for message in got] == [{"content": "a\nb"}]
    assert mediator.seen[-1].body == {"message_id_list": ["m0"]}
    mediator.queue.clear()
    await quickstart.fetch_relayed_messages(dmp, did, relay, callback)
    assert len(got) == 1
    assert mediator.seen[-1].type == "https://didcomm.org/messagepickup/3.0/status-request"


async def test_a_message_is_logged_unless_it_is_called_back_with(
    mediator: Mediator, caplog: pytest.LogCaptureFixture
) -> None:
    dmp, did, _ = await agent()
    packed = await dmp.packaging.pack(
        dmp.crypto,
        dmp.resolver,
        dmp.secrets,
        json.dumps({"id": "1", "type": HELLO, "body": {"content": "a\nb"}, "from": did}).encode(),
        [did],
        did,
    )
    mediator.queue.append(packed.decode())
    relay: Any = mediator.did
    with caplog.at_level(logging.INFO):
        await quickstart.fetch_relayed_messages(dmp, did, relay)
    assert "Got message: a b" in caplog.text


async def test_a_mediator_that_denies_gives_no_did(monkeypatch: pytest.MonkeyPatch) -> None:
    mediator = _mounted(Mediator(grants=False), monkeypatch)
    dmp, did, keys = await agent()
    relay: Any = mediator.did
    assert await quickstart.setup_relay(dmp, did, relay, *keys) is None
    mediator.fixed = [{"id": "1", "type": "https://e.org/p/1.0/x", "body": {}}, None]
    with pytest.raises(RuntimeError, match=r"Unknown response type received: https://e\.org/p/1\.0/x"):
        await quickstart.setup_relay(dmp, did, relay, *keys)
    with pytest.raises(RuntimeError, match="did not answer"):
        await quickstart.setup_relay(dmp, did, relay, *keys)


async def test_an_error_of_the_server_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    mediator = _mounted(Mediator(), monkeypatch)
    mediator.broken = httpx.Response(503, text="busy")
    dmp, did, _ = await agent()
    target: Any = mediator.did
    with pytest.raises(RuntimeError, match="code=503 message=busy"):
        await quickstart.send_http_message(dmp, did, {"type": HELLO, "body": {}}, target)


@pytest.fixture
async def live() -> AsyncIterator[tuple[Mediator, list[Any]]]:
    """A mediator that takes connections, and what it was sent over them."""
    mediator, sent = Mediator(), list[Any]()

    async def talk(connection: ServerConnection) -> None:
        query = mediator.agent.unpack(await connection.recv()).message
        sent.append(query)
        frm = str(query.frm)
        status: dict[str, Any] = {
            "id": "1",
            "type": "https://didcomm.org/messagepickup/3.0/status",
            "body": {},
        }
        await connection.send(mediator.agent.pack(status, to=frm, frm=mediator.did).message)
        await connection.send("no envelope")
        sender = sync.DIDCommMessaging()
        hello = {"id": "1", "type": HELLO, "body": {"content": "live"}}
        packed = sender.pack(hello, to=frm, frm=sender.create_peer_did())
        await connection.send(packed.message)

    here = socket.create_server(("127.0.0.1", 0))
    port: int = here.getsockname()[1]
    async with serve(talk, sock=here):
        endpoint = {"uri": f"ws://127.0.0.1:{port}", "accept": ["didcomm/v2"]}
        service = {"type": "DIDCommMessaging", "serviceEndpoint": endpoint}
        mediator.did = mediator.agent.create_peer_did(services=[service])
        yield mediator, sent


@asyncio_only
async def test_live_delivery_calls_back_and_connects_again(
    live: tuple[Mediator, list[Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(quickstart, "_AGAIN", 0)
    mediator, sent = live
    dmp, did, _ = await agent()
    got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    relay: Any = mediator.did
    listening = asyncio.create_task(quickstart.websocket_loop(dmp, did, relay, got.put))
    for _ in range(2):
        assert (await asyncio.wait_for(got.get(), 10))["body"] == {"content": "live"}
    listening.cancel()
    await asyncio.wait({listening})
    assert sent[0].type == "https://didcomm.org/messagepickup/3.0/live-delivery-change"
    assert (sent[0].body, sent[0].to) == ({"live_delivery": True}, (mediator.did,))
    assert "Error encountered while decrypting websocket message" in caplog.text
    assert "Websocket died" in caplog.text


@asyncio_only
async def test_listen_returns_a_task_or_runs(live: tuple[Mediator, list[Any]]) -> None:
    mediator, _ = live
    dmp, did, _keys = await agent()
    relay: Any = mediator.did
    got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    listening = await quickstart.activate_websocket(dmp, did, relay, got.put)
    assert asyncio.iscoroutine(listening)
    with pytest.raises(websockets.ConnectionClosed):
        await listening
    assert (await got.get())["body"] == {"content": "live"}
    task = await quickstart.activate_websocket(dmp, did, relay, got.put, create_task=True)
    assert isinstance(task, asyncio.Task)
    assert (await asyncio.wait_for(got.get(), 10))["body"] == {"content": "live"}
    await asyncio.wait({task})
    assert isinstance(task.exception(), websockets.ConnectionClosed)


class Socket:
    """A connection that has some messages and ends."""

    def __init__(self, *messages: str) -> None:
        self.messages = [*messages]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def send(self, message: bytes) -> None:
        assert message == b"change"

    async def recv(self) -> bytes:
        if not self.messages:
            raise EOFError
        return self.messages.pop(0).encode()


async def test_a_message_of_the_mediator_under_its_short_form_is_not_called_back_with() -> None:
    dmp, did, _ = await agent()
    relay = sync.DIDCommMessaging(InMemorySecrets())
    long, other = relay.create_peer_did(method=4), relay.create_peer_did(method=4)
    short = short_form(long)
    message: dict[str, Any] = {"id": "1", "type": HELLO, "body": {}}
    packed = [relay.pack({**message, "from": frm}, to=did, frm=frm).message for frm in (short, other)]
    for known in (long, other):
        await dmp.resolver.resolve(known)
    got: list[Any] = []

    async def callback(received: dict[str, Any]) -> None:
        got.append(received["from"])

    with pytest.raises(EOFError):
        await quickstart.handle_websocket(dmp, cast("Any", long), Socket(*packed), b"change", callback)
    assert got == [other]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
