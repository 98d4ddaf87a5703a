"""The table of a sender's faults, to the receiver under uvicorn: it refuses, and serves the next one."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message, UnpackResult, sync
from pydidcomm.transports.http import HttpTransport
from pydidcomm.transports.receiver import receiver
from support.application import serving_application
from support.https_server import LOOPBACK, TRUSTED, to_loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
ENCRYPTED = b"content-type: application/didcomm-encrypted+json\r\n"
POST = b"POST / HTTP/1.1\r\nhost: alice.example\r\n"
UPGRADE = (
    b"GET / HTTP/1.1\r\nhost: alice.example\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class Bob:
    """A receiver under uvicorn, and what it handled."""

    def __init__(self) -> None:
        self.party = sync.DIDCommMessaging()
        self.did = self.party.create_peer_did()
        self.handled: list[object] = []
        self.port = 0
        asynchronous = DIDCommMessaging(self.party.secrets, self.party.resolver)
        self.app = receiver(asynchronous, self.handler, max_bytes=20_000, body_seconds=1.0)

    async def handler(self, received: UnpackResult) -> None:
        self.handled.append(received.message.body)

    def message(self) -> bytes:
        return sync.DIDCommMessaging().pack(HELLO, to=self.did).text.encode()

    def connected(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), 10)
        return TRUSTED.wrap_socket(plain, server_hostname="alice.example")


@pytest.fixture(scope="module")
def bob(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bob]:
    one = Bob()
    # uvicorn's limit of a frame is above the receiver's, which then is the one that answers
    folder = tmp_path_factory.mktemp("bob")
    with serving_application(one.app, folder, ws_max_size=16_777_216, timeout_keep_alive=2) as one.port:
        yield one


def status(stream: ssl.SSLSocket) -> int:
    """The status of the answer; 0 where the connection ends without one."""
    stream.settimeout(10)
    head = b""
    while b"\r\n" not in head:
        try:
            part = stream.recv(4_096)
        except OSError:
            return 0
        if not part:
            return 0
        head += part
    return int(head[9:12])


def posted(*parts: bytes, pause: float = 0.0) -> Callable[[Bob], int]:
    """Writes the parts of a request, and reads the status."""

    def fault(bob: Bob) -> int:
        with bob.connected() as stream:
            for part in parts:
                try:
                    stream.sendall(part)
                except OSError:
                    # refused before the end of the body
                    break
                if pause:
                    stream.settimeout(pause)
                    try:
                        if early := stream.recv(12):
                            return int(early[9:12])
                    except TimeoutError:
                        continue
            return status(stream)

    return fault


def hung_up(*parts: bytes) -> Callable[[Bob], int]:
    """Writes the parts of a request, and resets the connection."""

    def fault(bob: Bob) -> int:
        with bob.connected() as stream:
            for part in parts:
                stream.sendall(part)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return 0

    return fault


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = POST + ENCRYPTED + b"transfer-encoding: chunked\r\n\r\n"

REQUESTS: dict[str, tuple[Callable[[Bob], int], set[int]]] = {
    "a body of one byte a time": (
        posted(POST + ENCRYPTED + b"content-length: 100\r\n\r\n", *[b"{"] * 99, pause=0.05),
        {408},
    ),
    "chunks of one byte a time": (posted(CHUNKED, *[chunk(b"{")] * 99, pause=0.05), {408}),
    "chunks without end": (posted(CHUNKED, *[chunk(bytes(4_000))] * 1_000), {413, 0}),
    "a length above the limit": (posted(POST + ENCRYPTED + b"content-length: 20001\r\n\r\n"), {413}),
    "a body shorter than its length": (
        hung_up(POST + ENCRYPTED + b"content-length: 100\r\n\r\n{}"),
        {0},
    ),
    "cut in a chunk": (hung_up(CHUNKED + b"fff\r\n{"), {0}),
    "a chunk that is none": (posted(CHUNKED + b"zz\r\n{}\r\n"), {400}),
    "cut in the head": (hung_up(POST), {0}),
    "two media types": (posted(POST + ENCRYPTED * 2 + b"content-length: 2\r\n\r\n{}"), {415}),
    "no media type": (posted(POST + b"content-length: 2\r\n\r\n{}"), {415}),
    "gzip": (posted(POST + ENCRYPTED + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}"), {415}),
    "two lengths": (posted(POST + ENCRYPTED + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"), {400}),
    "no body": (posted(POST + ENCRYPTED + b"\r\n"), {400}),
    "not a message": (posted(POST + ENCRYPTED + b"content-length: 2\r\n\r\n{}"), {400}),
    "GET": (posted(b"GET / HTTP/1.1\r\nhost: alice.example\r\n\r\n"), {405}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_faulty_request_is_refused_and_the_next_message_is_received(bob: Bob, name: str) -> None:
    before = len(bob.handled)
    fault, expected = REQUESTS[name]
    assert fault(bob) in expected
    assert len(bob.handled) == before
    received_next(bob)


def received_next(bob: Bob) -> None:
    """A good message is received, over either transport."""
    before = len(bob.handled)
    text = bob.message()
    request = POST + ENCRYPTED + b"content-length: %d\r\n\r\n" % len(text) + text
    assert posted(request)(bob) == 202
    with bob.connected() as stream:
        opened(stream)
        stream.sendall(frame(text) + frame(b"", PING))
        anyio.run(handled, bob, before + 2)


async def handled(bob: Bob, count: int) -> None:
    with anyio.fail_after(10):
        while len(bob.handled) < count:  # noqa: ASYNC110, what another thread appends
            await anyio.sleep(0.01)


# WebSocket


def frame(data: bytes, opcode: int = TEXT, *, final: bool = True, masked: bool = True) -> bytes:
    """A frame of a client; the mask is zeros."""
    head = bytes([(0x80 if final else 0) | opcode])
    bit = 0x80 if masked else 0
    if len(data) < 126:
        head += bytes([bit | len(data)])
    elif len(data) < 65_536:
        head += bytes([bit | 126]) + struct.pack(">H", len(data))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(data))
    return head + (bytes(4) if masked else b"") + data


def opened(stream: ssl.SSLSocket) -> None:
    stream.sendall(UPGRADE)
    head = b""
    while b"\r\n\r\n" not in head:
        head += stream.recv(1)
    assert head.startswith(b"HTTP/1.1 101")


def close_code(stream: ssl.SSLSocket) -> int:
    """The code of the server's close; 0 where the connection ends without one."""
    stream.settimeout(10)
    data = b""
    try:
        while part := stream.recv(65_536):
            data += part
            while len(data) >= 2 and len(data) >= 2 + data[1]:
                opcode, length = data[0] & 0x0F, data[1]
                payload, data = data[2 : 2 + length], data[2 + length :]
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
    except OSError:
        return 0
    return 0


