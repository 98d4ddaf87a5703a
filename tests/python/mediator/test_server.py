"""The mediator under uvicorn: HTTP, WebSocket, pages for people and operators, limits, draining."""

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio import to_thread
from httpx2 import Response
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from pydidcomm.mediator import Mediator, MediatorServer, RateLimit
from pydidcomm.mediator.metrics import PrometheusMetrics
from support.application import serving_application
from support.mediation import M3, P4, Wallet, mediating

pytestmark = pytest.mark.anyio
TYPE = "application/didcomm-encrypted+json"
SECONDS = 20.0


@pytest.fixture
async def mediator(tmp_path: Path) -> AsyncIterator[Mediator]:
    async with mediating(tmp_path, metrics=PrometheusMetrics()) as made:
        yield made


@contextmanager
def serving(
    mediator: Mediator,
    folder: Path,
    *,
    ws_max_size: int = 1 << 24,
    **options: Any,  # noqa: ANN401, those of the server
) -> Generator[str]:
    server = MediatorServer(mediator, **options)
    with serving_application(
        server, folder, ssl_keyfile=None, ssl_certfile=None, ws_max_size=ws_max_size, proxy_headers=False
    ) as port:
        yield f"http://127.0.0.1:{port}"


async def post(url: str, body: bytes, kind: str = TYPE) -> Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(url, content=body, headers={"content-type": kind})


@pytest.mark.spec("MHT-01", "MHT-02", "QUE-04")
async def test_posts_are_judged_by_type_length_and_content(mediator: Mediator, tmp_path: Path) -> None:
    bob = await Wallet.new(mediator)
    request = (await bob.pack(f"{M3}/mediate-request")).encode()
    with serving(mediator, tmp_path, max_bytes=10_000) as url:
        for kind, body, status in (
            (TYPE, request, 200),
            (f"{TYPE}; charset=utf-8", request, 200),
            ("Application/DIDComm-Encrypted+JSON", request, 200),
            ("text/html", request, 415),
            (TYPE, b"x" * 10_001, 413),
            (TYPE, b"x", 400),
        ):
            answer = await post(url, body, kind)
            assert (answer.status_code, kind) == (status, kind)
            if status == 200:
                assert answer.headers["content-type"] == TYPE
                assert (await bob.party.unpack(answer.content)).message.type == f"{M3}/mediate-grant"


@pytest.mark.spec("MHT-01")
async def test_any_media_type_is_taken_where_it_is_configured(mediator: Mediator, tmp_path: Path) -> None:
    bob = await Wallet.new(mediator)
    request = (await bob.pack(f"{M3}/mediate-request")).encode()
    with serving(mediator, tmp_path, accept_any_type=True) as url:
        for headers, status in (
            ({"content-type": "text/plain; charset=utf-8"}, 200),
            ({"content-type": "application/json"}, 200),
            ({}, 200),
            ({"content-encoding": "gzip"}, 415),
        ):
            async with httpx2.AsyncClient() as client:
                answer = await client.post(url, content=request, headers=headers)
            assert (answer.status_code, headers) == (status, headers)


@pytest.mark.spec("MHT-06", "QUE-08", "QUE-09", "MHT-07")
async def test_pages_for_people_and_operators(mediator: Mediator, tmp_path: Path) -> None:
    alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
    await bob.enroll()
    with serving(mediator, tmp_path, cors_origin="*") as url:
        assert (await post(url, await alice.forwarded(bob.did, {}))).status_code == 202
        async with httpx2.AsyncClient(base_url=url) as client:
            page = await client.get("/")
            assert page.headers["content-type"].startswith("text/html")
            assert "<svg" in page.text
            assert mediator.invitation.url.replace("&", "&amp;") in page.text
            assert (await client.get("/did")).text == mediator.did
            assert (await client.get("/livez")).status_code == 200
            assert (await client.get("/readyz")).status_code == 200
            metrics = (await client.get("/metrics")).text
            assert 'events_total{event="forward",outcome="stored"} 1.0' in metrics
            assert "did:" not in metrics
            preflight = await client.options("/")
            assert preflight.headers["access-control-allow-origin"] == "*"
            assert (await client.get("/nothing")).status_code == 404
            await mediator.aclose()
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/livez")).status_code == 200
            assert (
                await client.post(
                    "/", content=await alice.forwarded(bob.did, {}), headers={"content-type": TYPE}
                )
            ).status_code == 503


@pytest.mark.spec("QUE-03")
async def test_an_address_over_its_rate_gets_a_retry_after(mediator: Mediator, tmp_path: Path) -> None:
    with serving(mediator, tmp_path, rate=RateLimit(per_second=0.01, burst=2)) as url:
        statuses = [(await post(url, b"x")) for _ in range(3)]
        assert [each.status_code for each in statuses] == [400, 400, 429]
        assert int(statuses[2].headers["retry-after"]) > 1


