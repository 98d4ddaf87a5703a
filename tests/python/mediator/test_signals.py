"""SIGTERM and Ctrl-C of `pydidcomm mediator run`, with WebSockets open."""

import signal
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support.mediation import P4
from support.mediator_process import Person, command, running
from support.server_process import free_port

SECONDS = 20.0


def received_until_closed(client: ClientConnection) -> int:
    """The code with which the connection is closed."""
    try:
        while True:
            client.recv(SECONDS)
    except ConnectionClosed:
        assert client.close_code is not None
        return client.close_code


@pytest.mark.spec("QUE-10")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_closes_sockets_with_1012_and_ends_without_a_word(
    number: signal.Signals, status: int, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    did = command(tmp_path, "init", "--url", url).stdout.strip()
    with Person(url, did) as bob, running(tmp_path, port) as process:
        bob.enroll()
        with connect(url.replace("http", "ws")) as live, connect(url.replace("http", "ws")) as silent:
            live.send(bob.pack(f"{P4}/live-delivery-change", {"live_delivery": True}))
            assert bob.party.unpack(live.recv(SECONDS)).message.body["live_delivery"] is True
            process.process.send_signal(number)
            assert [received_until_closed(each) for each in (live, silent)] == [1012, 1012]
        assert process.process.wait(SECONDS) == status
        assert process.stderr() == f"serving {url} on {url}\n"
