"""Run a wheel for ARM on another processor: QEMU runs the CPython of Debian's packages for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = (
    "libc6",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libssl3",
    "libuuid1",
    "python3.11-minimal",
    "zlib1g",
)
EMULATOR = "qemu-aarch64-static"


def run_quietly(command: list[str], folder: Path) -> str:
    """Run a program in a folder and return what it printed; its failure is a CalledProcessError."""
    return subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    ).stdout


def fetch_cpython(root: Path) -> None:
    """Unpack Debian's CPython for ARM into a folder; the packages of this machine stay as they are."""
    lists, archives = root / "lists", root / "archives"
    for folder in (lists / "partial", archives):
        folder.mkdir(parents=True, exist_ok=True)
    options = ["APT::Architecture=arm64", "APT::Architectures=arm64", f"Dir::State::lists={lists}"]
    # the folders are ours, root needs no other user for them
    apt = ["apt-get", "-qq", *(f"-o{option}" for option in [*options, "APT::Sandbox::User=root"])]
    run_quietly([*apt, "update"], archives)
    run_quietly([*apt, "download", *PACKAGES], archives)
    for package in sorted(archives.glob("*.deb")):
        run_quietly(["dpkg-deb", "--extract", str(package), str(root / "system")], archives)


def run_on_arm64(wheel: Path, program: Path, folder: Path) -> str:
    """Run a program with the wheel's package on the emulated CPython.

    Returns:
        What it printed, or why there is no emulator.
    """
    if shutil.which(EMULATOR) is None or shutil.which("apt-get") is None:
        return f"built, not run: {EMULATOR} and Debian's packages are needed"
    root = folder / "arm64"
    python = root / "system" / "usr" / "bin" / "python3.11"
    try:
        if not python.is_file():
            fetch_cpython(root)
        shutil.rmtree(root / "site", ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(root / "site")
        inside = [EMULATOR, "-L", str(root / "system"), "-E", f"PYTHONPATH={root / 'site'}", str(python)]
        return f"{run_quietly([*inside, '-W', 'error', str(program)], root).strip()} by {EMULATOR}"
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{' '.join(failed.cmd)} ended with {failed.returncode}: {failed.stderr}")
