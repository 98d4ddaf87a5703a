"""A copy of the project with every violation in it, each behind a switch, compiled once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger_mutants.mutations import RUST_SWITCH, SWITCH, Mutation, StaleMutationError, apply

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COPIED = ("src", "tests", "python", "notebooks", "Cargo.toml", "Cargo.lock", "pyproject.toml", "README.md")
CORE = ("cargo", "test", "--locked", "--no-default-features", "--features", "accelerated", "--no-run")
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
    def copy(cls, project: Path, folder: Path) -> Tree:
        """Copy the sources of the project; an earlier copy is replaced."""
        tree = cls(folder / "tree", folder / "target")
        shutil.rmtree(tree.root, ignore_errors=True)
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *COPIED]
        listed = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)  # noqa: S603, git
        for name in filter(None, listed.stdout.split("\0")):
            if (project / name).is_file():
                (tree.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, tree.root / name)
        return tree

    def mutate(self, mutations: list[Mutation]) -> list[str]:
        """Put the mutations into the files, and return why some do not fit."""
        faults: list[str] = []
        for file in sorted({mutation.file for mutation in mutations}):
            path = self.root / file
            try:
                here = [mutation for mutation in mutations if mutation.file == file]
                path.write_text(apply(path.read_text(encoding="utf-8"), here), encoding="utf-8")
            except (StaleMutationError, FileNotFoundError) as error:
                faults.append(str(error))
        with (self.root / "src" / "lib.rs").open("a", encoding="utf-8") as library:
            library.write(RUST_SWITCH)
        return faults

    def build(self) -> Tests:
        """Compile the tests of the core and the extension module."""
        environment = os.environ | {"CARGO_TARGET_DIR": str(self.target)}
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
        return Tests(self.root, tuple(programs))


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

    def rust_fails(self, program: str, tests: Sequence[str], mutation: str) -> bool:
        """Return whether one of these tests of the core fails under the mutation."""
        return self._fails([program, "--exact", "--quiet", *tests], mutation)

    def python_fails(self, files: Sequence[str], requirement: str, mutation: str) -> bool:
        """Return whether a Python test in these files that names the requirement fails under the mutation."""
        pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        return self._fails([*pytest, "--requirement", requirement, *files], mutation)

    def _fails(self, command: list[str], mutation: str) -> bool:
        environment = os.environ | {
            SWITCH: mutation, "PYTHONPATH": str(self.root / "python"), "PROPTEST_CASES": "8",
        }  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603, our own tests
                command, cwd=self.root, env=environment, check=False, capture_output=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0
