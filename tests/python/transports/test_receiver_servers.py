"""The receivers under real servers, each a process of its own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message, sync
from pydidcomm.transports.http import HttpTransport
from support.https_server import AUTHORITY, LOOPBACK, TRUSTED, to_loopback
from support.server_process import ServerProcess

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
ENCRYPTED = "application/didcomm-encrypted+json"
SERVERS = {
    "uvicorn": "uvicorn support.receiver_app:app --port {port} --ssl-keyfile key.pem --ssl-certfile cert.pem",
    "hypercorn": (
        "hypercorn support.receiver_app:app --bind 127.0.0.1:{port} --keyfile key.pem --certfile cert.pem"
    ),
    "hypercorn trio": (
        "hypercorn -k trio support.receiver_app:app "
        "--bind 127.0.0.1:{port} --keyfile key.pem --certfile cert.pem"
    ),
    "granian": (
        "granian --interface asgi support.receiver_app:app --port {port} "
        "--ssl-keyfile key.pem --ssl-certificate cert.pem"
    ),
    "granian wsgi": (
        "granian --interface wsgi support.receiver_app:wsgi --port {port} "
        "--ssl-keyfile key.pem --ssl-certificate cert.pem"
    ),
}


class Running:
    """A server of its own process, and the DID of its receiver."""

    def __init__(self, name: str, folder: Path) -> None:
        issued: Any = AUTHORITY.issue_cert("alice.example", "localhost")
        issued.private_key_pem.write_to_path(str(folder / "key.pem"))
        issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
        AUTHORITY.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.folder = folder
        self.server = ServerProcess(SERVERS[name], folder, RECEIVER_FOLDER=str(folder))
        self.port = self.server.port
        self.url = f"https://alice.example:{self.port}/"

    def wait(self) -> str:
        """The DID of the receiver, once the server listens."""
        return self.server.wait(self.folder / "did")

    def stop(self) -> str:
        return self.server.stop()


@pytest.fixture(params=SERVERS)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Any:  # noqa: ANN401, a generator
    server = Running(request.param, tmp_path)
    try:
        yield server
    finally:
        if server.server.process.poll() is None:
            server.stop()


# granian ends a handler whose request was answered
@pytest.mark.parametrize("running", ["uvicorn", "hypercorn", "hypercorn trio"], indirect=True)
def test_a_server_that_is_stopped_lets_the_handler_of_an_acknowledged_message_end(running: Running) -> None:
    bob_did = running.wait()
    slow = HELLO.replace(body={"msg": "Hi", "seconds": 0.7})
    packed = sync.DIDCommMessaging().pack(slow, to=bob_did)

    async def main() -> int:
        async with HttpTransport(allow=LOOPBACK, ca=TRUSTED, lookup=to_loopback) as transport:
            return (await transport.send(packed, uri=running.url)).status

    assert anyio.run(main) == 202
    assert not (running.folder / "received").exists()
    running.stop()
    assert (running.folder / "received").read_text().count("'msg': 'Hi'") == 1


def test_real_servers_receive_a_message_and_return_an_answer(running: Running) -> None:
    bob_did = running.wait()

    async def main() -> str | None:
        alice = DIDCommMessaging()
        alice_did = await alice.create_peer_did()
        returning = HELLO.replace(custom_headers={"return_route": "all"})
        async with HttpTransport(allow=LOOPBACK, ca=TRUSTED, lookup=to_loopback) as transport:
            packed = await alice.pack(HELLO, to=bob_did, frm=alice_did)
            assert (await transport.send(packed, uri=running.url)).answer is None
            packed = await alice.pack(returning, to=bob_did, frm=alice_did)
            sent = await transport.send(packed, uri=running.url, return_route=True)
        assert sent.answer is not None
        return (await alice.unpack(sent.answer)).sender

    assert anyio.run(main) == bob_did
    # curl, as anyone would
    packed = sync.DIDCommMessaging().pack(HELLO, to=bob_did).text
    curl = [
        "curl",
        "--http1.1",
        "--silent",
        "--show-error",
        "--cacert",
        "ca.pem",
        "--write-out",
        "%{http_code}",
    ]
    curl += ["--resolve", f"alice.example:{running.port}:127.0.0.1", running.url, "--data-binary", "@-"]
    for media_type, status in ((ENCRYPTED, "202"), ("text/plain", "415")):
        done = subprocess.run(  # noqa: S603, curl
            [*curl, "--header", f"content-type: {media_type}"],
            cwd=running.folder,
            input=packed,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.endswith(status)
    running.stop()
    assert (running.folder / "received").read_text().count("'msg': 'Hi'") == 3
