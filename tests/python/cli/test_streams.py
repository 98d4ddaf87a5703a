"""Standard streams that are closed, full, or of another encoding."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="redirections of a POSIX shell"),
]

GREETING = json.dumps({"type": "https://example.org/a/1.0/b", "body": {"msg": "Grüße \U0001f600"}})


@pytest.mark.parametrize("command", ["pack --text Hi", "--help", "pack --help", "bench --seconds 0.01"])
def test_a_pipe_that_is_closed_is_silent(alice: Terminal, command: str) -> None:
    ended = alice.shell(f"{{ sleep 0.3; pydidcomm {command}; echo $? >status; }} | true; cat status")
    assert ended.stderr == b""
    assert int(ended.stdout) != 0


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("pydidcomm pack --text Hi >&-", 1),
        ("pydidcomm --version >&-", 1),
        ("pydidcomm did new >&-", 1),
        ("pydidcomm unpack <&-", 3),
        ("pydidcomm pack --text Hi 2>&-", 0),
        ("echo '{' | pydidcomm unpack 2>&-", 3),
        ("echo '{' | pydidcomm unpack --json 2>&-", 3),
        ("pydidcomm unpack --bogus 2>&-", 2),
        ("echo '{' | pydidcomm unpack <&- >&- 2>&-", 3),
    ],
)
def test_a_stream_that_is_closed_is_an_error_of_one_line(alice: Terminal, line: str, status: int) -> None:
    ended = alice.shell(line)
    assert ended.returncode == status, ended
    assert b"Traceback" not in ended.stderr
    assert ended.stderr.count(b"\n") <= 1


def test_a_closed_stream_does_not_write_into_the_wallet(alice: Terminal) -> None:
    alice.shell("pydidcomm did new >&- 2>&-")
    assert len(alice.done("did", "show").splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
def test_a_full_disk_is_an_error_of_one_line(alice: Terminal) -> None:
    ended = alice.shell("pydidcomm pack --text Hi >/dev/full")
    assert (ended.returncode, ended.stderr) == (1, b"error: No space left on device\n")
    unreported = alice.shell("echo '{' | pydidcomm unpack 2>/dev/full")
    assert unreported.returncode == 3


def test_a_program_gets_utf_8_in_every_locale(alice: Terminal) -> None:
    (alice.home / "greeting").write_text(GREETING, encoding="utf-8")
    line = "pydidcomm pack greeting | pydidcomm unpack --json"
    ended = alice.shell(line, PYTHONUTF8="0", PYTHONIOENCODING="latin-1")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout)["message"]["body"] == {"msg": "Grüße \U0001f600"}
