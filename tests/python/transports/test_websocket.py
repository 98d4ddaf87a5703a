"""WebSocket over real TLS on loopback: the transport, the receiver under uvicorn, and faults of the peer."""

from __future__ import annotations

import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message, Packed, UnpackResult
from pydidcomm.errors import DeliveryError
from pydidcomm.transports import websocket as module
from pydidcomm.transports.receiver import Receiver, receiver
from pydidcomm.transports.websocket import WebSocketTransport
from support.application import serving_application
from support.https_server import (
    LOOPBACK,
    TRUSTED,
    Connection,
    Server,
    certificate,
    serving,
    silent,
    to_loopback,
)
from support.websocket_peer import frame, handshake

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator
    from pathlib import Path

HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)


def transport(uri: str, **options: Any) -> WebSocketTransport:  # noqa: ANN401, those of the transport
    defaults: dict[str, Any] = {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0}
    return WebSocketTransport(uri, **defaults | options)


@asynccontextmanager
async def running(app: Receiver, folder: Path) -> AsyncGenerator[str]:
    """The application under uvicorn, in a thread of its own."""
    with serving_application(app, folder) as port:
        yield f"wss://alice.example:{port}/"


async def parties() -> tuple[DIDCommMessaging, str, DIDCommMessaging, str]:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    return alice, await alice.create_peer_did(), bob, await bob.create_peer_did()


@pytest.mark.spec("TRP-10", "TRP-11")
@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
async def test_messages_and_answers_are_frames_of_their_own(tmp_path: Path, binary: bool) -> None:  # noqa: FBT001
    alice, alice_did, bob, bob_did = await parties()
    senders: list[str | None] = []

    async def handler(received: UnpackResult) -> Packed | None:
        senders.append(received.sender)
        return await bob.pack(HELLO, to=alice_did, frm=bob_did)

    async with running(receiver(bob, handler), tmp_path) as uri, transport(uri, binary=binary) as socket_:
        returning = HELLO.replace(custom_headers={"return_route": "all"})
        for _ in range(3):
            await socket_.send(await alice.pack(returning, to=bob_did, frm=alice_did))
            answer = await alice.unpack(await anext(socket_))
            assert answer.sender == bob_did
        # neither requested nor proved: no answer, and the sender before does not prove this one
        await socket_.send(await alice.pack(HELLO, to=bob_did))
        await socket_.send(await alice.pack(returning, to=bob_did, frm=alice_did))
        await anext(socket_)
    assert senders == [alice_did, alice_did, alice_did, None, alice_did]


async def test_a_frame_that_is_not_a_message_closes_the_connection(tmp_path: Path) -> None:
    alice, _, bob, bob_did = await parties()
    handled: list[object] = []

    async def handler(received: UnpackResult) -> None:
        handled.append(received.message.body)

    class Text:
        media_type = "text/plain"

        def __init__(self, text: str) -> None:
            self.text = text

    async with running(receiver(bob, handler, max_bytes=10_000), tmp_path) as uri:
        for text, code in (("hello", 1008), ("", 1008), ("x" * 10_001, 1009)):
            async with transport(uri, reconnect=False) as socket_:
                await socket_.send(Text(text))
                assert [body async for body in socket_] == []
                with pytest.raises(DeliveryError, match=str(code)):
                    await socket_.send(Text(text))
        # the next connection is as good as any
        async with transport(uri) as socket_:
            await socket_.send(Text("hello"))
            assert await received_by(socket_, await alice.pack(HELLO, to=bob_did), handled)


async def received_by(socket_: WebSocketTransport, packed: Packed, handled: list[object]) -> bool:
    """Sends until the receiver has the message: a connection that is being closed may lose one."""
    for _ in range(100):
        try:
            await socket_.send(packed)
        except DeliveryError:
            continue
        for _ in range(20):
            if handled:
                return True
            await anyio.sleep(0.01)
    return False


# a peer with faults


def frames(*data: bytes) -> Callable[[Connection], None]:
    def answer(connection: Connection) -> None:
        handshake(connection)
        for one in data:
            connection.write(one)
        connection.server.closing.wait(0.2)
        connection.stream.shutdown(socket.SHUT_RDWR)

    return answer


