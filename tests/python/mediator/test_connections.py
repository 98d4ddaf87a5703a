"""Connections of a mediator: one answer to a request, clients that leave, sockets that fall silent."""

import threading
import tracemalloc
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio import to_thread
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pydidcomm import DIDCommMessaging, DIDDocument, LocalResolver
from pydidcomm.mediator import (
    Action,
    Arrival,
    Limits,
    Mediator,
    MediatorServer,
    Queued,
    RouteChange,
    SqliteMediatorStore,
)
from pydidcomm.mediator.metrics import PrometheusMetrics
from support.application import serving_application
from support.mediation import M2, M3, P3, P4, URL, Wallet, mediating, pushed_live
from support.silent_proxy import in_front_of

pytestmark = pytest.mark.anyio
TYPE = {"content-type": "application/didcomm-encrypted+json"}
SECONDS = 20.0
NOW = 1_800_000_000.0
REQUESTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (f"{M2}/mediate-request", {}),
    (f"{M2}/keylist-update", {"updates": []}),
    (f"{M2}/keylist-query", {}),
    (f"{M3}/mediate-request", {}),
    (f"{M3}/recipient-update", {"updates": []}),
    (f"{M3}/recipient-query", {}),
    (f"{P3}/status-request", {}),
    (f"{P3}/delivery-request", {"limit": 1}),
    (f"{P3}/messages-received", {"message_id_list": []}),
    (f"{P3}/live-delivery-change", {"live_delivery": False}),
    (f"{P4}/status-request", {}),
    (f"{P4}/delivery-request", {"message_count_limit": 1}),
    (f"{P4}/live-delivery-change", {"live_delivery": False}),
)


def serving(mediator: Mediator, folder: Path, **options: Any) -> Any:  # noqa: ANN401, a context manager
    server = MediatorServer(mediator, **options.pop("server", {}))
    return serving_application(server, folder, ssl_keyfile=None, ssl_certfile=None, **options)


