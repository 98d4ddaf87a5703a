"""Private keys and passphrases are in no output, argument or readable file."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command_line import PASSPHRASE

if TYPE_CHECKING:
    import subprocess

    from support.command_line import Terminal

pytestmark = pytest.mark.slow


def test_no_command_prints_a_secret_without_reveal(alice: Terminal) -> None:
    did = alice.done("did", "new")
    packed = alice.done("pack", "--to", did, "--from", did, "--text", "Hi")
    revealed = alice.done("secrets", "list", "--reveal")
    secrets = [PASSPHRASE, *(json.loads(line)["d"] for line in revealed.splitlines())]
    assert len(secrets) == 3
    keys = [json.loads(line) for line in revealed.splitlines()]
    without_kid = json.dumps({name: value for name, value in keys[0].items() if name != "kid"})
    broken = json.dumps({**keys[0], "crv": "X448"})
    ran: list[subprocess.CompletedProcess[str]] = [
        alice.run("secrets", "list"),
        alice.run("secrets", "list", "--json"),
        alice.run("secrets", "add", given=revealed),
        alice.run("secrets", "add", "--json", given=revealed),
        # what is refused is not repeated
        alice.run("secrets", "add", given=revealed[:-5]),
        alice.run("secrets", "add", given=without_kid),
        alice.run("secrets", "add", "--json", given=broken),
        alice.run("pack", "--to", did, given=revealed),
        alice.run("unpack", given=revealed),
        alice.run("secrets", "rotate", did, "--to", did),
        alice.run("did", "show", did, "--json"),
        alice.run("did", "resolve", did),
        alice.run("unpack", given=packed),
        alice.run("diagnose", given=packed),
        alice.run("inspect", "--json", given=packed),
    ]
    for ended in ran:
        assert "Traceback" not in ended.stderr
        for secret in secrets:
            assert secret not in ended.stdout + ended.stderr, ended.args
    assert [ended.returncode for ended in ran[4:9]] == [2, 2, 4, 3, 3]


def test_no_option_takes_a_passphrase(alice: Terminal) -> None:
    for command in ("did new", "secrets add", "unpack", "listen"):
        assert "passphrase" not in alice.done(*command.split(), "--help").lower()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_the_wallet_is_for_its_owner_alone_and_has_no_secret_in_the_open(alice: Terminal) -> None:
    alice.done("did", "new")
    assert stat.S_IMODE(alice.wallet.stat().st_mode) == 0o600
    assert stat.S_IMODE(alice.wallet.parent.stat().st_mode) == 0o700
    key = json.loads(alice.done("secrets", "list", "--reveal").splitlines()[0])
    assert key["d"].encode() not in alice.wallet.read_bytes()


def test_the_wallet_can_be_another_file(alice: Terminal) -> None:
    other = str(alice.home / "other.db")
    did = alice.done("did", "new", "--wallet", other)
    assert not alice.wallet.exists()
    assert alice.run("did", "show", PYDIDCOMM_WALLET=other).stdout == f"{did}\n"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_the_arguments_and_the_environment_of_a_process_have_no_secret(
    alice: Terminal, processes: list[subprocess.Popen[str]]
) -> None:
    alice.done("did", "new")
    keys = [json.loads(line)["d"] for line in alice.done("secrets", "list", "--reveal").splitlines()]
    process, _ = alice.listening("--port", "0")
    processes.append(process)
    for name in ("cmdline", "environ", "comm"):
        shown = Path(f"/proc/{process.pid}/{name}").read_bytes()
        assert shown
        for secret in (PASSPHRASE, *keys):
            assert secret.encode() not in shown, name
