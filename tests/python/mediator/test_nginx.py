"""The mediator behind nginx, with the configuration of docs/how-to/mediator-in-production.md."""

import re
import ssl
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support import nginx
from support.https_server import AUTHORITY
from support.mediation import M3, P4
from support.mediator_process import TYPE, Person, command, running
from support.paths import ROOT
from support.server_process import free_port

pytestmark = pytest.mark.skipif(nginx.binary() is None, reason="nginx is not installed: make system")
SECONDS = 20.0
# more messages than a bound of one a second lets pass
MANY = 50
STRICT = {"server_messages_per_second": "1", "server_burst": "1"}
LOCAL = {"server_trusted_proxies": "127.0.0.1/32"}


def of_the_page() -> str:
    page = (ROOT / "docs" / "how-to" / "mediator-in-production.md").read_text(encoding="utf-8")
    found = re.findall(r"```nginx\n(.*?)```", page, flags=re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def closed_with(socket: ClientConnection, request: str) -> int | None:
    """The code with which a socket is closed that sends too often."""
    try:
        for _ in range(MANY):
            socket.send(request)
            socket.recv(SECONDS)
    except ConnectionClosed:
        return socket.close_code
    return None


class Front:
    """nginx in front of a mediator, for clients of several addresses."""

    def __init__(self, port: int, behind: int, folder: Path, did: str) -> None:
        self.port, self.behind, self.folder, self.did = port, behind, folder, did
        self.url = f"https://127.0.0.1:{port}/"
        self.tls = ssl.create_default_context(cafile=str(folder / "ca.pem"))

    def running(self, **settings: str) -> Any:  # noqa: ANN401, a context manager
        return running(self.folder, self.behind, **settings)

    def post(self, body: str, address: str = "127.0.0.1") -> httpx2.Response:
        transport = httpx2.HTTPTransport(verify=self.tls, local_address=address)
        with httpx2.Client(transport=transport) as client:
            return client.post(self.url, content=body.encode(), headers=TYPE)

    def statuses(self, address: str, **headers: str) -> list[int]:
        """The answers to many messages from one address."""
        transport = httpx2.HTTPTransport(verify=self.tls, local_address=address)
        with httpx2.Client(transport=transport, headers=TYPE | headers) as client:
            return [client.post(self.url, content=b"x").status_code for _ in range(MANY)]

    def connect(self, address: str) -> Any:  # noqa: ANN401, a context manager
        url = self.url.replace("https", "wss")
        return connect(url, ssl=self.tls, source_address=(address, 0), max_size=None, close_timeout=1)


@pytest.fixture
def front(tmp_path: Path) -> Generator[Front]:
    port, behind = free_port(), free_port()
    issued: Any = AUTHORITY.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    text = of_the_page()
    for there, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("http://127.0.0.1:8080;", f"http://127.0.0.1:{behind};"),
        ("/etc/ssl/mediator.pem", str(tmp_path / "cert.pem")),
        ("/etc/ssl/mediator.key", str(tmp_path / "key.pem")),
    ):
        assert there in text
        text = text.replace(there, here)
    did = command(tmp_path, "init", "--url", f"https://127.0.0.1:{port}/").stdout.strip()
    with nginx.serving(tmp_path, port, text):
        yield Front(port, behind, tmp_path, did)


@pytest.mark.spec("MHT-03", "MHT-10")
def test_posts_and_sockets_pass_nginx_with_the_configuration_of_the_page(front: Front) -> None:
    with Person(front.url, front.did) as alice, Person(front.url, front.did) as bob, front.running():
        granted = front.post(bob.pack(f"{M3}/mediate-request"))
        assert bob.party.unpack(granted.content).message.type == f"{M3}/mediate-grant"
        updates: list[object] = [{"recipient_did": bob.did, "action": "add"}]
        assert front.post(bob.pack(f"{M3}/recipient-update", {"updates": updates})).status_code == 200
        with front.connect("127.0.0.1") as socket:
            socket.send(bob.pack(f"{P4}/live-delivery-change", {"live_delivery": True}))
            assert bob.party.unpack(socket.recv(SECONDS)).message.body["live_delivery"] is True
            # longer than the buffers of nginx
            assert front.post(alice.forwarded(bob.did, 7, "x" * 500_000)).status_code == 202
            assert bob.numbers(bob.party.unpack(socket.recv(SECONDS)).message) == [7]
        assert front.post("x" * 1_100_000).status_code == 413
        with httpx2.Client(verify=front.tls, base_url=front.url) as client:
            assert client.get("/metrics").status_code == 404
            assert client.get("/did").text == front.did


@pytest.mark.spec("MHT-08", "QUE-03")
def test_the_bounds_count_for_the_client_behind_a_trusted_nginx(front: Front) -> None:
    with Person(front.url, front.did) as bob, front.running(**STRICT, **LOCAL):
        assert 429 in front.statuses("127.0.0.1")
        # what a client claims about its address does not count
        assert 429 in front.statuses("127.0.0.1", **{"x-forwarded-for": "192.0.2.1"})
        assert front.statuses("127.0.0.2")[0] == 400
        with front.connect("127.0.0.3") as socket:
            request = bob.pack(f"{P4}/status-request")
            socket.send(request)
            assert bob.party.unpack(socket.recv(SECONDS)).message.body["code"] == "e.p.req.not-enrolled"
            assert closed_with(socket, request) == 1013


@pytest.mark.spec("MHT-08")
def test_without_a_trusted_proxy_all_clients_share_the_bound_of_nginx(front: Front) -> None:
    with front.running(**STRICT):
        found = [front.post("x", f"127.0.0.{number}").status_code for number in range(1, MANY)]
        assert 429 in found
