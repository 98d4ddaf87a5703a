"""Forwards for DIDs that are not registered: where they go, when, and what is dropped."""

import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import anyio
import pytest

from pydidcomm import (
    Packed,
)
from pydidcomm.agent.server import bound, serve_app
from pydidcomm.mediator import Onward, OutgoingLimits, SqliteMediatorStore
from pydidcomm.mediator.breaker import FAILURES, PLACES
from pydidcomm.mediator.metrics import PrometheusMetrics
from pydidcomm.protocols.basic_message import Text
from pydidcomm.transports.http import HttpTransport, Sendable, Sent
from support.agents import LOOPBACK, new_agent
from support.mediation import Clock, mediating
from support.relaying import (
    AWAY,
    SECONDS,
    RemoteParty,
    Scripted,
    load,
    running,
    scripted,
    served,
    service,
    until,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def to_loopback() -> AsyncGenerator[Onward]:
    async with HttpTransport(rounds=1, allow=LOOPBACK) as sender:
        yield Onward(sender=sender, hosts=["127.0.0.1"], schemes=("http", "ws"), pause=0.05)


@pytest.mark.slow
@pytest.mark.spec("MFW-10", "MFW-12")
async def test_agents_talk_through_two_mediators_in_a_row(tmp_path: Path) -> None:
    class HttpOnly:
        """Knows no WebSocket, so that the way through the first mediator is the only one."""

        def __init__(self) -> None:
            self.plain = HttpTransport(rounds=1, allow=LOOPBACK)
            self.ways: set[tuple[int, str]] = set()

        async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
            way = packed.delivery("http")
            self.ways.add((len(way.route), way.uri))
            return await self.plain.send(way, uri=way.uri, return_route=return_route)

    bob = new_agent(listen=None)

    @bob.on
    async def hear(text: Text) -> Text:
        return Text(content=f"you said {text.content}")

    transport = HttpOnly()
    async with (
        transport.plain,
        to_loopback() as onward,
        served(tmp_path / "front.db", onward=onward) as (front, front_url),
    ):

        def services(url: str) -> list[dict[str, Any]]:
            return [service(url.replace("http", "ws")), service(front_url, front)]

        async with (
            served(tmp_path / "back.db", services) as (back, _),
            bob,
            new_agent(transport=transport) as alice,
        ):
            await bob.mediate(back)
            invitation = await bob.invite()
            friend = await alice.accept(invitation.url)
            answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
    assert answer == Text(content="you said hi")
    assert transport.ways == {(2, front_url)}


@pytest.mark.slow
@pytest.mark.spec("MFW-10")
async def test_what_waits_for_an_endpoint_arrives_in_order_once_it_is_up(tmp_path: Path) -> None:
    listener, url = bound("http://127.0.0.1:0/")
    bodies: list[str] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, those of ASGI
        bodies.append((await receive())["body"].decode())
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    bob = await RemoteParty.at(service(url))
    async with (
        to_loopback() as onward,
        mediating(tmp_path, onward=onward) as mediator,
        running(mediator),
    ):
        listener.close()
        for number in range(4):
            assert await bob.forward(mediator, number) == 202
        await anyio.sleep(0.2)
        assert await load(tmp_path) == 4
        listener, _ = bound(url)
        with listener:
            async with serve_app(app, listener):
                await until(lambda: len(bodies) == 4)
    assert [await bob.number(each) for each in bodies] == [0, 1, 2, 3]


@pytest.mark.spec("MFW-10")
@pytest.mark.parametrize(
    "reason",
    ["status 404", "status 410", "status 421", "status 400", "refused address: of a network", "not a URL: x"],
)
async def test_a_refusal_is_final(reason: str, tmp_path: Path) -> None:
    sender = Scripted(lambda _: reason)
    bob = await RemoteParty.at(service(AWAY))
    async with mediating(tmp_path, onward=scripted(sender)) as mediator, running(mediator):
        assert await bob.forward(mediator) == 202
        await until(lambda: bool(sender.tried))
        await anyio.sleep(0.1)
    assert sender.tried == [AWAY]
    async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
        assert await store.departures.load() == (0, 0)


@pytest.mark.spec("MFW-10")
@pytest.mark.parametrize("reason", ["status 408", "status 425", "status 429", "status 503", "timed out"])
async def test_a_passing_failure_is_tried_again(reason: str, tmp_path: Path) -> None:
    failures = iter([reason, reason])
    sender = Scripted(lambda _: next(failures, None))
    bob = await RemoteParty.at(service(AWAY))
    async with mediating(tmp_path, onward=scripted(sender)) as mediator, running(mediator):
        await bob.forward(mediator, 7)
        await until(lambda: bool(sender.sent))
    assert sender.tried == [AWAY] * 3
    assert await bob.number(sender.sent[0][1]) == 7


@pytest.mark.parametrize("reason", ["status 503", "status 404", "refused address: 10.0.0.1"])
@pytest.mark.parametrize("services", [1, 2])
async def test_the_next_endpoint_is_tried_where_one_fails(reason: str, services: int, tmp_path: Path) -> None:
    sender = Scripted(lambda uri: None if "second" in uri else reason)
    listed = [service("https://first.example/"), service("wss://second.example/")]
    if services == 1:
        listed[0]["serviceEndpoint"] = [each["serviceEndpoint"] for each in listed]
    bob = await RemoteParty.at(*listed[:services])
    async with mediating(tmp_path, onward=scripted(sender)) as mediator, running(mediator):
        await bob.forward(mediator)
        await until(lambda: bool(sender.sent))
    assert sender.tried == ["https://first.example/", "wss://second.example/"]


@pytest.mark.spec("MFW-10")
async def test_a_host_that_fails_is_left_alone_and_others_are_not(tmp_path: Path) -> None:
    clock, metrics = Clock(), PrometheusMetrics()
    sender = Scripted(lambda uri: "status 503" if "down" in uri else None)
    parties = [await RemoteParty.at(service("https://down.example/")) for _ in range(PLACES + 1)]
    up = await RemoteParty.at(service(AWAY))
    onward = scripted(sender, pause=100)
    async with (
        mediating(tmp_path, onward=onward, clock=clock, metrics=metrics) as mediator,
        running(mediator),
    ):
        # one after the other, so that each has its outcome
        for number, each in enumerate(parties[:FAILURES], 1):
            await each.forward(mediator)
            await until(lambda: len(sender.tried) == number)  # noqa: B023, awaited here
        for each in parties[FAILURES:]:
            await each.forward(mediator)
        held = f'event="onward",outcome="held"}} {len(parties) - FAILURES}.0'
        await until(lambda: held in metrics.text().decode())
        assert len(sender.tried) == FAILURES
        await up.forward(mediator)
        await until(lambda: bool(sender.sent))
        assert [uri for uri, _ in sender.sent] == [AWAY]
        # what was held is due by this clock, and the host is left alone by one that is not set
        clock.now += 3_600
        held = f'event="onward",outcome="held"}} {2 * len(parties) - FAILURES}.0'
        await until(lambda: held in metrics.text().decode())
        assert len(sender.tried) == FAILURES + 1


@pytest.mark.spec("MFW-11")
@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}/",
        "https://169.254.169.254/",
        "https://[::1]:{port}/",
        "https://[fd00::1]/",
        "wss://127.0.0.1:{port}/",
        "https://changing.example:{port}/",
    ],
)
async def test_no_connection_is_made_to_an_address_that_is_not_public(uri: str, tmp_path: Path) -> None:
    answers = iter([["127.0.0.1"]])

    async def lookup(host: str, _port: int) -> list[str]:
        # a public address for a check beforehand, and another one for the connection
        return next(answers, ["93.184.215.14"]) if host == "changing.example" else [host]

    metrics = PrometheusMetrics()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)  # noqa: FBT003, of the socket
        bob = await RemoteParty.at(service(uri.format(port=listener.getsockname()[1])))
        sender = HttpTransport(rounds=1, timeout=2.0, lookup=lookup)
        onward = Onward(sender=sender, hosts=None, pause=100)
        async with (
            sender,
            mediating(tmp_path, onward=onward, metrics=metrics) as mediator,
            running(mediator),
        ):
            await bob.forward(mediator)
            outcomes = ('event="onward",outcome="refused"', 'outcome="not-allowed"')
            await until(lambda: any(each in metrics.text().decode() for each in outcomes))
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({"hosts": ["other.example"]}, "not-allowed"),
        ({"hosts": ["away.example:444"]}, "not-allowed"),
        ({"hosts": ["away.example:443"]}, "sent"),
        ({"hosts": ["Away.example"]}, "sent"),
        ({"hosts": None, "schemes": ("wss",)}, "not-allowed"),
    ],
)
async def test_only_listed_hosts_and_schemes_are_sent_to(
    options: dict[str, Any], outcome: str, tmp_path: Path
) -> None:
    sender, metrics = Scripted(), PrometheusMetrics()
    bob = await RemoteParty.at(service(AWAY))
    onward = scripted(sender, **options)
    async with mediating(tmp_path, onward=onward, metrics=metrics) as mediator, running(mediator):
        assert await bob.forward(mediator) == 202
        await until(lambda: f'event="onward",outcome="{outcome}"' in metrics.text().decode())
    assert len(sender.tried) == (outcome == "sent")
    # neither a DID nor a host
    assert "did:" not in metrics.text().decode()
    assert "example" not in metrics.text().decode()


