"""Run tests against a changed module, each in a fork of a process that has imported what does not change."""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

    from python_mutants.mutations import Mutant

PROJECT = Path(__file__).parents[2]
# imported anew in each fork: what may change, what holds on to it, and a library with threads of its own
ANEW = ("pydidcomm", "support", "conformance", "tests", "conftest", "aries_askar")
# plugins of pytest are among what the parent has imported
OPTIONS = ("-qq", "-n0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
# a mutant that loops
CPU_SECONDS = 60
WALL_SECONDS = 300


class Loader(SourceFileLoader):
    """Loads a module from a text in place of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """Compile the text."""
        return compile(self._source, self.path, "exec", dont_inherit=True)


class Finder:
    """Finds the changed module."""

    def __init__(self, mutant: Mutant) -> None:
        folder = PROJECT / "python"
        parts = mutant.path.relative_to(folder).with_suffix("").parts
        self._name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        self._mutant = mutant

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the changed module, and None for all others."""
        if name != self._name:
            return None
        path = str(self._mutant.path)
        return spec_from_file_location(name, path, loader=Loader(name, path, self._mutant.source))


class _Failure:
    """A plugin of pytest that notes the file of the test that failed."""

    def __init__(self) -> None:
        self.file = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.file = report.nodeid.partition("::")[0]


def failure(tests: Sequence[str], mutant: Mutant | None = None) -> str | None:
    """Run tests in a process of their own.

    Args:
        tests: Arguments of pytest.
        mutant: The change of a module.

    Returns:
        The file of the test that failed, `""` where the change breaks an import or a test runs for too long;
        None where all tests passed.
    """
    reader, writer = os.pipe()

    def run() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        if mutant is not None:
            sys.meta_path.insert(0, Finder(mutant))
        failed = _Failure()
        status = pytest.main([*OPTIONS, "-x", *tests], [failed])
        os.write(writer, failed.file.encode())
        return status

    child = _fork(run)
    os.close(writer)
    status = _wait(child)
    with os.fdopen(reader, encoding="utf-8") as file:
        return file.read() if status else None


def import_what_tests_need(tests: Sequence[str]) -> None:
    """Import what these tests import, apart from the package itself, so that a fork needs not.

    Args:
        tests: Arguments of pytest.
    """
    reader, writer = os.pipe()

    def run() -> int:
        status = pytest.main([*OPTIONS, *tests])
        os.write(writer, "\n".join(sys.modules).encode())
        os.close(writer)
        return status

    child = _fork(run)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as names:
        modules = names.read().split("\n")
    if _wait(child) != 0:
        sys.exit(f"the tests fail without a mutant: pytest {' '.join(tests)}")
    for name in modules:
        if name.partition(".")[0] not in ANEW:
            with suppress(Exception):
                importlib.import_module(name)
    # a garbage collection in a fork needs not visit them
    gc.freeze()


def _fork(run: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    status = 1
    try:
        status = int(run())
    finally:
        os._exit(status)


def _wait(child: int) -> int:
    deadline = time.monotonic() + WALL_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            # servers that a failed test left
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            return status
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]