PEERS: dict[str, tuple[Callable[[Connection], None], list[bytes]]] = {
    "text": (frames(frame(b"one"), frame(b"two")), [b"one", b"two"]),
    "binary": (frames(frame(b"one", 2)), [b"one"]),
    "in fragments": (frames(frame(b"o", final=False), frame(b"ne", 0)), [b"one"]),
    "pings between": (frames(*[frame(b"x", 9)] * 50, frame(b"one")), [b"one"]),
    "cut in a frame": (frames(frame(b"one"), frame(b"two" * 50)[:40]), [b"one"]),
    "too long": (frames(frame(b"one"), frame(bytes(20_000), 2)), [b"one"]),
    "too long in fragments": (
        frames(frame(b"one"), frame(bytes(9_000), 2, final=False), frame(bytes(9_000), 0)),
        [b"one"],
    ),
    "not UTF-8": (frames(frame(b"one"), frame(b"\xff")), [b"one"]),
    "a reserved opcode": (frames(frame(b"one"), frame(b"x", 3)), [b"one"]),
    "closed": (frames(frame(b"one"), frame(b"\x03\xe8", 8)), [b"one"]),
    "status 403": (lambda connection: connection.answer(403), []),
    "a redirect": (lambda connection: connection.answer(302, location="wss://mallory.example/"), []),
    "not HTTP": (lambda connection: connection.write(b"SSH-2.0-x\r\n\r\n"), []),
    "silence": (silent, []),
}


@pytest.mark.parametrize("name", PEERS)
async def test_messages_before_a_fault_of_the_peer_are_received(server: Server, name: str) -> None:
    server.ways["/ws"], expected = PEERS[name]
    timeout = 0.7 if name == "silence" else 5.0
    uri = server.url("/ws", scheme="wss")
    async with transport(uri, reconnect=False, max_bytes=10_000, timeout=timeout) as socket_:
        assert [body async for body in socket_] == expected
        with pytest.raises(DeliveryError):
            await socket_.send(await (await parties())[0].pack(HELLO, to=(await parties())[3]))


async def test_it_connects_again_when_the_connection_ends(server: Server) -> None:
    server.ways["/ws"] = frames(frame(b"one"), frame(b"\x03\xe8", 8))
    before = server.requests["/ws"]
    async with transport(server.url("/ws", scheme="wss")) as socket_:
        assert [await anext(socket_) for _ in range(3)] == [b"one"] * 3
    assert server.requests["/ws"] - before >= 3


async def test_frames_are_of_the_kind_that_the_peer_sends(server: Server) -> None:
    kinds: list[int] = []
    first, _, _, did = await parties()
    packed = await first.pack(HELLO, to=did)

    def answer(connection: Connection) -> None:
        handshake(connection)
        kinds.append(connection.stream.recv(65_536)[0] & 0x0F)
        connection.write(frame(b"one", 2))
        kinds.append(connection.stream.recv(65_536)[0] & 0x0F)
        connection.write(frame(b"\x03\xe8", 8))

    server.ways["/ws"] = answer
    async with transport(server.url("/ws", scheme="wss"), reconnect=False) as socket_:
        await socket_.send(packed)
        assert await anext(socket_) == b"one"
        await socket_.send(packed)
        assert [body async for body in socket_] == []
    assert kinds == [1, 2]


async def test_a_peer_that_sends_faster_than_messages_are_read_is_not_read_further(server: Server) -> None:
    written: list[int] = []

    def answer(connection: Connection) -> None:
        handshake(connection)
        for number in range(3000):
            connection.write(frame(bytes(9_000), 2))
            written.append(number)

    server.ways["/ws"] = answer
    async with transport(server.url("/ws", scheme="wss"), reconnect=False, max_bytes=10_000) as socket_:
        await anext(socket_)
        await anyio.sleep(0.5)
        # 27 MB do not fit into the queue and the buffers of sockets
        assert len(written) < 3000
        await anext(socket_)


async def test_the_address_guard_and_the_certificate_are_checked_for_websockets(server: Server) -> None:
    alice, _, _, did = await parties()
    packed = await alice.pack(HELLO, to=did)
    before = server.connections
    async with transport(server.url("/ws", scheme="wss"), allow=[], timeout=0.5) as socket_:
        with pytest.raises(DeliveryError, match="refused address"):
            await socket_.send(packed)
    assert server.connections == before
    with serving(certificate("mallory.example")) as other:
        async with transport(other.url("/ws", scheme="wss"), timeout=0.5) as socket_:
            with pytest.raises(DeliveryError, match="tls"):
                await socket_.send(packed)


async def test_an_exception_of_the_block_is_raised_unchanged(server: Server) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transport(server.url("/nowhere", scheme="wss")):
            raise ZeroDivisionError


@pytest.mark.parametrize("uri", ["https://example.com/", "wss:///", "example.com"])
def test_a_uri_without_a_websocket_scheme_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="`uri`"):
        WebSocketTransport(uri)
