"""The table of an endpoint's faults, over HTTPS and WebSocket: what is reported, and what comes next."""

from __future__ import annotations

import datetime as dt
import ssl
import struct
import threading
import warnings
from functools import cache
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import pytest
import trustme

from pydidcomm import DIDCommMessaging, Message, Packed
from pydidcomm.errors import DeliveryError
from pydidcomm.transports.http import HttpTransport, Sent
from pydidcomm.transports.websocket import WebSocketTransport
from support.https_server import (
    EXPIRED,
    HOSTS,
    Connection,
    Server,
    body,
    certificate,
    cut,
    dripping,
    endless,
    redirect,
    self_signed,
    serving,
    silent,
    transport_options,
    truncated,
)
from support.websocket_peer import handshake

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

HELLO = Message(type="https://example.org/greeting/1.0/hello")
TAKEN = body(b"", 202)


async def sent(packed: Packed, *, return_route: bool = False, **given: Any) -> Sent:  # noqa: ANN401
    async with HttpTransport(**transport_options(rounds=1, **given)) as transport:
        return await transport.send(packed, return_route=return_route)


async def packed_for(*uris: str) -> Packed:
    bob = DIDCommMessaging()
    services = [{"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri}} for uri in uris]
    return await bob.pack(HELLO, to=await bob.create_peer_did(services=services))


# TLS


class Tls(NamedTuple):
    """A server's side of TLS, and what a client says about it."""

    context: Callable[[], ssl.SSLContext | None]
    detail: str


def old_tls() -> ssl.SSLContext:
    """TLS 1.1, as a server from before 2010 has it."""
    context = certificate(*HOSTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@cache
def other_authority() -> trustme.CA:
    return trustme.CA()


TLS: dict[str, Tls] = {
    "another name": Tls(lambda: certificate("mallory.example"), "alice.example"),
    "the address in place of the name": Tls(lambda: certificate("127.0.0.1"), "alice.example"),
    "a wildcard of another domain": Tls(lambda: certificate("*.other.example"), "alice.example"),
    "expired": Tls(lambda: certificate(*HOSTS, not_after=EXPIRED), "expired"),
    "not valid yet": Tls(
        lambda: certificate(*HOSTS, not_before=dt.datetime.now(dt.UTC) + dt.timedelta(days=2)), "not yet"
    ),
    "an authority that is not trusted": Tls(
        lambda: certificate(*HOSTS, authority=other_authority()), "certificate"
    ),
    "self-signed": Tls(self_signed, "self-signed"),
    "TLS 1.1": Tls(old_tls, ""),
    "no TLS": Tls(lambda: None, ""),
}


@pytest.mark.spec("TRP-09")
@pytest.mark.parametrize("scheme", ["https", "wss"])
@pytest.mark.parametrize("name", TLS)
async def test_nothing_is_sent_over_tls_that_proves_no_name(server: Server, name: str, scheme: str) -> None:
    server.ways["/in"] = TAKEN
    fault = TLS[name]
    with serving(fault.context()) as other:
        wrong = other.url("/in", scheme=scheme)
        outcome = await sent(await packed_for(wrong, server.url("/in")))
        assert not other.requests
    assert outcome.uri == server.url("/in")
    (uri, reason), *others = outcome.tried
    assert (uri, others) == (wrong, [])
    assert reason.startswith("tls")
    assert fault.detail in reason


async def test_an_authority_of_the_program_is_trusted() -> None:
    with serving(certificate(*HOSTS, authority=other_authority())) as other:
        other.ways["/in"] = TAKEN
        trusted = ssl.create_default_context(cadata=other_authority().cert_pem.bytes().decode())
        assert (await sent(await packed_for(other.url("/in")), ca=trusted)).status == 202


# HTTP


def reset(connection: Connection) -> None:
    """Resets the connection in the middle of the head of the answer."""
    connection.write(b"HTTP/1.1 202 x\r\ncontent-le")
    connection.stream.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.stream.close()


def dripping_head(connection: Connection) -> None:
    """One byte of the head at a time, each within the time limit of a read."""
    for byte in b"HTTP/1.1 202 x\r\nx: " + b"x" * 300:
        connection.write(bytes([byte]))
        if connection.server.closing.wait(0.05):
            return


def endless_head(connection: Connection) -> None:
    connection.write(b"HTTP/1.1 202 x\r\n")
    for number in range(100_000):
        connection.write(f"x-{number}: {'x' * 200}\r\n".encode())


FAULTS: dict[str, tuple[Callable[[Connection], None], str]] = {
    "silent": (silent, "timed out"),
    "one byte at a time": (dripping_head, "timed out"),
    "an endless head": (endless_head, "broken off"),
    "cut before the answer": (cut, "broken off"),
    "reset in the answer": (reset, "broken off"),
    "not HTTP": (lambda connection: connection.write(b"SSH-2.0-x\r\n\r\n"), "broken off"),
    "a redirect to another host": (redirect("https://mallory.example/", 307), "status 307 to another host"),
    "a redirect to http": (redirect("http://alice.example/", 307), "status 307 to another host"),
    "a redirect to another port": (redirect("https://alice.example:1/", 307), "status 307 to another host"),
    "a redirect to no address": (redirect("https://[", 307), "status 307 to another host"),
    "a redirect that is not a URL": (redirect("https://alice.example:x/", 307), "status 307 to another host"),
    "a redirect to nowhere": (lambda connection: connection.answer(307), "status 307 more than"),
    "a loop": (lambda connection: redirect(connection.path, 307)(connection), "status 307 more than"),
    "a redirect by GET": (redirect("/b", 303), "status 303"),
    "moved": (redirect("/b", 301), "status 301"),
    "moved for good": (redirect("/b", 308), "status 308"),
    "wrong media type": (body(b"", 415), "status 415"),
    "too large": (body(b"", 413), "status 413"),
    "busy": (body(b"", 503), "status 503"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_an_endpoint_leads_to_the_next_one(server: Server, name: str) -> None:
    server.ways["/a"], reason = FAULTS[name]
    server.ways["/b"] = TAKEN
    timeout = 0.7 if reason == "timed out" else 5.0
    outcome = await sent(await packed_for(server.url("/a"), server.url("/b")), timeout=timeout)
    assert outcome.uri == server.url("/b")
    assert outcome.tried[0][1].startswith(reason)
    assert server.requests["/a"] <= 4


def page(connection: Connection) -> None:
    connection.answer(200, b"<html></html>", None, content_type="text/html")


def big(connection: Connection) -> None:
    """202, and a gigabyte or as much of it as is read."""
    connection.write(b"HTTP/1.1 202 x\r\ncontent-type: text/html\r\ncontent-length: 1073741824\r\n\r\n")
    for _ in range(16_384):
        connection.write(bytes(65_536))


ANSWERS: dict[str, tuple[Callable[[Connection], None], bytes | None]] = {
    "a gigabyte": (endless, None),
    "a gigabyte with 202": (big, None),
    "one byte at a time": (dripping, None),
    "longer than the limit": (body(bytes(1_001)), None),
    "truncated": (truncated, None),
    "a bomb": (body(b"\x1f\x8b\x08\x00damaged", 200, content_encoding="gzip"), None),
    "a page": (page, b"<html></html>"),
}


@pytest.mark.spec("TRP-02")
@pytest.mark.parametrize("name", ANSWERS)
async def test_a_message_has_arrived_whatever_is_wrong_with_the_answer(server: Server, name: str) -> None:
    server.ways["/in"], answer = ANSWERS[name]
    packed = await packed_for(server.url("/in"))
    outcome = await sent(packed, timeout=2.0)
    assert (outcome.status // 100, outcome.answer) == (2, None)
    outcome = await sent(packed, return_route=True, timeout=2.0, max_answer=1_000)
    assert (outcome.status // 100, outcome.answer) == (2, answer)
    assert outcome.media_type == ("text/html" if answer else "")
    # neither was a reason to send it again
    assert server.requests["/in"] == 2


# a connection that is cut in the middle of the client's frame


def stalled(connection: Connection) -> None:
    """Opens a WebSocket, reads a part of the frame and cuts."""
    handshake(connection)
    connection.stream.recv(1_000)
    connection.stream.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.stream.close()


async def test_a_connection_that_is_cut_in_the_middle_of_a_frame_is_a_failure(server: Server) -> None:
    server.ways |= {"/ws": stalled, "/b": TAKEN}
    large = Message(type="https://example.org/x/1.0/y", body={"x": "y" * 8_000_000})
    bob = DIDCommMessaging()
    uris = server.url("/ws", scheme="wss"), server.url("/b")
    services = [{"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri}} for uri in uris]
    packed = await bob.pack(large, to=await bob.create_peer_did(services=services))
    outcome = await sent(packed)
    assert outcome.uri == uris[1]
    assert outcome.tried == [(uris[0], "broken off")]
    async with WebSocketTransport(uris[0], **transport_options(reconnect=False)) as socket:
        with pytest.raises(DeliveryError, match="broken off"):
            await socket.send(packed)


@pytest.mark.parametrize("end", ["time limit", "cancelled"])
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_peer_that_does_not_read_cannot_hold_the_sender(end: str, scheme: str) -> None:
    go, released = threading.Event(), list[bool]()

    def not_reading(connection: Connection) -> None:
        handshake(connection)
        released.append(go.wait(10))

    large = Message(type="https://example.org/x/1.0/y", body={"x": "y" * 8_000_000})
    bob = DIDCommMessaging()
    packed = await bob.pack(large, to=await bob.create_peer_did())
    context = None if scheme == "ws" else certificate(*HOSTS)
    with serving(context) as other:
        other.ways["/ws"] = not_reading
        async with HttpTransport(
            **transport_options(rounds=1, timeout=0.5 if end == "time limit" else 60.0)
        ) as transport:
            uri = other.url("/ws", scheme=scheme)
            if end == "time limit":
                with pytest.raises(DeliveryError, match="timed out"):
                    await transport.send(packed, uri=uri)
            else:
                with anyio.move_on_after(0.5) as scope:
                    await transport.send(packed, uri=uri)
                assert scope.cancelled_caught
        go.set()
        with anyio.fail_after(10):
            while not released:  # noqa: ASYNC110, what another thread appends
                await anyio.sleep(0.01)
    # the peer was still waiting when the sender had ended
    assert released == [True]
