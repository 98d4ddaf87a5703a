"""Redelivery after a crash between `unpack` and the commit of the application's transaction."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pydidcomm import sync
from support.parties import Documents, Party, hello
from support.paths import SUPPORT, TESTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal"),
]


def receive(database: Path, packed: str, how: str) -> tuple[int, str]:
    """The status and the word of a process that receives the message."""
    run = subprocess.run(  # noqa: S603, the test's own program
        [sys.executable, str(SUPPORT / "redelivery_process.py"), str(database), how],
        input=packed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    return run.returncode, run.stdout.strip() or run.stderr


def test_a_message_is_accepted_again_after_a_crash_and_refused_after_the_commit(tmp_path: Path) -> None:
    alice, bob = Party("did:example:alice"), Party("did:example:bob")
    sender = sync.DIDCommMessaging(alice.secrets, Documents(alice, bob))
    packed = sender.pack(hello(id="one"), to=bob.did, frm=alice.did).text
    database = tmp_path / "inbox"
    for _ in range(2):
        assert receive(database, packed, "dies")[0] == -signal.SIGKILL
    assert receive(database, packed, "commits") == (0, "handled")
    assert receive(database, packed, "commits") == (0, "replayed")
    # one message, in every envelope that the sender puts it into
    again = sender.pack(hello(id="one"), to=bob.did, frm=alice.did).text
    assert receive(database, again, "commits") == (0, "replayed")
    handled = sqlite3.connect(database).execute("SELECT id FROM handled").fetchall()
    assert handled == [("one",)]
