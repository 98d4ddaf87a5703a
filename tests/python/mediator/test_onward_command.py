"""`pydidcomm mediator run` with `[onward]`: an endpoint that is down, a kill, and an endpoint that is up."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from pydidcomm import Message, PackEncryptedConfig
from pydidcomm.sync import DIDCommMessaging
from support.mediation import HELLO
from support.mediator_process import Person, command, running
from support.relaying import service
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SECONDS = 30.0


@contextmanager
def endpoint(port: int, count: int) -> Generator[list[bytes]]:
    """An endpoint, and what it got; it waits for a number of messages at its end."""
    bodies: list[bytes] = []
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()
            if len(bodies) == count:
                done.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, of the base class
            pass

    server = HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bodies
        assert done.wait(SECONDS), f"{len(bodies)} messages arrived"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
@pytest.mark.spec("MFW-02", "MFW-10")
def test_what_a_killed_mediator_accepted_for_another_host_arrives(tmp_path: Path) -> None:
    port, next_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}/"
    did = command(tmp_path, "init", "--url", url).stdout.strip()
    settings = {
        "onward_mode": "list",
        "onward_hosts": "127.0.0.1",
        "onward_schemes": "http",
        "onward_networks": "127.0.0.0/8",
    }
    bob = DIDCommMessaging()
    bob_did = bob.create_peer_did(services=[service(f"http://127.0.0.1:{next_port}/")])

    def envelope(number: int) -> str:
        message = Message(type=HELLO, body={"n": number})
        config = PackEncryptedConfig(forward=False)
        inner = bob.pack(message, to=bob_did, frm=bob_did, config=config)
        return bob.wrap_in_forward(json.loads(inner.text), to=bob_did, routing_keys=[did]).text

    with Person(url, did) as alice:
        with running(tmp_path, port, **settings) as mediator:
            for number in range(3):
                assert alice.post(envelope(number)).status_code == 202
            assert "Traceback" not in mediator.kill()
        with running(tmp_path, port, **settings), endpoint(next_port, 3) as bodies:
            pass
    assert [bob.unpack(each).message.body["n"] for each in bodies] == [0, 1, 2]


@pytest.mark.slow
def test_a_wrong_section_is_named(tmp_path: Path) -> None:
    command(tmp_path, "init", "--url", "http://127.0.0.1:1/")
    wrong = [
        ({"MODE": "on"}, "'on'"),
        ({"MODE": "list"}, "`hosts`"),
        ({"MODE": "any", "NETWORKS": "x"}, "'x'"),
    ]
    for values, problem in wrong:
        changed = {f"PYDIDCOMM_MEDIATOR_ONWARD_{key}": value for key, value in values.items()}
        done = command(tmp_path, "run", environment=changed)
        assert done.returncode == 2
        assert problem in done.stderr
        assert "Traceback" not in done.stderr
