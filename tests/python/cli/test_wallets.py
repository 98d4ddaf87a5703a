"""Wallets that do not open: read-only, in use, another file, a wrong passphrase."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from support.command_line import PROGRAM, SECONDS

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from support.command_line import Terminal

pytestmark = pytest.mark.slow

RESTRICTED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
"""root may write every file, unless it leaves that capability."""


def restricted(alice: Terminal, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command for which the permissions of files count."""
    prefix: list[str] = []
    if sys.platform != "win32" and os.geteuid() == 0:
        if shutil.which(RESTRICTED[0]) is None:
            pytest.skip("root ignores the permissions of files, and setpriv is missing")
        prefix = RESTRICTED
    return alice.execute(*prefix, *PROGRAM, *arguments)


def refused(ended: subprocess.CompletedProcess[str], reason: str) -> None:
    assert (ended.returncode, ended.stdout) == (8, ""), ended.stderr
    assert reason in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_wallet_that_may_not_be_written_says_so(alice: Terminal) -> None:
    alice.done("did", "new")
    alice.wallet.chmod(0o400)
    for arguments in (("did", "show"), ("did", "new")):
        refused(restricted(alice, *arguments), f"{alice.wallet} cannot be opened: it must be a readable and")
    alice.wallet.parent.chmod(0o500)
    refused(restricted(alice, "did", "new", "--wallet", str(alice.wallet.with_name("new.db"))), "cannot be")
    below = alice.wallet.parent / "below" / "new.db"
    refused(restricted(alice, "did", "new", "--wallet", str(below)), f"the wallet {below} cannot be created")
    alice.wallet.parent.chmod(0o700)


@pytest.mark.parametrize("content", [b"", b"not a wallet", bytes(5000)])
def test_another_file_is_not_a_wallet_and_stays_as_it_is(alice: Terminal, content: bytes) -> None:
    other = alice.home / "other"
    other.write_bytes(content)
    for arguments in (("did", "show"), ("did", "new")):
        refused(
            alice.run(*arguments, "--wallet", str(other)), f"{other} cannot be opened: it is not an SQLite"
        )
    assert other.read_bytes() == content


def test_an_sqlite_database_of_another_program_is_not_a_wallet(alice: Terminal) -> None:
    other = alice.home / "other.db"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE t (a)")
    refused(alice.run("did", "new", "--wallet", str(other)), "another program uses it, or it is not a wallet")


def test_a_wallet_that_another_program_locks_is_named(alice: Terminal) -> None:
    alice.done("did", "new")
    with closing(sqlite3.connect(alice.wallet, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        refused(alice.run("did", "show"), f"{alice.wallet} cannot be opened: another program uses it")
    assert alice.done("did", "show")


def test_commands_share_a_wallet_with_a_listener(
    alice: Terminal, processes: list[subprocess.Popen[str]]
) -> None:
    first = alice.done("did", "new")
    process, url = alice.listening("--port", "0", "--count", "1")
    processes.append(process)
    second = alice.done("did", "new")
    assert sorted(alice.done("did", "show").splitlines()) == sorted([first, second])
    alice.done("send", "--to", second, "--from", first, "--text", "Hi", "--url", url, "--allow-private")
    out, _ = process.communicate(timeout=SECONDS)
    assert out.startswith(f"sender {first} (proved; encrypted)")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"another one\n", "the passphrase does not open the wallet"),
        (b"  \n", "the passphrase does not open the wallet"),
        (b"a\0b\n", "the passphrase does not open the wallet"),
        (b"\n", "must have the passphrase in its first line"),
        (b"\xff\xfe\n", "must be UTF-8 text"),
        (bytes(5000), "must not be longer than 4096 bytes"),
    ],
)
def test_a_wrong_passphrase_is_not_repeated(
    alice: Terminal, tmp_path: Path, content: bytes, reason: str
) -> None:
    alice.done("did", "new")
    (tmp_path / "wrong").write_bytes(content)
    ended = alice.run("did", "show", PYDIDCOMM_PASSPHRASE_FILE=str(tmp_path / "wrong"))
    refused(ended, reason)
    assert "another one" not in ended.stderr
    folder = alice.run("did", "show", PYDIDCOMM_PASSPHRASE_FILE=str(tmp_path))
    refused(folder, "cannot be read")
