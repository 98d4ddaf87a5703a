"""A configured mediator in several processes, and under other servers than its own command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from support.mediation import P4
from support.mediator_command import called, initialized, lines
from support.mediator_process import TYPE, Person, picked_up
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.slow
SECONDS = 30.0
FACTORY = "pydidcomm.cli.mediator:application"
SERVERS = {
    "uvicorn": ["uvicorn", "--factory", FACTORY, "--workers", "2", "--port"],
    "hypercorn": ["hypercorn", f"{FACTORY}()", "--bind"],
    "hypercorn-trio": ["hypercorn", f"{FACTORY}()", "--worker-class", "trio", "--bind"],
    "granian": ["granian", "--interface", "asgi", "--factory", FACTORY, "--workers", "2", "--port"],
}


class Program:
    """A program that serves a folder's mediator on a port."""

    def __init__(self, folder: Path, port: int, *words: str) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.out, self.log = folder / "out", folder / "log"
        with self.out.open("wb") as out, self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603, a server of the tests
                [sys.executable, "-m", *words],
                cwd=folder,
                env=os.environ | {"PYDIDCOMM_MEDIATOR_SERVER_PORT": str(port)},
                stdout=out,
                stderr=log,
            )

    def wait(self) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            try:
                if httpx2.get(f"{self.url}readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@contextmanager
def program(folder: Path, port: int, *words: str) -> Generator[Program]:
    made = Program(folder, port, *words)
    try:
        made.wait()
        yield made
    finally:
        if made.process.poll() is None:
            made.process.terminate()
            try:
                made.process.wait(SECONDS)
            finally:
                made.process.kill()


def talked(url: str, did: str) -> None:
    """What a wallet does: enroll, live mode, pickup; by whichever process takes each connection."""
    with Person(url, did) as bob, Person(url, did) as alice:
        bob.enroll()
        assert alice.forward(bob.did, 0).status_code == 202
        assert picked_up(bob) == [0]
        with connect(url.replace("http", "ws")) as socket:
            socket.send(bob.pack(f"{P4}/live-delivery-change", {"live_delivery": True}))
            assert bob.party.unpack(socket.recv(SECONDS)).message.body["live_delivery"] is True
            # a new connection, which may be that of another process
            sent = httpx2.post(url, content=alice.forwarded(bob.did, 1).encode(), headers=TYPE)
            assert sent.status_code == 202
            assert bob.numbers(bob.party.unpack(socket.recv(SECONDS)).message) == [1]


@pytest.mark.spec("QUE-11")
@pytest.mark.parametrize("name", SERVERS)
def test_each_server_of_asgi_serves_the_configured_mediator(name: str, tmp_path: Path) -> None:
    did, port = initialized(tmp_path), free_port()
    *words, last = SERVERS[name]
    where = f"127.0.0.1:{port}" if last == "--bind" else str(port)
    with program(tmp_path, port, *words, last, where) as server:
        talked(server.url, did)


@pytest.mark.spec("QUE-10", "QUE-11")
def test_workers_share_one_port_and_its_metrics_and_a_signal_ends_all(tmp_path: Path) -> None:
    did, port = initialized(tmp_path), free_port()
    words = ("pydidcomm", "mediator", "run", "--workers", "2", "--json")
    with program(tmp_path, port, *words) as server:
        (line,) = server.out.read_text(encoding="utf-8").splitlines()
        started: dict[str, Any] = json.loads(line)
        assert (started["listening"], started["did"], started["workers"]) == (server.url, did, 2)
        talked(server.url, did)
        metrics = [httpx2.get(f"{server.url}metrics").text for _ in range(6)]
        # two forwards at any of the processes, in the answer of each
        assert all('events_total{event="forward",outcome="stored"} 2.0' in text for text in metrics)
        with connect(server.url.replace("http", "ws")) as socket:
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                socket.recv(SECONDS)
            assert socket.close_code == 1012
        assert server.process.wait(SECONDS) == 0
        assert "Traceback" not in server.log.read_text(encoding="utf-8")


def test_workers_without_the_keys_do_not_start(tmp_path: Path) -> None:
    initialized(tmp_path)
    (tmp_path / "mediator.keys").rename(tmp_path / "away")
    done = called(tmp_path, "run", "--workers", "2")
    assert (done.exit_code, "no private key" in done.output) == (2, True)


def test_init_rotate_and_backup_write_one_json_object(tmp_path: Path) -> None:
    (made,) = lines(tmp_path, "init", "--url", "https://m.example/")
    assert (made["base_url"], made["config"]) == ("https://m.example/", str(tmp_path / "mediator.toml"))
    (rotated,) = lines(tmp_path, "rotate")
    assert (rotated["previous_did"], rotated["did"][:11]) == (made["did"], "did:peer:2.")
    copy = tmp_path / "copy.db"
    (copied,) = lines(tmp_path, "backup", str(copy))
    assert copied == {"file": str(copy), "bytes": copy.stat().st_size, "messages": 0}
