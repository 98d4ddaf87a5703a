"""HttpTransport over real TLS on loopback: the order of endpoints, statuses, faults, and answers."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message, Packed
from pydidcomm.errors import DeliveryError, EndpointNotFoundError
from pydidcomm.transports.http import HttpTransport, Sent
from support.https_server import (
    LOOPBACK,
    TRUSTED,
    Connection,
    Server,
    body,
    dripping,
    endless,
    redirect,
    silent,
    to_loopback,
    truncated,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HELLO = Message(type="https://example.org/greeting/1.0/hello")
TAKEN = body(b"", 202)


def transport(**options: Any) -> HttpTransport:  # noqa: ANN401, those of the transport
    defaults: dict[str, Any] = {
        "allow": LOOPBACK,
        "ca": TRUSTED,
        "lookup": to_loopback,
        "timeout": 5.0,
        "pause": 0.01,
    }
    return HttpTransport(**defaults | options)


async def packed_for(*uris: str, message: Message = HELLO, **members: Any) -> Packed:  # noqa: ANN401
    """A message for a DID that lists a service for each endpoint."""
    bob = DIDCommMessaging()
    services = [
        {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri, "accept": ["didcomm/v2"], **members}}
        for uri in uris
    ]
    return await bob.pack(message, to=await bob.create_peer_did(services=services))


async def sent(packed: Packed, **options: Any) -> Sent:  # noqa: ANN401
    given = {name: options.pop(name) for name in ("return_route", "progress", "uri") if name in options}
    async with transport(**options) as one:
        return await one.send(packed, **given)


@pytest.mark.spec("TRP-03", "TRP-04")
async def test_a_message_is_posted_with_its_media_type(server: Server) -> None:
    seen: list[tuple[str, str, bytes]] = []

    def take(connection: Connection) -> None:
        seen.append((connection.method, connection.headers["content-type"], connection.body))
        TAKEN(connection)

    server.ways["/in"] = take
    packed = await packed_for(server.url("/in"))
    outcome = await sent(packed)
    assert outcome == Sent(server.url("/in"), 202)
    assert seen == [("POST", "application/didcomm-encrypted+json", packed.text.encode())]


@pytest.mark.spec("TRP-05")
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_success(server: Server, status: int) -> None:
    server.ways["/in"] = body(b"", status, content_length=None if status == 204 else "0")
    assert (await sent(await packed_for(server.url("/in")))).status == status


TEMPORARY = [404, 408, 410, 421, 425, 429, 500, 502, 503, 504, 599]
FINAL = [301, 302, 303, 304, 308, 400, 401, 403, 405, 406, 411, 413, 415, 422, 451]


@pytest.mark.parametrize("status", TEMPORARY)
async def test_a_temporarily_failing_endpoint_is_retried_after_the_others(
    server: Server, status: int
) -> None:
    server.ways |= {"/a": body(b"", status), "/b": body(b"", status)}
    packed = await packed_for(server.url("/a"), server.url("/b"))
    with pytest.raises(DeliveryError) as raised:
        await sent(packed, rounds=2)
    assert [uri.rsplit("/", 1)[1] for uri, _ in raised.value.tried] == ["a", "b", "a", "b"]
    assert raised.value.tried[0][1] == f"status {status}"
    assert not raised.value.refused


@pytest.mark.spec("TRP-08")
@pytest.mark.parametrize("status", FINAL)
async def test_an_endpoint_that_refuses_is_not_tried_again(server: Server, status: int) -> None:
    server.ways |= {"/a": body(b"", status, location=server.url("/b")), "/b": body(b"", status)}
    with pytest.raises(DeliveryError) as raised:
        await sent(await packed_for(server.url("/a"), server.url("/b")), rounds=3)
    assert len(raised.value.tried) == 2
    assert raised.value.refused
    assert str(status) in str(raised.value)
    if status in {301, 302, 303, 308}:
        assert "out of date" in str(raised.value)


async def test_a_message_refused_by_one_service_is_sent_to_the_next(server: Server) -> None:
    server.ways |= {"/a": body(b"", 415), "/b": TAKEN}
    outcome = await sent(await packed_for(server.url("/a"), server.url("/b")))
    assert outcome.uri == server.url("/b")
    assert outcome.tried == [(server.url("/a"), "status 415")]


async def test_endpoints_for_other_transports_are_passed_over(server: Server) -> None:
    server.ways["/b"] = TAKEN
    outcome = await sent(await packed_for("mailto:bob@alice.example", server.url("/b")))
    assert outcome.tried == []
    with pytest.raises(EndpointNotFoundError):
        await sent(await packed_for("mailto:bob@alice.example"))
    with pytest.raises(EndpointNotFoundError):
        await sent(await packed_for())


async def test_retry_after_is_limited(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    for value in ("7", "86400", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", "9" * 400):
        server.ways["/a"] = body(b"", 503, retry_after=value)
        with pytest.raises(DeliveryError):
            await sent(await packed_for(server.url("/a")))
    assert [round(wait) for wait in waits] == [7, 30, 0, 0, 30]


async def test_a_private_endpoint_and_a_closed_port_are_failures(server: Server) -> None:
    before = server.connections
    with pytest.raises(DeliveryError, match="refused address"):
        await sent(await packed_for(server.url("/in")), allow=[], rounds=1)
    assert server.connections == before
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(DeliveryError, match="not connected"):
        await sent(await packed_for(f"https://alice.example:{port}/"), rounds=1)
    with pytest.raises(DeliveryError, match="not a URL"):
        await sent(await packed_for("https://user@alice.example/"), rounds=1)


@pytest.mark.spec("TRP-07")
async def test_a_temporary_redirect_on_the_host_is_followed_with_the_body(server: Server) -> None:
    bodies: list[bytes] = []

    def take(connection: Connection) -> None:
        bodies.append(connection.body)
        TAKEN(connection)

    server.ways |= {"/a": redirect("/b", 307), "/b": take}
    packed = await packed_for(server.url("/a"))
    assert (await sent(packed)).uri == server.url("/b")
    assert bodies == [packed.text.encode()]


@pytest.mark.spec("TRP-02")
@pytest.mark.parametrize(
    "way", [body(b"hello", 200), endless, dripping, truncated], ids=["body", "endless", "drip", "truncated"]
)
async def test_an_unrequested_answer_is_ignored(server: Server, way: Callable[[Connection], None]) -> None:
    server.ways["/in"] = way
    outcome = await sent(await packed_for(server.url("/in")))
    assert (outcome.status, outcome.answer) == (200, None)


async def test_a_requested_answer_is_read(server: Server) -> None:
    server.ways["/in"] = body(b"{}", 200, content_type="application/didcomm-encrypted+json; charset=utf-8")
    packed = await packed_for(server.url("/in"))
    outcome = await sent(packed, return_route=True)
    assert (outcome.answer, outcome.media_type) == (b"{}", "application/didcomm-encrypted+json")
    server.ways["/in"] = TAKEN
    assert (await sent(packed, return_route=True)).answer is None
    # the message has arrived: an answer that cannot be read is no reason to send it again
    for way in (endless, truncated):
        server.requests.clear()
        server.ways["/in"] = way
        assert (await sent(packed, return_route=True)).answer is None
        assert server.requests["/in"] == 1


async def test_no_answer_is_read_through_a_mediator(server: Server) -> None:
    server.ways["/in"] = body(b"{}", 200)
    mediator = await DIDCommMessaging().create_peer_did(service_endpoint=server.url("/in"))
    packed = await packed_for(mediator)
    assert packed.deliveries[0].route
    assert (await sent(packed, return_route=True)).answer is None


async def test_progress_of_a_large_message_is_reported(server: Server) -> None:
    server.ways["/in"] = TAKEN
    large = Message(type="https://example.org/x/1.0/y", body={"x": "y" * 200_000})
    packed = await packed_for(server.url("/in"), message=large)
    steps: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        steps.append((done, total))

    await sent(packed, progress=progress)
    total = len(packed.text.encode())
    assert [done for done, _ in steps] == [*range(65_536, total, 65_536), total]


async def test_connections_are_reused_between_messages(server: Server) -> None:
    server.ways["/in"] = body(b"taken", 202)
    before = server.connections
    async with transport() as one:
        for _ in range(5):
            await one.send(await packed_for(server.url("/in")))
    assert server.connections == before + 1


async def test_a_cancelled_send_leaves_the_transport_usable(server: Server) -> None:
    server.ways |= {"/a": silent, "/b": TAKEN}
    async with transport() as one:
        with anyio.move_on_after(0.2) as scope:
            await one.send(await packed_for(server.url("/a")))
        assert scope.cancelled_caught
        assert (await one.send(await packed_for(server.url("/b")))).status == 202


async def test_a_message_without_endpoints_needs_a_uri(server: Server) -> None:
    server.ways["/in"] = TAKEN
    mediator = DIDCommMessaging()
    did = await mediator.create_peer_did()
    forward = await mediator.wrap_in_forward((await packed_for()).text, to=did, routing_keys=[did])
    async with transport() as one:
        assert (await one.send(forward, uri=server.url("/in"))).status == 202
        with pytest.raises(ValueError, match="`packed`"):
            await one.send(forward)


@pytest.mark.parametrize("options", [{"timeout": 0}, {"rounds": 0}, {"max_answer": 0}, {"pause": -1}])
def test_impossible_limits_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        HttpTransport(**options)
