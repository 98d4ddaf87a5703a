"""`pydidcomm mediator` as an operator runs it: processes, their files, and what a kill leaves."""

import json
import signal
import stat
from pathlib import Path

import pytest

from pydidcomm.mediator.settings import Identity, Settings
from support.documented import assert_documented
from support.mediation import M3, P3
from support.mediator_process import Person, command, running
from support.paths import ROOT
from support.server_process import free_port


@pytest.mark.spec("MFW-02", "QUE-10", "QUE-13", "QUE-14")
def test_a_mediator_survives_kill_and_sigterm_with_all_that_it_accepted(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    made = command(tmp_path, "init", "--url", url)
    assert (made.returncode, made.stdout[:11]) == (0, "did:peer:2."), made.stderr
    assert stat.S_IMODE((tmp_path / "mediator.keys").stat().st_mode) == 0o600
    again = command(tmp_path, "init", "--url", url)
    assert (again.returncode, "exists" in again.stderr) == (2, True)
    did = made.stdout.strip()
    with Person(url, did) as alice, Person(url, did) as bob:
        _survives(tmp_path, port, alice, bob)


def _survives(tmp_path: Path, port: int, alice: Person, bob: Person) -> None:
    url, did = bob.url, bob.mediator
    accepted = 0
    with running(tmp_path, port) as process:
        bob.enroll()
        for number in range(5):
            accepted += alice.forward(bob.did, number).status_code == 202
        process.kill()
    with running(tmp_path, port) as process:
        accepted += alice.forward(bob.did, 5).status_code == 202
        assert process.ended_by(signal.SIGTERM) == (0, f"serving {url} on {url}\n")
    status = json.loads(command(tmp_path, "status", "--json").stdout)
    assert (status["messages"], status["recipients"], accepted) == (6, 1, 6)
    queue = json.loads(command(tmp_path, "queue", "--json").stdout)
    assert queue["messages"] == 6
    assert command(tmp_path, "backup", "copy.db").returncode == 0
    old = did
    new = command(tmp_path, "rotate").stdout.strip()
    assert new != old
    with running(tmp_path, port):
        # the DID before the rotation is answered, by a delivery with all that was accepted
        delivery = bob.ask(f"{P3}/delivery-request", {"limit": 10})
        assert bob.numbers(delivery) == [0, 1, 2, 3, 4, 5]
        bob.mediator = new
        assert bob.ask(f"{M3}/mediate-request").body["routing_did"] == [new]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "lacks `base_url`"),
        ("[mediator]\nbase_url = 5", "`base_url` must be a string, got 5"),
        ("[mediators]", "unknown section"),
        ('[mediator]\nurl = "x"', "unknown key `url`"),
        ("[mediator", "must be TOML"),
        ('[mediator]\nbase_url = "x"\ndid = "y"\n[server]\nport = 70000', "must be from 0 to 65535"),
    ],
)
def test_a_wrong_configuration_is_named_with_its_key(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "mediator.toml").write_text(text)
    done = command(tmp_path, "run")
    # the box around the text may break it
    assert done.returncode == 2
    assert problem.rsplit(maxsplit=1)[-1] in done.stderr
    assert "Traceback" not in done.stderr


def test_each_key_of_the_configuration_is_in_the_docs_and_survives_writing(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "mediator.md").read_text(encoding="utf-8")
    settings = Settings(folder=tmp_path, mediator=Identity(base_url='a"b\\c', did="did:example:m"))
    changed = settings.with_did("did:example:n")
    (tmp_path / "mediator.toml").write_text(changed.text(), encoding="utf-8")
    assert Settings.read(tmp_path / "mediator.toml") == changed
    assert changed.mediator.previous_dids == ("did:example:m",)
    assert_documented(settings, page)


def test_a_mediator_without_its_keys_or_with_a_stray_variable_does_not_start(tmp_path: Path) -> None:
    command(tmp_path, "init", "--url", "http://127.0.0.1:1/")
    assert stat.S_IMODE((tmp_path / "mediator.toml").stat().st_mode) == 0o600
    (tmp_path / "mediator.keys").rename(tmp_path / "away")
    done = command(tmp_path, "run")
    assert (done.returncode, "private" in done.stderr) == (2, True)
    with pytest.raises(ValueError, match="PYDIDCOMM_MEDIATOR_SERVER_NOPE does not match a section and key"):
        Settings.read(tmp_path / "mediator.toml", {"PYDIDCOMM_MEDIATOR_SERVER_NOPE": "1"})


def test_a_wrong_mode_of_admission_is_refused_before_the_store_is_made(tmp_path: Path) -> None:
    assert command(tmp_path, "init", "--url", "https://m.example/").returncode == 0
    done = command(tmp_path, "run", environment={"PYDIDCOMM_MEDIATOR_ADMISSION_MODE": "ajar"})
    assert (done.returncode, "got 'ajar'" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "mediator.db").exists()


def test_secrets_that_others_may_read_are_refused(tmp_path: Path) -> None:
    command(tmp_path, "init", "--url", "http://127.0.0.1:1/")
    (tmp_path / "mediator.keys").chmod(0o644)
    done = command(tmp_path, "run")
    assert done.returncode == 8
    assert "chmod 600" in done.stderr
