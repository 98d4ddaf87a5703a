"""The queue of onward delivery: its bounds, the share of unresolved DIDs, and what a restart keeps."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from pydidcomm import (
    Attachment,
    DIDCommMessaging,
    LocalResolver,
    Message,
    PrefixResolver,
    ResolutionError,
)
from pydidcomm.mediator import Mediator, Onward, OutgoingLimits, SqliteMediatorStore
from pydidcomm.mediator.breaker import PLACES
from pydidcomm.mediator.departures import Fate, Outgoing, Settlement
from pydidcomm.mediator.metrics import PrometheusMetrics
from pydidcomm.mediator.onward import Result, decide_settlement
from pydidcomm.mediator.relay import MOST_AT_ONCE
from pydidcomm.transports.http import Sendable, Sent
from support.mediation import HELLO, URL, Clock, mediating
from support.relaying import AWAY, RemoteParty, Scripted, load, running, scripted, service, until

pytestmark = pytest.mark.anyio


@pytest.mark.spec("MFW-15", "QUE-01")
async def test_the_same_envelope_waits_once_and_a_full_queue_refuses(tmp_path: Path) -> None:
    bob = await RemoteParty.at(service(AWAY))
    onward = scripted(Scripted(), limits=OutgoingLimits(messages=1))
    async with mediating(tmp_path, onward=onward) as mediator:
        inner = json.loads(
            (await bob.party.pack({"id": "1", "type": "https://e.org/a/1.0/b"}, to=bob.did)).text
        )
        wrapped = [
            await bob.party.wrap_in_forward(inner, to=bob.did, routing_keys=[mediator.did]) for _ in "12"
        ]
        for each in wrapped:
            assert (await mediator.receive(each.text.encode())).status == 202
        assert await load(tmp_path) == 1
        assert await bob.forward(mediator, 2) == 507


@pytest.mark.spec("MFW-10")
async def test_what_was_on_its_way_at_the_end_leaves_at_once_at_the_next_start(tmp_path: Path) -> None:
    class Hanging(Scripted):
        async def send(self, packed: Sendable, *, uri: str) -> Sent:
            self.tried.append(packed.text)
            await anyio.sleep_forever()
            raise AssertionError(uri)

    bob, clock, hanging, sender = await RemoteParty.at(service(AWAY)), Clock(), Hanging(), Scripted()
    async with mediating(tmp_path, onward=scripted(hanging), clock=clock) as mediator, running(mediator):
        await bob.forward(mediator, 5)
        await until(lambda: bool(hanging.tried))
    async with mediating(tmp_path, onward=scripted(sender), clock=clock) as mediator, running(mediator):
        await until(lambda: bool(sender.sent))
    assert await bob.number(sender.sent[0][1]) == 5


@pytest.mark.parametrize(
    ("attempts", "pause", "apart"),
    [(0, 2, False), (1, 4, False), (6, 128, False), (7, 256, True), (40, 600, True)],
)
def test_each_pause_is_twice_as_long_and_a_stubborn_message_is_put_apart(
    attempts: int,
    pause: int,
    apart: bool,  # noqa: FBT001, a column of the table
) -> None:
    onward = Onward(sender=Scripted(), hosts=None)
    item = Outgoing(1, "did:example:bob", b"{}", 1e9, attempts)
    later = Result("later", Fate.LATER)
    longest = decide_settlement(item, later, onward, resolved=True, now=1_000, fraction=1.0)
    assert longest == Settlement(1, Fate.LATER, 1_000 + pause, attempts + 1, apart=apart, resolved=True)
    assert (
        decide_settlement(item, later, onward, resolved=True, now=1_000, fraction=0.0).due
        == 1_000 + pause / 2
    )
    held = decide_settlement(
        item, Result("held", Fate.LATER, 1_007.0), onward, resolved=False, now=1_000, fraction=1.0
    )
    # a host that is left alone is no attempt
    assert held == Settlement(1, Fate.LATER, 1_007.0, attempts, resolved=False)


@asynccontextmanager
async def flooded(
    path: Path,
    resolver: Any,  # noqa: ANN401, one of the tests
    count: int,
    **options: Any,  # noqa: ANN401
) -> AsyncGenerator[Mediator]:
    """A mediator whose queue has envelopes for DIDs that a resolver does not find."""
    party = DIDCommMessaging(resolver=PrefixResolver({"did:": LocalResolver(), "did:web:": resolver}))
    did = await party.create_peer_did(service_endpoint=URL)
    mediator = Mediator(party, did, SqliteMediatorStore(path / "mediator.db"), base_url=URL, **options)
    inner = await party.pack(Message(type=HELLO, body={}), to=did, anonymous=True)
    for number in range(count):
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": f"did:web:silent.example:{number}"},
            attachments=[Attachment.from_bytes(inner.text.encode())],
        )
        packed = await party.pack(forward, to=did, anonymous=True)
        assert (await mediator.receive(packed.text.encode())).status == 202
    async with running(mediator):
        yield mediator
    await mediator.aclose()


async def test_a_host_that_answers_for_no_document_holds_up_no_other_did(tmp_path: Path) -> None:
    asked: list[str] = []

    class Hanging:
        async def resolve(self, did: str) -> None:
            asked.append(did)
            await anyio.sleep_forever()

    bob, sender = await RemoteParty.at(service(AWAY)), Scripted()
    onward = scripted(sender, hosts=["away.example"])
    async with flooded(tmp_path, Hanging(), MOST_AT_ONCE, onward=onward) as mediator:
        await until(lambda: len(asked) >= PLACES)
        assert await bob.forward(mediator) == 202
        await until(lambda: bool(sender.sent))
    assert len(asked) == PLACES


async def test_dids_that_do_not_resolve_fill_no_more_than_a_quarter_of_the_queue(tmp_path: Path) -> None:
    class Failing:
        async def resolve(self, did: str) -> None:
            raise ResolutionError(did, None, "timed out")

    bob, sender, metrics = await RemoteParty.at(service(AWAY)), Scripted(), PrometheusMetrics()
    onward = scripted(sender, pause=100, limits=OutgoingLimits(messages=8))
    async with flooded(tmp_path, Failing(), 8, onward=onward, metrics=metrics) as mediator:
        crowded = 'event="onward",outcome="crowded"} 6.0'
        await until(lambda: crowded in metrics.text().decode())
        assert await load(tmp_path) == 2
        assert await bob.forward(mediator) == 202
        await until(lambda: bool(sender.sent))


async def test_a_did_that_resolves_keeps_its_place_while_a_listed_endpoint_fails(tmp_path: Path) -> None:
    sender = Scripted(lambda _: "status 503")
    parties = [await RemoteParty.at(service(AWAY)) for _ in range(4)]
    onward = scripted(sender, hosts=["away.example"], limits=OutgoingLimits(messages=4))
    async with mediating(tmp_path, onward=onward) as mediator, running(mediator):
        for each in parties:
            assert await each.forward(mediator) == 202
        # the second attempt comes after the first was noted
        await until(lambda: len(sender.tried) > len(parties))
        assert await load(tmp_path) == len(parties)


@pytest.mark.parametrize("hosts", [16, 1])
async def test_with_any_host_endpoints_that_fail_fill_no_more_than_a_quarter_of_the_queue(
    hosts: int, tmp_path: Path
) -> None:
    """On a host of its own each, and all on one, which is left alone."""
    sender = Scripted(lambda uri: None if uri == AWAY else "status 503")
    metrics = PrometheusMetrics()
    dead = [await RemoteParty.at(service(f"https://dead{number % hosts}.example/")) for number in range(16)]
    bob = await RemoteParty.at(service(AWAY))
    onward = scripted(sender, pause=100, limits=OutgoingLimits(messages=16))
    async with mediating(tmp_path, onward=onward, metrics=metrics) as mediator:
        for each in dead:
            assert await each.forward(mediator) == 202
        assert await bob.forward(mediator) == 507
        async with running(mediator):
            crowded = 'event="onward",outcome="crowded"} 12.0'
            await until(lambda: crowded in metrics.text().decode())
            assert await load(tmp_path) == 4
            assert await bob.forward(mediator) == 202
            await until(lambda: bool(sender.sent))


async def test_what_was_on_its_way_at_an_end_takes_no_room_of_the_next_run(tmp_path: Path) -> None:
    class Hanging(Scripted):
        async def send(self, packed: Sendable, *, uri: str) -> Sent:
            if len(self.tried) < MOST_AT_ONCE:
                self.tried.append(uri)
                await anyio.sleep_forever()
            return await super().send(packed, uri=uri)

    sender = Hanging()
    async with mediating(tmp_path, onward=scripted(sender)) as mediator:
        for number in range(MOST_AT_ONCE):
            party = await RemoteParty.at(service(f"https://h{number}.example/"))
            await party.forward(mediator)
        async with running(mediator):
            await until(lambda: len(sender.tried) == MOST_AT_ONCE)
        async with running(mediator):
            await until(lambda: len(sender.sent) == MOST_AT_ONCE)


@pytest.mark.parametrize("cause", ["invalid DID", "refused address"])
async def test_a_did_that_cannot_resolve_later_either_is_dropped(cause: str, tmp_path: Path) -> None:
    class Refusing:
        async def resolve(self, did: str) -> None:
            raise ResolutionError(did, None, cause)

    metrics = PrometheusMetrics()
    onward = scripted(Scripted(), pause=100)
    async with flooded(tmp_path, Refusing(), 1, onward=onward, metrics=metrics):
        await until(lambda: re.search("unroutable|later", metrics.text().decode()) is not None)
        assert 'event="onward",outcome="unroutable"' in metrics.text().decode()
