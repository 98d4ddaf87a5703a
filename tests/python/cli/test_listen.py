"""`listen`: long messages, refused messages, and a stdout that is closed."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from support.command_line import SECONDS, stopped

if TYPE_CHECKING:
    import subprocess

    from support.command_line import Terminal

pytestmark = pytest.mark.slow

ENCRYPTED = "application/didcomm-encrypted+json"


def posted(url: str, body: str, media_type: str = ENCRYPTED) -> int:
    """The status of the answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
    try:
        connection.request("POST", "/", body.encode(), {"content-type": media_type})
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_message_of_megabytes_arrives_where_it_is_allowed(
    alice: Terminal, bob: Terminal, processes: list[subprocess.Popen[str]]
) -> None:
    pytest.importorskip("fcntl")
    from support.pseudo_terminal import on_screen  # noqa: PLC0415, not on Windows

    did = alice.done("did", "new")
    text = "é" * 2_000_000
    (bob.home / "long").write_text(
        json.dumps({"type": "https://example.org/a/1.0/b", "body": {"text": text}}, ensure_ascii=False),
        encoding="utf-8",
    )
    send = ("send", "--to", did, "--allow-private", str(bob.home / "long"), "--url")
    process, url = alice.listening("--port", "0")
    processes.append(process)
    refused = bob.run(*send, url)
    assert refused.returncode == 7
    assert "status 413" in refused.stderr
    assert "sending" not in refused.stderr
    stopped(process)
    for scheme in ("http://", "ws://"):
        process, url = alice.listening("--port", "0", "--max-bytes", "20000000", "--count", "1", "--json")
        processes.append(process)
        # what it prints fills a pipe: it is read while the message is on its way
        with on_screen(bob, *send, url.replace("http://", scheme)) as sender:
            out, _ = process.communicate(timeout=SECONDS)
            assert sender.end() == 0
        assert json.loads(out)["message"]["body"] == {"text": text}
        assert sender.shown.index("reading") < sender.shown.index("sending") < sender.shown.index("delivered")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_refused_message_is_a_line_on_stderr(
    alice: Terminal,
    bob: Terminal,
    processes: list[subprocess.Popen[str]],
    as_json: bool,  # noqa: FBT001, a parameter
) -> None:
    alice.done("did", "new")
    process, url = alice.listening("--port", "0", *(["--json"] if as_json else []))
    processes.append(process)
    foreign = bob.done("pack", "--to", bob.done("did", "new"), "--text", "Hi")
    assert posted(url, foreign) == 400
    assert posted(url, '{"id": "\x1b[2J"') == 400
    status, out, errors = stopped(process)
    assert (status, out) == (130, "")
    lines = errors.splitlines()
    assert len(lines) == 2, lines
    if as_json:
        assert all(json.loads(line)["warning"] == "pydidcomm.receiver" for line in lines)
    else:
        assert all(line.startswith("warning: a message was not accepted: ") for line in lines)
    assert "no private key found" in lines[0]
    assert "\x1b" not in errors


def test_listen_ends_silently_when_its_stdout_is_closed(
    alice: Terminal, processes: list[subprocess.Popen[str]]
) -> None:
    did = alice.done("did", "new")
    process, url = alice.listening("--port", "0")
    processes.append(process)
    assert process.stdout is not None
    process.stdout.close()
    assert posted(url, alice.done("pack", "--to", did, "--text", "Hi")) == 202
    assert process.wait(timeout=SECONDS) == 141
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stdout = None


def test_a_port_that_is_taken_is_2(alice: Terminal, processes: list[subprocess.Popen[str]]) -> None:
    alice.done("did", "new")
    process, url = alice.listening("--port", "0")
    processes.append(process)
    taken = alice.run("listen", "--port", str(urlsplit(url).port))
    assert taken.returncode == 2
    assert "Address already in use" in taken.stderr
