"""Peak memory of packing and unpacking, measured in a separate process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.paths import SUPPORT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak and forgets it"),
]

MEBIBYTE = 2**20
# so large that the allocator gives each block back, and none is counted before it is used again
SIZE = 40 * MEBIBYTE
# the allocator's own, whatever the size of the message
ALLOWANCE = 6 * MEBIBYTE
LAYERS = ["authcrypt", "anoncrypt", "sign"]


def growths(kind: str, layers: str, number: int) -> list[int]:
    program = SUPPORT / "memory_process.py"
    command = [sys.executable, str(program), kind, layers, str(number)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603, our own program
    return [int(growth) for growth in output.split()]


@pytest.mark.parametrize("layers", LAYERS)
def test_packing_and_unpacking_take_at_most_four_times_the_message(layers: str) -> None:
    packing, unpacking = growths("peak", layers, SIZE)
    # the result alone is longer than the message, so less was not measured
    assert SIZE < packing < 4 * SIZE + ALLOWANCE
    assert SIZE < unpacking < 4 * SIZE + ALLOWANCE


@pytest.mark.parametrize("layers", LAYERS)
def test_ten_thousand_operations_leave_nothing_behind(layers: str) -> None:
    (growth,) = growths("leak", layers, 5000)
    # a leak of a hundred octets an operation would show
    assert growth < MEBIBYTE