FRAMES: dict[str, tuple[list[bytes], set[int]]] = {
    "an empty frame": ([frame(b"")], {1008}),
    "an empty binary frame": ([frame(b"", BINARY)], {1008}),
    "not a message": ([frame(b"{}")], {1008}),
    "not UTF-8": ([frame(b"\xff")], {1007}),
    "longer than the limit": ([frame(b"x" * 20_001)], {1009}),
    "longer than the limit in fragments": (
        [frame(b"x" * 15_000, final=False), frame(b"x" * 15_000, 0)],
        {1009},
    ),
    "longer than the server's limit": ([b"\x81\xff" + struct.pack(">Q", 16_777_217) + bytes(4)], {1009}),
    "without a mask": ([frame(b"{}", masked=False)], {1002}),
    "a reserved opcode": ([frame(b"x", 3)], {1002}),
    "a fragment of nothing": ([frame(b"x", 0)], {1002}),
    "a ping that is too long": ([frame(bytes(126), PING)], {1002}),
    "a flood of pings": ([frame(b"x", PING)] * 500 + [frame(b"", CLOSE)], {1000, 1005, 0}),
}


@pytest.mark.spec("TRP-10", "TRP-11")
@pytest.mark.parametrize("name", FRAMES)
def test_a_faulty_frame_closes_the_connection_and_the_next_message_is_received(bob: Bob, name: str) -> None:
    before = len(bob.handled)
    parts, expected = FRAMES[name]
    with bob.connected() as stream:
        opened(stream)
        for part in parts:
            stream.sendall(part)
        assert close_code(stream) in expected
    assert len(bob.handled) == before
    received_next(bob)


@pytest.mark.parametrize("place", ["head", "length", "mask", "data", "fragment"])
def test_a_connection_that_is_cut_in_a_frame_leaves_nothing_behind(bob: Bob, place: str) -> None:
    before = len(bob.handled)
    text = bob.message()
    whole = frame(text)
    part = {"head": whole[:1], "length": whole[:3], "mask": whole[:6], "data": whole[:-1]}.get(
        place, frame(text, final=False)
    )
    with bob.connected() as stream:
        opened(stream)
        stream.sendall(part)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    received_next(bob)
    assert len(bob.handled) == before + 2


def test_a_message_in_fragments_with_pings_between_is_received(bob: Bob) -> None:
    before = len(bob.handled)
    text = bob.message()
    with bob.connected() as stream:
        opened(stream)
        parts = frame(text[:100], final=False), frame(b"x", PING), frame(text[100:200], 0, final=False)
        stream.sendall(b"".join(parts) + frame(text[200:], 0))
        anyio.run(handled, bob, before + 1)


async def test_connections_that_send_nothing_do_not_keep_others_out(bob: Bob) -> None:
    idle = [bob.connected() for _ in range(50)]
    try:
        for stream in idle[::2]:
            stream.sendall(POST)
        async with HttpTransport(allow=LOOPBACK, ca=TRUSTED, lookup=to_loopback) as transport:
            alice = DIDCommMessaging()
            packed = await alice.pack(HELLO, to=bob.did)
            sent = await transport.send(packed, uri=f"https://alice.example:{bob.port}/")
        assert sent.status == 202
    finally:
        for stream in idle:
            stream.close()