@pytest.mark.parametrize("host", ["https://away.example", "away.example/", "*.example", "::1", "a b", ""])
def test_an_entry_that_is_not_a_host_is_refused_by_its_text(host: str) -> None:
    with pytest.raises(ValueError, match=r"`hosts` must list hosts such as 'example.org'"):
        scripted(Scripted(), hosts=[host])
    assert scripted(Scripted(), hosts=["[::1]:8443", "b.example"]).allows("https://[::1]:8443/")


async def test_nothing_is_handed_on_by_default(tmp_path: Path) -> None:
    bob = await RemoteParty.at(service(AWAY))
    async with mediating(tmp_path) as mediator, running(mediator):
        assert await bob.forward(mediator) == 202
        assert await load(tmp_path) == 0


@pytest.mark.spec("MFW-12", "RTE-14")
async def test_there_is_one_more_forward_for_each_routing_key_of_the_recipient(tmp_path: Path) -> None:
    sender = Scripted()
    one, other = await RemoteParty.at(), await RemoteParty.at()
    bob = await RemoteParty.at(service(AWAY, one.did, other.did))
    async with mediating(tmp_path, onward=scripted(sender)) as mediator, running(mediator):
        await bob.forward(mediator, 3)
        await until(lambda: bool(sender.sent))
    outer = await one.party.unpack_forward(sender.sent[0][1])
    assert outer.next == other.did
    inner = await other.party.unpack_forward(outer.messages[0])
    assert inner.next == bob.did
    assert await bob.number(inner.messages[0]) == 3


