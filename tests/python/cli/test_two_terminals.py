"""Two people on two terminals who talk by commands alone: the transcript of the README as real programs."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from support.command_line import SECONDS, program_folder
from support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from support.command_line import Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the transcript is that of a POSIX shell"),
]

SECTION = re.compile(r"^## Command line\n.*?^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = ("did new", "invite --from", "invite --read", "listen", "pack", "send", "unpack")


def transcript() -> str:
    """What the README shows; `NAME$` begins a command, `NAME>` a line that it prints."""
    found = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found
    return found[1]


def pattern(shown: str) -> re.Pattern[str]:
    """What the output has to match, where `...` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.split("..."))), re.DOTALL)


class Shell:
    """Runs one command after the other, and compares what they print with what is shown."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self._terminal = terminal
        self._folder = folder
        self._output = terminal.home / "output"
        self._shown = ""
        self.listens = False
        self.process: subprocess.Popen[str] | None = None

    def enter(self, command: str) -> None:
        """Starts a command; the one before has ended."""
        self._shown = ""
        self.listens = " listen " in command
        with self._output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(  # noqa: S603, the lines of the README
                ["/bin/sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=self._folder,
                env=self._terminal.environment(PATH=program_folder(self._terminal.home)),
                start_new_session=True,
            )

    def show(self, line: str) -> None:
        """Waits until the command has printed this line, or its part before `...`."""
        self._shown += f"{line}\n"
        wanted = pattern(self._shown.partition("...")[0])
        for _ in range(SECONDS * 20):
            ended = self.process is not None and self.process.poll() is not None
            if wanted.match(self.output()):
                return
            if ended:
                break
            time.sleep(0.05)
        pytest.fail(f"{self._shown!r} was not printed, but {self.output()!r}")

    def end(self) -> None:
        """Waits until the command has ended: it succeeds, and prints what was shown and no more."""
        if self.process is not None:
            assert self.process.wait(timeout=SECONDS) == 0, self.output()
            assert pattern(self._shown).fullmatch(self.output()), (self._shown, self.output())

    def output(self) -> str:
        """What the command has printed so far."""
        return self._output.read_text(encoding="utf-8")


def test_the_transcript_uses_what_a_talk_needs() -> None:
    shown = transcript()
    assert [command for command in COMMANDS if f"pydidcomm {command}" not in shown] == []
    assert all(re.match(r"(alice|bob)[$>] .", line) for line in shown.splitlines())


def test_the_transcript_of_the_readme_is_what_the_programs_print(
    alice: Terminal, bob: Terminal, tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    folder = tmp_path / "shared"
    folder.mkdir()
    shells = {"alice": Shell(alice, folder), "bob": Shell(bob, folder)}
    for line in transcript().replace("8000", str(port)).splitlines():
        name, kind, rest = re.split(r"(?<=\w)([$>]) ", line, maxsplit=1)
        shell = shells[name]
        if kind == "$":
            # one waits for the prompt of either terminal, unless it listens
            for each in shells.values():
                if each is shell or not each.listens:
                    each.end()
            shell.enter(rest)
            assert shell.process is not None
            processes.append(shell.process)
        else:
            shell.show(rest)
    for shell in shells.values():
        shell.end()
