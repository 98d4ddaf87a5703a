"""How commands behave on a terminal and without one: colour, progress, width, completion, imports."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are of POSIX", allow_module_level=True)

from support.command_line import SECONDS
from support.pseudo_terminal import on_screen

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = pytest.mark.slow

COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7]")
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LOADED = """
import sys
sys.argv = ["pydidcomm", {!r}]
sys.argv[1:] = sys.argv[1].split()
from pydidcomm.cli import main
try:
    main()
finally:
    sys.stderr.write(" ".join(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
COMMANDS = ("did", "secrets", "pack", "unpack", "send", "listen", "invite", "inspect", "diagnose", "bench")
LATE = {"httpx2", "uvicorn", "aries_askar", "segno", "keyring", "asyncpg", "prometheus_client"}


def shown(alice: Terminal, *arguments: str, columns: int = 80, **changes: str) -> str:
    with on_screen(alice, *arguments, columns=columns, **changes) as screen:
        screen.end()
        return screen.shown


@pytest.mark.parametrize("arguments", [["--help"], ["pack", "--bogus"], ["did", "show"]])
def test_colour_is_for_terminals_and_not_with_no_color(alice: Terminal, arguments: list[str]) -> None:
    assert COLOUR.search(shown(alice, *arguments))
    assert not COLOUR.search(shown(alice, *arguments, NO_COLOR="1"))
    assert "\x1b" not in shown(alice, *arguments, TERM="dumb")
    ended = alice.run(*arguments)
    assert "\x1b" not in ended.stdout + ended.stderr


def test_progress_is_for_terminals_and_long_inputs(alice: Terminal) -> None:
    message = json.dumps({"type": "https://example.org/a/1.0/b", "body": {"text": "x" * 3_000_000}})
    (alice.home / "long").write_text(message, encoding="utf-8")
    (alice.home / "short").write_text(message.replace("x" * 100, ""), encoding="utf-8")
    long, short, packed = (str(alice.home / name) for name in ("long", "short", "packed"))
    assert "reading" in shown(alice, "pack", long).partition("didcomm-plain")[0]
    assert "reading" not in shown(alice, "pack", short).partition("didcomm-plain")[0]
    ended = alice.run("pack", long)
    assert (ended.returncode, ended.stderr) == (0, "")
    (alice.home / "packed").write_text(ended.stdout, encoding="utf-8")
    assert alice.run("unpack", "--json", packed).stderr == ""


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_lines_fit_a_narrow_terminal(alice: Terminal, columns: int) -> None:
    for arguments in (["--help"], ["listen", "--help"], ["pack", "--bogus"]):
        text = SEQUENCE.sub("", shown(alice, *arguments, columns=columns))
        assert "Traceback" not in text
        assert max(map(len, text.splitlines())) <= columns, (arguments, text)


def test_a_qr_code_is_for_terminals_that_are_wide_enough(alice: Terminal) -> None:
    arguments = ("invite", "--from", "did:example:a", "--url", "https://example.com/")
    url = alice.run(*arguments)
    assert url.stderr == ""
    assert url.stdout.count("\n") == 1
    wide = shown(alice, *arguments, columns=120)
    assert "\u2580" in wide
    narrow = shown(alice, *arguments, columns=20)
    assert "\u2580" not in narrow
    assert "wider than 20 columns: --png writes it to a file" in narrow


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_each_shell_names_the_commands(alice: Terminal, shell: str) -> None:
    program = shutil.which(shell)
    source = alice.run(_PYDIDCOMM_COMPLETE=f"{shell}_source")
    # click looks for the version of bash
    assert (source.returncode, source.stderr) == (0, "") or program is None
    assert "_PYDIDCOMM_COMPLETE" in source.stdout or program is None
    if program is not None:
        (alice.home / "completion").write_text(source.stdout, encoding="utf-8")
        checked = subprocess.run(  # noqa: S603, the shell of this machine
            [program, "-n", str(alice.home / "completion")], check=False, timeout=SECONDS
        )
        assert checked.returncode == 0
    words = {"COMP_WORDS": "pydidcomm se", "COMP_CWORD": "1" if shell != "fish" else "se"}
    found = alice.run(_PYDIDCOMM_COMPLETE=f"{shell}_complete", **words)
    assert "secrets" in found.stdout
    assert "send" in found.stdout
    assert "pack" not in found.stdout


@pytest.mark.parametrize("line", ["--help", "--version", *(f"{name} --help" for name in COMMANDS)])
def test_help_loads_no_server_client_or_database(alice: Terminal, line: str) -> None:
    assert loaded(alice, line) & LATE == set()


def test_a_message_is_packed_and_inspected_without_server_client_or_database(alice: Terminal) -> None:
    assert loaded(alice, "pack --text Hi") & LATE == set()
    (alice.home / "message").write_text(alice.done("pack", "--text", "Hi"), encoding="utf-8")
    for command in ("inspect", "unpack", "diagnose"):
        assert loaded(alice, f"{command} {alice.home / 'message'}") & LATE == set(), command
    assert "aries_askar" in loaded(alice, "did new")


def loaded(alice: Terminal, line: str) -> set[str]:
    """The packages that a command has imported when it ends."""
    ended = subprocess.run(  # noqa: S603, the interpreter that runs this
        [sys.executable, "-c", LOADED.format(line)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=alice.environment(),
    )
    assert ended.returncode == 0, ended.stderr
    return set(ended.stderr.splitlines()[-1].split())
