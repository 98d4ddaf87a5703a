"""One `send` for endpoints of HTTP and of WebSocket, over real TLS on loopback."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message, Packed, UnpackResult, sync
from pydidcomm.errors import DeliveryError
from pydidcomm.sync.network import HttpTransport as SyncHttpTransport
from pydidcomm.transports.http import HttpTransport, Sent
from pydidcomm.transports.receiver import receiver
from support.application import serving_application
from support.https_server import (
    Connection,
    Server,
    body,
    certificate,
    serving,
    silent,
    transport_options,
)
from support.websocket_peer import CLOSE, PING, PONG, frame, handshake, next_frame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from pydidcomm.transports.receiver import Handler

pytestmark = pytest.mark.slow

HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
TAKEN = body(b"", 202)
options = partial(transport_options, pause=0.01)


async def sent(packed: Packed, *, return_route: bool = False, **given: Any) -> Sent:  # noqa: ANN401
    async with HttpTransport(**options(**given)) as transport:
        return await transport.send(packed, return_route=return_route)


def services(*uris: str) -> list[dict[str, Any]]:
    return [{"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri}} for uri in uris]


async def packed_for(*uris: str, message: Message = HELLO) -> Packed:
    bob = DIDCommMessaging()
    return await bob.pack(message, to=await bob.create_peer_did(services=services(*uris)))


class Bob:
    """A party that answers each message, and what it received."""

    def __init__(self) -> None:
        self.party = DIDCommMessaging()
        self.did = ""
        self.received: list[UnpackResult] = []

    async def handler(self, received: UnpackResult) -> Packed | None:
        self.received.append(received)
        if received.sender is None:
            return None
        return await self.party.pack(HELLO, to=received.sender, frm=self.did)


@asynccontextmanager
async def bob_under_uvicorn(folder: Path) -> AsyncGenerator[tuple[Bob, str]]:
    bob = Bob()
    handler: Handler = bob.handler
    with serving_application(receiver(bob.party, handler), folder) as port:
        bob.did = await bob.party.create_peer_did()
        yield bob, f"alice.example:{port}"


@pytest.mark.spec("TRP-10")
async def test_endpoints_of_both_kinds_are_tried_in_the_order_of_the_document(
    server: Server, tmp_path: Path
) -> None:
    async with bob_under_uvicorn(tmp_path) as (bob, at):
        for down in (server.url("/down"), server.url("/down", scheme="wss")):
            for scheme, status in (("https", 202), ("wss", 101)):
                server.ways["/down"] = body(b"", 503)
                up = f"{scheme}://{at}/"
                did = await bob.party.create_peer_did(services=services(down, up))
                outcome = await sent(await DIDCommMessaging().pack(HELLO, to=did))
                assert (outcome.uri, outcome.status) == (up, status)
                assert [uri for uri, _ in outcome.tried] == [down]
                assert "status 503" in outcome.tried[0][1]
        with anyio.fail_after(10):
            while len(bob.received) < 4:  # noqa: ASYNC110, what another thread appends
                await anyio.sleep(0.01)
    assert [one.message.body for one in bob.received] == [HELLO.body] * 4


async def test_an_answer_comes_back_over_either(tmp_path: Path) -> None:
    alice = DIDCommMessaging()
    alice_did = await alice.create_peer_did()
    returning = HELLO.replace(custom_headers={"return_route": "all"})
    async with bob_under_uvicorn(tmp_path) as (bob, at):
        for scheme in ("https", "wss"):
            bob.did = await bob.party.create_peer_did(services=services(f"{scheme}://{at}/"))
            packed = await alice.pack(returning, to=bob.did, frm=alice_did)
            outcome = await sent(packed, return_route=True)
            assert outcome.answer is not None
            assert (await alice.unpack(outcome.answer)).sender == bob.did
            assert (await sent(packed)).answer is None


def test_it_works_without_an_event_loop(server: Server) -> None:
    server.ways |= {"/down": body(b"", 503), "/ws": taking([])}
    bob = sync.DIDCommMessaging()
    uris = server.url("/down"), server.url("/ws", scheme="wss")
    packed = bob.pack(HELLO, to=bob.create_peer_did(services=services(*uris)))
    steps: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        steps.append((done, total))

    with SyncHttpTransport(**options()) as transport:
        outcome = transport.send(packed, progress=progress)
    assert (outcome.uri, outcome.status, outcome.media_type) == (uris[1], 101, "")
    length = len(packed.text.encode())
    # the refused POST wrote it all, too
    assert steps == [(length, length)] * 2


# a peer of the WebSocket, with and without faults


def taking(seen: list[bytes], *answers: bytes, late: bytes = b"") -> Callable[[Connection], None]:
    """Reads the message, sends frames, answers pings, and waits for the close."""

    def answer(connection: Connection) -> None:
        handshake(connection)
        seen.append(next_frame(connection)[1])
        for one in answers:
            connection.write(one)
        while (got := next_frame(connection))[0] != CLOSE:
            if got[0] == PING:
                connection.write(frame(got[1], PONG) + late)

    return answer


async def test_a_message_is_one_text_frame_and_the_connection_is_closed(server: Server) -> None:
    seen: list[bytes] = []
    server.ways["/ws"] = taking(seen, frame(b"x", PING), frame(b"unasked"))
    packed = await packed_for(server.url("/ws", scheme="wss"))
    outcome = await sent(packed)
    assert outcome == Sent(server.url("/ws", scheme="wss"), 101)
    assert seen == [packed.text.encode()]


REFUSING, OTHER = (1003, 1007, 1008, 1009, 1010), (1011, 1013)


@pytest.mark.parametrize("late", [False, True], ids=["before the pong", "after it"])
@pytest.mark.parametrize(
    ("code", "refused"), [*((code, True) for code in REFUSING), *((code, False) for code in OTHER)]
)
async def test_a_close_code_determines_whether_to_retry(
    server: Server,
    code: int,
    refused: bool,  # noqa: FBT001
    late: bool,  # noqa: FBT001
) -> None:
    seen: list[bytes] = []
    close = frame(code.to_bytes(2, "big"), CLOSE)
    server.ways["/ws"] = taking(seen, late=close) if late else taking(seen, close)
    with pytest.raises(DeliveryError, match=f"closed with code {code}") as raised:
        await sent(await packed_for(server.url("/ws", scheme="wss")), return_route=True, rounds=2)
    assert raised.value.refused is refused
    assert len(seen) == (1 if refused else 2)


@pytest.mark.parametrize(
    ("status", "refused"), [(200, True), (307, True), (403, True), (404, False), (426, True), (503, False)]
)
async def test_a_status_other_than_101_determines_whether_to_retry(
    server: Server,
    status: int,
    refused: bool,  # noqa: FBT001
) -> None:
    server.ways["/ws"] = body(b"", status, location=server.url("/other", scheme="wss"))
    with pytest.raises(DeliveryError, match=f"status {status} instead of 101") as raised:
        await sent(await packed_for(server.url("/ws", scheme="wss")))
    assert raised.value.refused is refused
    assert set(server.requests) == {"/ws"}


def closing_first(connection: Connection) -> None:
    """Closes as soon as there is a connection, and looks at no message."""
    handshake(connection)
    connection.write(frame((1000).to_bytes(2, "big"), CLOSE))
    connection.server.closing.wait(0.2)


def not_answering(connection: Connection) -> None:
    handshake(connection)
    next_frame(connection)
    connection.server.closing.wait(15)


def sending_without_end(connection: Connection, data: bytes) -> None:
    """Reads the message, and answers the ping with messages of its own."""
    handshake(connection)
    next_frame(connection)
    with suppress(OSError):
        for _ in range(500):
            connection.write(frame(data))
    connection.server.closing.wait(15)


@pytest.mark.parametrize("data", [b"", b"x" * 2_000], ids=["empty", "long"])
async def test_a_peer_that_sends_without_end_is_left(server: Server, data: bytes) -> None:
    server.ways["/ws"] = lambda connection: sending_without_end(connection, data)
    with pytest.raises(DeliveryError, match="too large"):
        await sent(await packed_for(server.url("/ws", scheme="wss")), max_answer=100_000, rounds=1)


def cut_after_the_message(connection: Connection) -> None:
    handshake(connection)
    next_frame(connection)
    connection.stream.shutdown(2)


def cut_in_a_frame(connection: Connection) -> None:
    handshake(connection)
    next_frame(connection)
    connection.write(frame(b"answer" * 20)[:50])
    connection.stream.shutdown(2)


def reserved_opcode(connection: Connection) -> None:
    handshake(connection)
    connection.write(frame(b"x", 3))


SOCKET_FAULTS: dict[str, tuple[Callable[[Connection], None], str]] = {
    "silent": (silent, "timed out"),
    "not answering the ping": (not_answering, "timed out"),
    "cut after the message": (cut_after_the_message, "broken off"),
    "cut in a frame": (cut_in_a_frame, "broken off"),
    "not HTTP": (lambda connection: connection.write(b"SSH-2.0-x\r\n\r\n"), "broken off"),
    "a reserved opcode": (reserved_opcode, "broken off"),
}


@pytest.mark.parametrize("return_route", [False, True], ids=["one way", "with an answer"])
@pytest.mark.parametrize("name", SOCKET_FAULTS)
async def test_a_fault_of_a_websocket_leads_to_the_next_endpoint(
    server: Server,
    name: str,
    return_route: bool,  # noqa: FBT001
) -> None:
    server.ways["/ws"], reason = SOCKET_FAULTS[name]
    server.ways["/post"] = TAKEN
    packed = await packed_for(server.url("/ws", scheme="wss"), server.url("/post"))
    timeout = 0.7 if reason == "timed out" else 5.0
    outcome = await sent(packed, timeout=timeout, return_route=return_route)
    assert outcome.uri == server.url("/post")
    assert outcome.tried[0][1].startswith(reason)


async def test_a_peer_that_closes_before_it_reads_the_message_does_not_have_it(server: Server) -> None:
    server.ways |= {"/ws": closing_first, "/post": TAKEN}
    packed = await packed_for(server.url("/ws", scheme="wss"), server.url("/post"))
    for return_route in (False, True):
        outcome = await sent(packed, return_route=return_route)
        assert outcome.uri == server.url("/post")
        assert outcome.tried[0][1].startswith("broken off")


async def test_the_guard_the_certificate_and_the_user_name_are_checked_for_both(server: Server) -> None:
    before = server.connections
    with pytest.raises(DeliveryError, match="refused address"):
        await sent(await packed_for(server.url("/ws", scheme="wss")), allow=[], rounds=1)
    with pytest.raises(DeliveryError, match="not a URL"):
        await sent(await packed_for("wss://user@alice.example/"), rounds=1)
    assert server.connections == before
    with serving(certificate("mallory.example")) as other:
        with pytest.raises(DeliveryError, match="tls"):
            await sent(await packed_for(other.url("/ws", scheme="wss")), rounds=1)
        assert not other.requests


async def test_an_answer_that_is_longer_than_the_limit_is_a_failure(server: Server) -> None:
    server.ways |= {"/ws": taking([], frame(bytes(3_000), 2)), "/post": TAKEN}
    packed = await packed_for(server.url("/ws", scheme="wss"), server.url("/post"))
    outcome = await sent(packed, return_route=True, max_answer=2_000)
    assert outcome.uri == server.url("/post")


async def test_a_cancelled_send_over_a_websocket_leaves_the_transport_usable(server: Server) -> None:
    server.ways |= {"/ws": not_answering, "/good": taking([]), "/silent": silent}
    async with HttpTransport(**options()) as transport:
        for path in ("/ws", "/silent"):
            with anyio.move_on_after(0.3) as scope:
                await transport.send(await packed_for(server.url(path, scheme="wss")))
            assert scope.cancelled_caught
        good = await packed_for(server.url("/good", scheme="wss"))
        assert (await transport.send(good)).status == 101


async def test_many_messages_at_once_go_over_either(tmp_path: Path) -> None:
    async with bob_under_uvicorn(tmp_path) as (bob, at), HttpTransport(**options(timeout=20.0)) as transport:
        statuses: list[int] = []

        async def send(number: int) -> None:
            did = await bob.party.create_peer_did(
                services=services(f"{('https', 'wss')[number % 2]}://{at}/")
            )
            packed = await DIDCommMessaging().pack(HELLO.replace(body={"n": number}), to=did)
            statuses.append((await transport.send(packed)).status)

        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(send, number)
        with anyio.fail_after(10):
            while len(bob.received) < 40:  # noqa: ASYNC110, what another thread appends
                await anyio.sleep(0.01)
    assert sorted(statuses) == [101] * 20 + [202] * 20
    assert sorted(one.message.body["n"] for one in bob.received) == list(range(40))
