"""Ten thousand operations do not leak memory, measured in a separate process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.paths import SUPPORT, TESTS

pytestmark = pytest.mark.slow

PROGRAM = SUPPORT / "leak_process.py"
# a leak of a hundred and fifty octets an operation would show
MOST = 1_500_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of a process so plainly")
@pytest.mark.parametrize("kind", ["pack", "unpack", "errors", "batches", "awaited"])
def test_memory_is_flat_after_ten_thousand_operations(kind: str) -> None:
    command = [sys.executable, str(PROGRAM), kind, "10000"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout  # noqa: S603, our own program
    assert int(output) < MOST
