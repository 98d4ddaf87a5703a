"""A Secret Service of its own: gnome-keyring under a D-Bus daemon, with a keyring in a folder of the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
PATIENCE_SECONDS = 30


def absent() -> list[str]:
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextmanager
def running(folder: Path) -> Generator[dict[str, str]]:
    """The environment in which programs find the service."""
    environment = {**os.environ, "HOME": str(folder)}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        environment[name] = str(folder)
    environment.pop("DISPLAY", None)
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],  # noqa: S607
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert bus.stdout is not None
    try:
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        service = subprocess.Popen(
            ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],  # noqa: S607
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        assert service.stdin is not None
        service.stdin.write(b"password of the test")
        service.stdin.close()
        try:
            wait(folder)
            yield environment
        finally:
            service.terminate()
            service.wait()
    finally:
        bus.terminate()
        bus.wait()
        bus.stdout.close()


def wait(folder: Path) -> None:
    """Wait for the keyring, which the service makes when it is unlocked for the first time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (folder / "keyrings" / "login.keyring").exists():
        assert time.monotonic() < end, "the Secret Service did not start"
        time.sleep(0.02)
