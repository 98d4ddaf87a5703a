"""The command line as real programs: each terminal has a home of its own, and no terminal to be asked on."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSPHRASE = "the passphrase of a test"  # noqa: S105, of tests alone
PROGRAM = [sys.executable, "-m", "pydidcomm"]
SECONDS = 60
"""How long a command may take on a busy machine before it counts as hanging."""


@dataclass(frozen=True)
class Terminal:
    """A user's terminal: a home with a wallet."""

    home: Path

    @classmethod
    def at(cls, home: Path) -> Terminal:
        """A terminal whose passphrase is in a file."""
        home.mkdir()
        (home / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
        return cls(home)

    def environment(self, **changes: str) -> dict[str, str]:
        """The environment of a command; an empty value leaves a variable out."""
        found = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "PYDIDCOMM_PASSPHRASE_FILE": str(self.home / "passphrase"),
            "PYTHONUTF8": "1",
            **{name: value for name, value in os.environ.items() if name in {"SYSTEMROOT", "TEMP"}},
            **changes,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def wallet(self) -> Path:
        """The file of the wallet."""
        return self.home / "data" / "pydidcomm" / "wallet.db"

    def run(self, *arguments: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return self.execute(*PROGRAM, *arguments, given=given, **changes)

    def execute(self, *program: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Runs any program to its end, in the environment of a command."""
        return subprocess.run(  # noqa: S603, the interpreter that runs this
            program,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=SECONDS,
            env=self.environment(**changes),
            # without a terminal there is no prompt
            start_new_session=True,
        )

    def shell(self, line: str, **changes: str) -> subprocess.CompletedProcess[bytes]:
        """Runs a line of a POSIX shell, in which `pydidcomm` is the command."""
        return subprocess.run(  # noqa: S603, the lines of a test
            ["/bin/sh", "-c", line],
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env=self.environment(PATH=program_folder(self.home), **changes),
            cwd=self.home,
            start_new_session=True,
        )

    def done(self, *arguments: str, given: str = "") -> str:
        """What a command prints that has to succeed."""
        ended = self.run(*arguments, given=given)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.removesuffix("\n")

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        """Starts a command that goes on, with pipes."""
        return subprocess.Popen(  # noqa: S603, the interpreter that runs this
            [*PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self.environment(**changes),
            start_new_session=True,
        )

    def listening(self, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        """Starts `listen`, and returns it with its URL once it takes messages."""
        process = self.start("listen", *arguments)
        assert process.stderr is not None
        line = process.stderr.readline()
        if "--json" in arguments:
            return process, json.loads(line)["listening"]
        assert line.startswith("listening on "), line
        return process, line.split()[-1]


def program_folder(home: Path) -> str:
    """A PATH with the command `pydidcomm`, as an installation makes it, before that of the system."""
    folder = home / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / "pydidcomm"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])


def stopped(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[int, str, str]:
    """Sends a signal; the status, stdout and stderr of the process that ends by it."""
    process.send_signal(number)
    out, errors = process.communicate(timeout=SECONDS)
    return process.returncode, out, errors


def cleaned(processes: list[subprocess.Popen[str]]) -> Iterator[list[subprocess.Popen[str]]]:
    """Yields a list; the processes that a test put there are ended after it."""
    yield processes
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=SECONDS)
