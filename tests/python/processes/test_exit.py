"""A process that has used the library ends as Python ends it, whatever is under way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.exit_process import STATUS
from support.paths import SUPPORT
from support.processes import each_ended, ended

pytestmark = pytest.mark.slow

# how often each way is taken: make exit-runs COUNT=40
COUNT = int(os.environ.get("PYDIDCOMM_EXIT_RUNS", "2"))
PROGRAM = str(SUPPORT / "exit_process.py")
ON_EVERY_LOOP = {
    "result": 0,
    "batch": 0,
    "in_flight": 0,
    "exception": STATUS,
    "exit": STATUS,
    "interrupt": STATUS,
    "thread": 0,
    "daemon": 0,
    "fork": 0,
    "spawn": 0,
}
ON_NONE = {"bridge": 0, "closed": 0, "callbacks": 0}
WAYS = [
    *((way, loop) for way in ON_EVERY_LOOP for loop in ("asyncio", "uvloop", "trio")),
    *((way, "asyncio") for way in ON_NONE),
]
STATUSES = ON_EVERY_LOOP | ON_NONE
AT_EXIT = """
import asyncio, atexit
atexit.register(lambda: asyncio.run(exchange()))
from support.exit_process import exchange
"""
# of the stable ABI that the module is compiled for
OLDEST = (3, 11)
VERSION = "import sys; print(*sys.version_info[:2])"
# CPython 3.12 and later warn of every fork of a process with threads
QUIETLY = ["-W", "ignore::DeprecationWarning"]


def runs(way: str) -> bool:
    return hasattr(os, "fork") or way != "fork"


def other_pythons() -> list[str]:
    """The oldest and the newest other interpreter at hand, in which the compiled module can be loaded."""
    found: dict[tuple[int, ...], str] = {}
    for python in candidates():
        check = subprocess.run([python, "-c", VERSION], check=False, capture_output=True, text=True)  # noqa: S603
        if check.returncode == 0:
            version = tuple(map(int, check.stdout.split()))
            if version >= OLDEST and version != sys.version_info[:2]:
                found.setdefault(version, python)
    every = [found[version] for version in sorted(found)]
    return [*dict.fromkeys([*every[:1], *every[-1:]])]


def candidates() -> list[str]:
    """Interpreters by their own paths: a shim of pyenv is there even if it leads to none."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = sorted(map(str, root.glob("versions/3.*/bin/python")))
    named = [shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], 20)]
    return [*installed, *(python for python in named if python and "shims" not in Path(python).parts)]


@pytest.mark.parametrize(("way", "loop"), [(way, loop) for way, loop in WAYS if runs(way)])
def test_a_process_ends_with_its_own_status_and_silently(way: str, loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    ends = each_ended([[*QUIETLY, PROGRAM, way, loop]] * COUNT)
    assert [(end.status, end.stderr) for end in ends] == [(STATUSES[way], "")] * COUNT


def test_long_work_in_an_exit_handler_that_was_registered_first_is_done() -> None:
    ends = each_ended([["-c", AT_EXIT]] * COUNT)
    assert [(end.status, end.stderr) for end in ends] == [(0, "")] * COUNT


def test_the_asyncio_prompt_ends_silently() -> None:
    for _ in range(COUNT):
        end = ended(["-m", "asyncio"], stdin="from support.exit_process import exchange\nawait exchange()\n")
        assert end.status == 0
        complaints = [line for line in end.stderr.splitlines() if "Error" in line or "atal" in line]
        assert complaints == []


def test_a_process_of_another_interpreter_ends_in_the_same_way() -> None:
    pythons = other_pythons()
    if not pythons:
        pytest.skip("neither pyenv nor the path has a CPython of another version than this one")
    ways = [way for way, loop in WAYS if loop == "asyncio" and runs(way)]
    for python in pythons:
        ends = each_ended([[*QUIETLY, PROGRAM, way, "asyncio"] for way in ways], python=python)
        found = {way: (end.status, end.stderr) for way, end in zip(ways, ends, strict=True)}
        assert (python, found) == (python, {way: (STATUSES[way], "") for way in ways})
