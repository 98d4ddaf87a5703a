"""Programs as processes of their own: how they end, and what they say while they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
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


def children_of(parent: int) -> list[int]:
    """The processes that a process started; Linux only."""
    found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [each for each in found if _parent_of(each) == parent]


def wait_for_end(process: int) -> None:
    """Wait until a process is gone, whose id is in use until its parent has noticed its end; Linux only."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < end, "the process does not end"
        time.sleep(0.01)


def _parent_of(process: int) -> int | None:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # the name of the program, in parentheses, may have spaces
    return int(stat.rpartition(")")[2].split()[1])