class Socket:
    """A WebSocket of a client, which reads and writes frames as they are."""

    def __init__(self, client: ClientConnection) -> None:
        self._client = client

    async def send(self, frame: str | bytes) -> None:
        await to_thread.run_sync(self._client.send, frame)

    async def receive(self) -> str | bytes:
        return await to_thread.run_sync(self._client.recv, SECONDS)

    async def closed_with(self) -> int | None:
        with pytest.raises(ConnectionClosed):
            await self.receive()
        return self._client.close_code


@contextmanager
def connected(url: str) -> Generator[Socket]:
    with connect(url.replace("http", "ws")) as client:
        yield Socket(client)


@pytest.mark.spec("MHT-03", "MHT-04", "MHT-05", "MHT-10", "RRT-08", "LIVE-07", "LIVE-02")
@pytest.mark.parametrize("kind", [str, bytes])
async def test_a_websocket_answers_and_pushes_in_the_kind_of_frame_that_came(
    kind: type, mediator: Mediator, tmp_path: Path
) -> None:
    alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
    await bob.enroll()

    def frame(text: str) -> str | bytes:
        return text if kind is str else text.encode()

    with serving(mediator, tmp_path) as url, connected(url) as socket:
        await socket.send(frame(await bob.pack(f"{P4}/live-delivery-change", {"live_delivery": True})))
        status = await socket.receive()
        assert isinstance(status, kind)
        assert (await bob.party.unpack(status)).message.body["live_delivery"] is True
        # the header of return_route holds until the connection ends
        await socket.send(frame(await bob.pack(f"{P4}/status-request", custom_headers={})))
        assert (await bob.party.unpack(await socket.receive())).message.type == f"{P4}/status"
        assert (await post(url, await alice.forwarded(bob.did, {"n": 1}))).status_code == 202
        pushed = await socket.receive()
        assert isinstance(pushed, kind)
        delivery = (await bob.party.unpack(pushed)).message
        assert await bob.contents(delivery) == [{"n": 1}]
        ids = [each.id for each in delivery.attachments or ()]
        await socket.send(frame(await bob.pack(f"{P4}/messages-received", {"message_id_list": ids})))
        await socket.send(frame(await bob.pack(f"{P4}/status-request")))
        assert (await bob.party.unpack(await socket.receive())).message.body["message_count"] == 0


async def test_a_websocket_with_garbage_or_too_much_is_closed_with_a_code(
    mediator: Mediator, tmp_path: Path
) -> None:
    with serving(mediator, tmp_path, max_bytes=1_000, ws_max_size=10_000) as url:
        for frame, code in (("garbage", 1008), ("x" * 1_001, 1009)):
            with connected(url) as socket:
                await socket.send(frame)
                assert await socket.closed_with() == code


@pytest.mark.spec("QUE-10")
async def test_the_end_of_the_server_closes_sockets_with_service_restart(
    mediator: Mediator, tmp_path: Path
) -> None:
    server = MediatorServer(mediator)
    with serving_application(server, tmp_path, ssl_keyfile=None, ssl_certfile=None) as port:
        url = f"http://127.0.0.1:{port}"
        with connected(url) as socket:
            server.drain()
            assert await socket.closed_with() == 1012
        async with httpx2.AsyncClient(base_url=url) as client:
            assert (await client.get("/readyz")).status_code == 503
            posted = await client.post("/", content=b"x", headers={"content-type": TYPE})
            assert (posted.status_code, posted.headers["retry-after"]) == (503, "1")


@pytest.mark.spec("QUE-04")
async def test_more_sockets_than_allowed_are_refused(mediator: Mediator, tmp_path: Path) -> None:
    with serving(mediator, tmp_path, max_sockets=1) as url, connected(url), pytest.raises(InvalidStatus):
        connect(url.replace("http", "ws"))


@pytest.mark.spec("MHT-08")
async def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(
    mediator: Mediator, tmp_path: Path
) -> None:
    for proxies, statuses in (((), [400, 429]), (("127.0.0.0/8",), [400, 400])):
        limit = RateLimit(per_second=0.01, burst=1)
        with serving(mediator, tmp_path, rate=limit, trusted_proxies=proxies) as url:
            found: list[int] = []
            for address in ("192.0.2.1", "192.0.2.2"):
                headers = {"content-type": TYPE, "x-forwarded-for": address}
                async with httpx2.AsyncClient() as client:
                    found.append((await client.post(url, content=b"x", headers=headers)).status_code)
            assert found == statuses
