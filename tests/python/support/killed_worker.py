"""A process that prints what it has acknowledged, one line each, until the test kills it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from support.paths import PACKAGE, TESTS

if TYPE_CHECKING:
    from pathlib import Path

# a process that acknowledges nothing in this time fails its test
PATIENCE_SECONDS = 60


class Worker:
    """A Python program, and the whole lines that it has printed."""

    def __init__(self, program: Path, *words: str) -> None:
        self.acknowledged: list[str] = []
        self.process = subprocess.Popen(  # noqa: S603, our own program
            [sys.executable, str(program), *words],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE), str(TESTS)])},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            # the last line may be cut
            if line.endswith("\n"):
                self.acknowledged.append(line.strip())

    def wait_for(self, count: int) -> None:
        """Wait until it has acknowledged so much."""
        end = time.monotonic() + PATIENCE_SECONDS
        while len(self.acknowledged) < count:
            assert time.monotonic() < end, "the process acknowledges nothing"
            assert self.process.poll() is None, "the process ended by itself"
            time.sleep(0.002)

    def kill(self) -> list[str]:
        """End the process as nothing can prevent, and return what it acknowledged."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.acknowledged