@pytest.mark.spec("CMX-01", "PU3-02")
async def test_each_request_with_return_route_is_answered_in_its_own_http_response(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        for kind, body in REQUESTS:
            reply = await bob.send(kind, body, id="ask")
            assert (reply.status, reply.media_type) == (200, TYPE["content-type"]), kind
            answer = (await bob.party.unpack(reply.body)).message
            assert (answer.thread, answer.type.rpartition("/")[0]) == ("ask", kind.rpartition("/")[0])


@pytest.mark.spec("PU4-07", "PU4-09")
async def test_a_live_push_of_4_0_is_a_delivery_of_no_thread_and_stays_until_it_is_acknowledged(
    tmp_path: Path,
) -> None:
    async with mediating(tmp_path) as mediator:
        bob, pushed = await pushed_live(mediator)
        delivery = (await bob.party.unpack(pushed[0])).message
        assert (delivery.type, delivery.thid) == (f"{P4}/delivery", None)
        assert (await bob.ask(f"{P4}/status-request")).body["message_count"] == 1
        ids = [each.id for each in delivery.attachments or ()]
        await bob.send(f"{P4}/messages-received", {"message_id_list": ids})
        assert (await bob.ask(f"{P4}/status-request")).body["message_count"] == 0


@pytest.mark.spec("RRT-06")
async def test_one_message_comes_back_by_http_and_the_others_stay_for_the_next_request(
    tmp_path: Path,
) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        for number in range(3):
            await alice.forward(bob.did, {"n": number})
        for number in range(3):
            # `unpack` takes one envelope, and nothing behind it
            delivery = await bob.ask(f"{P4}/delivery-request", {"message_count_limit": 1})
            assert await bob.contents(delivery) == [{"n": number}]
            ids = [each.id for each in delivery.attachments or ()]
            await bob.send(f"{P4}/messages-received", {"message_id_list": ids})


class GatedStore(SqliteMediatorStore):
    """Delivers once its gate is open."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked, self.gate, self.done = threading.Event(), threading.Event(), threading.Event()

    async def deliver(self, *arguments: Any, **options: Any) -> list[Queued]:  # noqa: ANN401, those of the store
        self.asked.set()
        await to_thread.run_sync(self.gate.wait, SECONDS)
        try:
            return await super().deliver(*arguments, **options)
        finally:
            self.done.set()


@pytest.mark.spec("RRT-11")
async def test_a_client_that_leaves_before_its_answer_gets_it_by_the_next_request(tmp_path: Path) -> None:
    store, party = GatedStore(tmp_path / "gated.db"), DIDCommMessaging()
    mediator = Mediator(party, await party.create_peer_did(service_endpoint=URL), store, base_url=URL)
    alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
    await bob.enroll()
    await alice.forward(bob.did, {"n": 1})
    request = (await bob.pack(f"{P3}/delivery-request", {"limit": 9})).encode()
    kind = f"Content-Type: {TYPE['content-type']}\r\nContent-Length: {len(request)}\r\n"
    with serving(mediator, tmp_path) as port:
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(f"POST / HTTP/1.1\r\nHost: m\r\n{kind}\r\n".encode() + request)
            assert await to_thread.run_sync(store.asked.wait, SECONDS)
        store.gate.set()
        assert await to_thread.run_sync(store.done.wait, SECONDS)
        again = await bob.ask(f"{P3}/delivery-request", {"limit": 9})
        assert await bob.contents(again) == [{"n": 1}]
    await mediator.aclose()


@pytest.mark.spec("LIVE-16")
async def test_a_socket_that_falls_silent_is_closed_by_the_ping_of_the_server(tmp_path: Path) -> None:
    metrics = PrometheusMetrics()
    async with mediating(tmp_path, metrics=metrics) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()

        def open_sockets() -> bool:
            return b"\npydidcomm_mediator_sockets 1.0\n" in metrics.text()

        pings = {"ws_ping_interval": 0.1, "ws_ping_timeout": 0.2}
        with (
            serving(mediator, tmp_path, **pings) as port,
            in_front_of(port) as proxy,
            connect(f"ws://127.0.0.1:{proxy.port}", ping_interval=None, close_timeout=0.1) as client,
        ):
            client.send(await bob.pack(f"{P4}/live-delivery-change", {"live_delivery": True}))
            await to_thread.run_sync(client.recv, SECONDS)
            assert open_sockets()
            proxy.fall_silent()
            with anyio.fail_after(SECONDS):
                while open_sockets():  # noqa: ASYNC110, of another thread
                    await anyio.sleep(0.02)


class HangingResolver:
    """Never answers once it is switched, as a resolver of a network without a limit of time."""

    hangs = False

    async def resolve(self, did: str) -> DIDDocument | None:
        if self.hangs:
            await anyio.sleep_forever()
        return LocalResolver().resolve(did)


async def test_a_message_that_takes_longer_than_the_bound_is_to_be_sent_again(tmp_path: Path) -> None:
    resolver, store = HangingResolver(), SqliteMediatorStore(tmp_path / "mediator.db")
    party = DIDCommMessaging(resolver=resolver)
    mediator = Mediator(party, await party.create_peer_did(service_endpoint=URL), store, base_url=URL)
    bob = await Wallet.new(mediator)
    request = await bob.pack(f"{M3}/mediate-request")
    # one message in work at most: what hangs holds up the next
    limits = {"answer_seconds": 0.05, "max_concurrency": 1}
    with serving(mediator, tmp_path, server=limits) as port:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=TYPE) as client:
            resolver.hangs = True
            answer = await client.post("/", content=request)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            with connect(f"ws://127.0.0.1:{port}") as socket:
                socket.send(request)
                with pytest.raises(ConnectionClosed):
                    await to_thread.run_sync(socket.recv, SECONDS)
                assert socket.close_code == 1013
            resolver.hangs = False
            assert (await client.post("/", content=request)).status_code == 200
    await mediator.aclose()


@pytest.mark.spec("QUE-05")
async def test_the_memory_of_each_verb_is_that_of_what_it_returns_and_not_of_the_queue(
    tmp_path: Path,
) -> None:
    peaks: list[int] = []
    for count in (100, 2_000):
        limits = Limits(messages=count)
        async with SqliteMediatorStore(tmp_path / f"{count}.db", limits=limits) as store:
            bob = await store.grant("did:example:bob", NOW)
            await store.change_routes(bob, [RouteChange(bob.did, Action.ADD)], NOW)
            async with anyio.create_task_group() as group:
                for number in range(count):
                    envelope = f"{number:1000}".encode()
                    group.start_soon(store.place, Arrival(next=bob.did, envelope=envelope, at=NOW))
            tracemalloc.start()
            try:
                assert (await store.status(bob)).count == count
                assert len(await store.deliver(bob, count=10, size=1 << 20, at=NOW)) == 10
                await store.last(bob)
                await store.overview()
                await store.expire(NOW + 30 * 86_400, 10)
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0], peaks
