"""The passphrase from the keyring of the desktop: of a Secret Service, or of a stand-in with a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support import secret_service
from support.command_line import SECONDS

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from support.command_line import Terminal

pytest.importorskip("keyring")
pytestmark = pytest.mark.slow

STAND_IN = '''
import json, os, pathlib
from keyring.backend import KeyringBackend

FILE = pathlib.Path(os.environ["STAND_IN_FILE"])


class StandIn(KeyringBackend):
    """In place of the keyring of a desktop, which a test process does not have."""

    priority = 1

    def _all(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service} {username}")

    def set_password(self, service, username, password):
        FILE.write_text(json.dumps({**self._all(), f"{service} {username}": password}))

    def delete_password(self, service, username):
        raise NotImplementedError
'''


def run(alice: Terminal, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command whose passphrase is in the stand-in."""
    (alice.home / "stand_in.py").write_text(STAND_IN, encoding="utf-8")
    return alice.run(
        *arguments,
        given=given,
        PYDIDCOMM_PASSPHRASE_FILE="",
        PYDIDCOMM_KEYRING="1",
        PYTHON_KEYRING_BACKEND="stand_in.StandIn",
        PYTHONPATH=str(alice.home),
        STAND_IN_FILE=str(alice.home / "stand_in.json"),
    )


def test_a_new_wallet_has_a_random_passphrase_in_the_keyring(alice: Terminal) -> None:
    made = run(alice, "did", "new")
    assert (made.returncode, made.stderr) == (0, "")
    stored = json.loads((alice.home / "stand_in.json").read_text(encoding="utf-8"))
    assert [*stored] == [f"pydidcomm {alice.wallet}"]
    passphrase = stored[f"pydidcomm {alice.wallet}"]
    assert len(passphrase) >= 43
    listed = run(alice, "did", "show")
    assert listed.stdout == made.stdout
    assert passphrase not in made.stdout + made.stderr + listed.stdout + listed.stderr
    other = run(alice, "did", "new", "--wallet", str(alice.home / "other.db"))
    assert other.returncode == 0
    stored = json.loads((alice.home / "stand_in.json").read_text(encoding="utf-8"))
    assert len(set(stored.values())) == 2


def test_a_wallet_whose_passphrase_the_keyring_lacks_stays_locked(alice: Terminal) -> None:
    alice.done("did", "new")
    ended = run(alice, "did", "show")
    assert (ended.returncode, ended.stdout) == (8, "")
    assert "unset PYDIDCOMM_KEYRING to enter it at a prompt" in ended.stderr


def test_the_file_counts_where_both_are_named(alice: Terminal) -> None:
    alice.done("did", "new")
    assert alice.run("did", "show", PYDIDCOMM_KEYRING="1").returncode == 0


def test_commands_at_once_on_a_new_wallet_share_it_and_the_passphrase_of_the_desktop(
    alice: Terminal, tmp_path: Path
) -> None:
    if secret_service.absent():
        pytest.skip(f"keyring: {' and '.join(secret_service.absent())} not installed (make system)")
    (tmp_path / "desktop").mkdir()
    with secret_service.running(tmp_path / "desktop") as environment:
        desktop = {
            "DBUS_SESSION_BUS_ADDRESS": environment["DBUS_SESSION_BUS_ADDRESS"],
            "PYDIDCOMM_KEYRING": "1",
            "PYDIDCOMM_PASSPHRASE_FILE": "",
        }
        running = [alice.start("did", "new", **desktop) for _ in range(4)]
        ended = [(*process.communicate(timeout=SECONDS), process.returncode) for process in running]
        listed = alice.run("did", "show", **desktop)
    assert [(status, err) for _, err, status in ended] == [(0, "")] * 4
    assert sorted(listed.stdout.splitlines()) == sorted(out.strip() for out, _, _ in ended)
    assert [path.name for path in alice.wallet.parent.iterdir()] == ["wallet.db"]
