"""A copy of the project with every violation in it, each behind a switch, compiled once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger_mutants.mutations import RUST_SWITCH, SWITCH, Mutation, sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECK = ("cargo", "check", "--locked", "--no-default-features", "--quiet")
CORE = ("cargo", "test", "--locked", "--no-default-features", "--no-run")
PYTEST = (
    *(sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"),
    *("-k", "not uvloop and not trio"),
)
"""One event loop is enough to see a violation."""
PASSED = (0, 5)
"""The exit codes of tests that passed; pytest exits with 5 where it found no test."""
SECONDS = 300
"""How long the tests of a mutation may take: one that loops counts as noticed."""


@dataclass(frozen=True)
class Tree:
    """The copy.

    Attributes:
        root: The folder of the copy.
        target: The folder where cargo keeps what it builds.
    """

    root: Path
    target: Path

    @classmethod
    def copy(cls, project: Path, folder: Path, mutations: list[Mutation]) -> Tree:
        """Copy the sources of the project, with the mutations in them.

        A file that an earlier copy has in the same form stays as it is, so cargo compiles what changed.

        Raises:
            StaleMutationError: A mutation does not fit.
        """
        tree = cls(folder / "tree", folder / "target")
        mutated = sources(project, mutations)
        library = "src/lib.rs"
        root = mutated.get(library, (project / library).read_text(encoding="utf-8"))
        mutated[library] = f"#![allow(unused)]\n{root}{RUST_SWITCH}"
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)  # noqa: S603, git
        names = [name for name in listed.stdout.split("\0") if name and (project / name).is_file()]
        for name in names:
            text = mutated.get(name)
            content = (project / name).read_bytes() if text is None else text.encode()
            tree._write(name, content, (project / name).stat().st_mode)
        for path in (path for path in tree.root.rglob("*") if path.is_file()):
            # the extension module of an earlier copy is replaced when it is built
            if path.suffix != ".so" and str(path.relative_to(tree.root)) not in names:
                path.unlink()
        return tree

    def _write(self, name: str, content: bytes, mode: int) -> None:
        path = self.root / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        path.chmod(mode)

    @property
    def _environment(self) -> dict[str, str]:
        # without optimisation of our own code: it is compiled once and each test runs a moment
        ours = {"CARGO_TARGET_DIR": str(self.target), "CARGO_PROFILE_DEV_OPT_LEVEL": "0"}
        return os.environ | ours

    def compiles(self) -> bool:
        """Return whether the core compiles with the mutations in it; the compiler prints why not."""
        return subprocess.run(CHECK, cwd=self.root, env=self._environment, check=False).returncode == 0  # noqa: S603, cargo

    def build(self) -> Tests:
        """Compile the tests of the core and the extension module."""
        environment = self._environment
        command = [*CORE, "--message-format", "json-render-diagnostics"]
        built = subprocess.run(  # noqa: S603, cargo
            command, cwd=self.root, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        artifacts = [json.loads(line) for line in built.stdout.splitlines()]
        programs = [each["executable"] for each in artifacts if each.get("executable")]
        wheels = self.target / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        command = [sys.executable, "-m", "maturin", "build", "--quiet", "--out", str(wheels)]
        subprocess.run(command, cwd=self.root, env=environment, check=True)  # noqa: S603, maturin
        (wheel,) = wheels.glob("*.whl")
        shutil.unpack_archive(wheel, wheels, "zip")
        for module in (wheels / "pydidcomm").glob("_core.*"):
            if module.suffix != ".pyi":
                shutil.copy2(module, self.root / "python" / "pydidcomm")
        tests = Tests(self.root, tuple(programs))
        tests.raise_if_another_extension()
        return tests


@dataclass(frozen=True)
class Tests:
    """The compiled tests.

    Attributes:
        root: The folder of the copy.
        programs: The executables of the tests of the core.
    """

    root: Path
    programs: tuple[str, ...]

    def names(self, program: str) -> list[str]:
        """Return the paths of the tests in an executable."""
        command = [program, "--list"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603, our own tests
        return [line.removesuffix(": test") for line in listed.stdout.splitlines() if line.endswith(": test")]

    def raise_if_another_extension(self) -> None:
        """Refuse to run if the Python tests would import an extension module without the switches."""
        command = [sys.executable, "-c", "import pydidcomm._core as core; print(core.__file__)"]
        found = subprocess.run(  # noqa: S603, our own package
            command, cwd=self.root, env=self._environment(""), check=True, capture_output=True, text=True
        )
        module = Path(found.stdout.strip())
        if not module.is_relative_to(self.root) or SWITCH.encode() not in module.read_bytes():
            reason = f"the Python tests import {module}, which does not contain the mutations"
            raise RuntimeError(reason)

    def rust_fails(self, program: str, tests: Sequence[str], mutation: str) -> bool:
        """Return whether one of these tests of the core fails under the mutation."""
        return self._failure([program, "--exact", "--quiet", *tests], mutation) is not None

    def python_fails(self, files: Sequence[str], requirement: str, mutation: str) -> bool:
        """Return whether a Python test in these files that names the requirement fails under the mutation."""
        return self._failure([*PYTEST, "-x", "--requirement", requirement, *files], mutation) is not None

    def faults(
        self, rust: Mapping[str, Sequence[str]], files: Sequence[str], requirements: Sequence[str]
    ) -> list[str]:
        """Return the tests that fail without a mutation, which would count as noticing every mutation.

        Args:
            rust: The paths of tests by their executable.
            files: Files of Python tests.
            requirements: The requirements that a Python test has to name.
        """
        commands = [[program, "--exact", "--quiet", *tests] for program, tests in rust.items() if tests]
        if files:
            named = [f"--requirement={requirement}" for requirement in requirements]
            commands.append([*PYTEST, *named, *files])
        faults: list[str] = []
        for command in commands:
            lines = (self._failure(command, "", seconds=None) or "").splitlines()
            failed = [line.strip() for line in lines if line.startswith(("FAILED", "ERROR", "    "))]
            faults += [f"without a mutation: {line}" for line in failed or lines[-1:]]
        return faults

    def _failure(self, command: Sequence[str], mutation: str, seconds: int | None = SECONDS) -> str | None:
        """Return what the tests printed if one of them failed."""
        try:
            done = subprocess.run(  # noqa: S603, our own tests
                command, cwd=self.root, env=self._environment(mutation), check=False, timeout=seconds,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"    no result after {seconds} seconds"
        return done.stdout if done.returncode not in PASSED else None

    def _environment(self, mutation: str) -> dict[str, str]:
        ours = {"PYTHONPATH": str(self.root / "python"), "PROPTEST_CASES": "8", "RUST_BACKTRACE": "0"}
        return os.environ | ours | {SWITCH: mutation}