@pytest.mark.spec("MFW-12", "RTE-15")
async def test_an_envelope_is_wrapped_once_more_for_its_recipient_by_option(tmp_path: Path) -> None:
    sender = Scripted()
    bob = await RemoteParty.at(service(AWAY))
    async with mediating(tmp_path, onward=scripted(sender, rewrap=True)) as mediator, running(mediator):
        await bob.forward(mediator, 3)
        await until(lambda: bool(sender.sent))
    result = await bob.party.unpack(sender.sent[0][1])
    assert (result.message.body, result.metadata.re_wrapped_in_forward) == ({"n": 3}, True)


async def test_a_sender_that_calls_exit_is_called_again(tmp_path: Path) -> None:
    class Leaving(Scripted):
        async def send(self, packed: Sendable, *, uri: str) -> Sent:
            if not self.tried:
                self.tried.append(uri)
                sys.exit("bye")
            return await super().send(packed, uri=uri)

    bob, sender = await RemoteParty.at(service(AWAY)), Leaving()
    async with mediating(tmp_path, onward=scripted(sender)) as mediator, running(mediator):
        await bob.forward(mediator)
        await until(lambda: bool(sender.sent))


@pytest.mark.spec("MFW-09")
@pytest.mark.parametrize(
    ("delay", "earliest", "latest"), [(50_000, 50, 50), (-50_000, 0, 50), (10**9, 100, 100)]
)
async def test_a_delay_is_honoured_up_to_a_bound(
    delay: int, earliest: int, latest: int, tmp_path: Path
) -> None:
    clock, sender = Clock(), Scripted()
    bob = await RemoteParty.at(service(AWAY))
    onward = scripted(sender, limits=OutgoingLimits(delay=100))
    async with mediating(tmp_path, onward=onward, clock=clock) as mediator, running(mediator):
        await bob.forward(mediator, custom_headers={"delay_milli": delay})
        if earliest:
            clock.now += earliest - 1
            await anyio.sleep(0.05)
            assert sender.sent == []
            clock.now -= earliest - 1
        clock.now += latest
        await until(lambda: bool(sender.sent))


@pytest.mark.spec("MFW-08")
async def test_a_message_is_given_up_when_it_expires(tmp_path: Path) -> None:
    clock, metrics = Clock(), PrometheusMetrics()
    sender = Scripted(lambda _: "status 503")
    bob = await RemoteParty.at(service(AWAY))
    async with mediating(tmp_path, onward=scripted(sender), clock=clock, metrics=metrics) as mediator:
        assert await bob.forward(mediator, expires_time=int(clock.now) - 1) == 202
        await bob.forward(mediator, expires_time=int(clock.now) + 60)
        async with running(mediator):
            await until(lambda: bool(sender.tried))
            clock.now += 61
            await until(lambda: 'event="onward",outcome="expired"} 1' in metrics.text().decode())
            tried = len(sender.tried)
            await anyio.sleep(0.05)
            assert len(sender.tried) == tried


@pytest.mark.spec("MFW-14")
async def test_what_would_come_back_to_the_mediator_is_dropped(tmp_path: Path) -> None:
    sender, metrics = Scripted(), PrometheusMetrics()
    async with mediating(tmp_path, onward=scripted(sender), metrics=metrics) as mediator, running(mediator):
        bob = await RemoteParty.at(service(mediator.did))
        await bob.forward(mediator)
        await until(lambda: 'event="onward",outcome="own"' in metrics.text().decode())
    assert sender.tried == []


async def test_a_did_without_endpoint_or_document_is_dropped(tmp_path: Path) -> None:
    metrics = PrometheusMetrics()
    nowhere = await RemoteParty.at()
    async with (
        mediating(tmp_path, onward=scripted(Scripted()), metrics=metrics) as mediator,
        running(mediator),
    ):
        assert await nowhere.forward(mediator) == 202
        await until(lambda: 'event="onward",outcome="unroutable"' in metrics.text().decode())
