"""Programs as processes of their own: how they end, and what they say while they do."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from support.paths import NOTEBOOKS, PACKAGE, TESTS

if TYPE_CHECKING:
    from collections.abc import Sequence

# a process that hangs fails its test
TIMEOUT_SECONDS = 120


class Ended(NamedTuple):
    status: int
    stderr: str
    stdout: str


QUIET = (0, "")


def ended(arguments: Sequence[str], *, python: str = sys.executable, stdin: str = "") -> Ended:
    """How a process of Python ends that has these arguments and finds the helpers of the tests."""
    path = os.pathsep.join([str(PACKAGE), str(TESTS), str(NOTEBOOKS)])
    done = subprocess.run(  # noqa: S603, our own programs
        [python, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
    )
    return Ended(done.returncode, done.stderr, done.stdout)


def each_ended(commands: Sequence[Sequence[str]], *, python: str = sys.executable) -> list[Ended]:
    """The same for several processes, two at a time."""
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(partial(ended, python=python), commands))
