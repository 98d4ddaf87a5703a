"""Install a wheel in an empty environment and exchange a message, where this machine can."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wheels.foreign import run_on_arm64

if TYPE_CHECKING:
    from wheels.targets import Target

PROGRAM = Path(__file__).with_name("first_message.py")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


class TrialError(Exception):
    """The wheel could not be installed, or did not run; the text has what the program printed."""

    def __init__(self, command: list[str], done: subprocess.CompletedProcess[str]) -> None:
        super().__init__(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")


def run(command: list[str]) -> str:
    """Run a program and return what it printed.

    Raises:
        TrialError: It failed.
    """
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0 or done.stderr:
        raise TrialError(command, done)
    return done.stdout.strip()


def try_natively(wheel: Path, python: str, *, with_extras: bool) -> str:
    """Install the wheel with an interpreter of this machine, run it, and see that the extras can be had."""
    with tempfile.TemporaryDirectory() as folder:
        run([python, "-m", "venv", folder])
        inside = str(Path(folder) / "bin" / "python")
        pip = [inside, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        run([*pip, "--no-index", str(wheel)])
        said = run([inside, "-W", "error", "-I", str(PROGRAM)])
        if with_extras:
            run([*pip, "--dry-run", "--only-binary", ":all:", f"{wheel}[all]"])
            said += ", all extras resolve"
        return said


def interpreters() -> list[str]:
    """The interpreters of this machine that the wheel is for."""
    named = [shutil.which(f"python{version}") for version in VERSIONS]
    return [
        path
        for path in named
        if path and subprocess.run([path, "--version"], check=False, capture_output=True).returncode == 0  # noqa: S603
    ]


def trials(wheel: Path, target: Target, folder: Path) -> list[str]:
    """Return where the wheel ran, or the one reason why it could not be tried.

    Raises:
        TrialError: It was tried, and did not run.
    """
    if target.not_run:
        return [target.not_run]
    machine = target.triple.partition("-")[0]
    if machine == platform.machine():
        return [try_natively(wheel, python, with_extras=True) for python in interpreters()]
    return [run_on_arm64(wheel, PROGRAM, folder)]
