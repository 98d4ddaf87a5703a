"""Break each MUST of the ledger on purpose, and report which violations no test of that id notices.

`make mutants-ledger` runs this. It copies the project, puts every mutation of `mutations.toml` behind a
switch, compiles once, and runs for each mutation the tests that name its requirement.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm.auto import tqdm  # type: ignore[import-untyped]

from conformance import Conformance, is_test_of, python_ids
from ledger_mutants.mutations import Mutation, StaleMutationError, read, sources
from ledger_mutants.tree import Tests, Tree

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "target" / "ledger-mutants"


class Run:
    """The tests of each requirement, run under a mutation."""

    def __init__(self, conformance: Conformance, tests: Tests) -> None:
        self._conformance = conformance
        self._tests = tests
        self._paths = {program: tests.names(program) for program in tests.programs}
        self._files: dict[str, list[str]] = {}
        for path in sorted(conformance.tests.glob("python/**/*.py")):
            for requirement in set(python_ids(path)):
                self._files.setdefault(requirement, []).append(f"tests/{path.relative_to(conformance.tests)}")

    def faults(self, mutations: list[Mutation]) -> list[str]:
        """Return the tests of these mutations that fail without a mutation."""
        wanted = {mutation.requirement for mutation in mutations}
        rust = {
            program: sorted({path for each in wanted for path in self._rust(program, each)})
            for program in self._paths
        }
        files = {file for each in wanted for file in self._files.get(each, [])}
        return self._tests.faults(rust, sorted(files), sorted(wanted))

    def is_noticed(self, mutation: Mutation) -> bool:
        """Return whether a test that names the requirement fails under the mutation."""
        for program in self._paths:
            wanted = self._rust(program, mutation.requirement)
            if wanted and self._tests.rust_fails(program, wanted, mutation.name):
                return True
        files = self._files.get(mutation.requirement, [])
        return bool(files) and self._tests.python_fails(files, mutation.requirement, mutation.name)

    def _rust(self, program: str, requirement: str) -> list[str]:
        named = self._conformance.rust_tests(requirement)
        return [path for path in self._paths[program] if any(is_test_of(path, test) for test in named)]


def list_faults(conformance: Conformance, mutations: list[Mutation], without: dict[str, str]) -> list[str]:
    """Return what is wrong with the list itself."""
    broken = {mutation.requirement for mutation in mutations}
    absent = missing(conformance, mutations, without)
    return [
        *(f"{name}: a MUST that a test names has neither a mutation nor a reason" for name in absent),
        *(f"{name}: the ledger has no such requirement" for name in sorted(broken - conformance.known)),
        *(f"{name}: has a mutation, and a reason to have none" for name in sorted(broken & without.keys())),
    ]


def missing(conformance: Conformance, mutations: list[Mutation], without: dict[str, str]) -> list[str]:
    """Return the MUSTs that a test names and that have neither a mutation nor a reason."""
    broken = {mutation.requirement for mutation in mutations}
    musts = [one.name for one in conformance.judged("MUST") if conformance.is_covered(one)]
    return [name for name in musts if name not in broken and name not in without]


def unnoticed(conformance: Conformance, mutations: list[Mutation], only: str) -> list[str]:
    """Compile the project with the mutations, and return which of those in `only` pass."""
    wanted = [mutation for mutation in mutations if mutation.name.startswith(tuple(only.split(",")))]
    tests = Tree.copy(PROJECT, FOLDER, mutations).build()
    run = Run(conformance, tests)
    faults = run.faults(wanted)
    with ThreadPoolExecutor(2) as pool, tqdm(total=len(wanted), unit="mutation") as bar:
        for mutation, is_noticed in zip(wanted, pool.map(run.is_noticed, wanted), strict=True):
            bar.update()
            if not is_noticed:
                change = f"`{mutation.replace}` for `{mutation.find}` in {mutation.file}"
                faults.append(f"{mutation.name}: no test notices {change}")
                bar.write(faults[-1])
    return faults


def main() -> int:
    """Print the violations that no test notices; exit with 1 if there are any."""
    parser = argparse.ArgumentParser(description="Break each MUST of the ledger, and see a test fail.")
    parser.add_argument(
        "--only", default="", help="mutations whose name begins with one of these, separated by commas"
    )
    parser.add_argument(
        "--check", action="store_true", help="only check that each mutation still fits and compiles"
    )
    arguments = parser.parse_args()
    mutations, without = read()
    conformance = Conformance()
    faults = list_faults(conformance, mutations, without)
    try:
        sources(PROJECT, mutations)
    except StaleMutationError as error:
        faults += error.faults
    if arguments.check and not faults and not Tree.copy(PROJECT, FOLDER, mutations).compiles():
        faults.append("the core does not compile with the mutations in it: see above")
    if not arguments.check and not faults:
        faults = unnoticed(conformance, mutations, arguments.only)
    sys.stdout.write("".join(f"fault: {fault}\n" for fault in faults))
    sys.stdout.write(f"mutants of the ledger: {len(mutations)} mutations, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
