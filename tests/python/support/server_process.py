"""A server of its own process, which listens on a port of loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from support.paths import TESTS

if TYPE_CHECKING:
    from pathlib import Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


class ServerProcess:
    """A Python module that is run in a folder; `{port}` in its arguments is the port."""

    def __init__(self, arguments: str, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(  # noqa: S603, a server of the tests
            [sys.executable, "-m", *arguments.format(port=self.port).split()],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONUNBUFFERED": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def wait(self, written: Path) -> str:
        """The text of a file that the application writes, once that is there and the server listens."""
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                # some servers listen before they load the application
                if text := written.read_text(encoding="utf-8"):
                    return text
            except OSError:
                if self.process.poll() is not None:
                    break
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(self.process.communicate()[0].decode())

    def stop(self) -> str:
        """Ends the server, and returns what it printed."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.communicate(timeout=30)[0].decode()
