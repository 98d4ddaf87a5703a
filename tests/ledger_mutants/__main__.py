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
from ledger_mutants.mutations import Mutation, read
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

    def is_noticed(self, mutation: Mutation) -> bool:
        """Return whether a test that names the requirement fails under the mutation."""
        named = self._conformance.rust_tests(mutation.requirement)
        for program, paths in self._paths.items():
            wanted = [path for path in paths if any(is_test_of(path, test) for test in named)]
            if wanted and self._tests.rust_fails(program, wanted, mutation.name):
                return True
        files = self._files.get(mutation.requirement, [])
        return bool(files) and self._tests.python_fails(files, mutation.requirement, mutation.name)


def missing(conformance: Conformance, mutations: list[Mutation], without: dict[str, str]) -> list[str]:
    """Return the MUSTs that a test names and that have neither a mutation nor a reason."""
    broken = {mutation.requirement for mutation in mutations}
    musts = [one.name for one in conformance.judged("MUST") if conformance.is_covered(one)]
    return [name for name in musts if name not in broken and name not in without]


def main() -> int:
    """Print the violations that no test notices; exit with 1 if there are any."""
    parser = argparse.ArgumentParser(description="Break each MUST of the ledger, and see a test fail.")
    parser.add_argument("--only", default="", help="requirements whose id begins with this")
    parser.add_argument("--check", action="store_true", help="only check that each mutation still fits")
    arguments = parser.parse_args()
    mutations, without = read()
    conformance = Conformance()
    tree = Tree.copy(PROJECT, FOLDER)
    faults = tree.mutate(mutations)
    absent = missing(conformance, mutations, without)
    sys.stdout.write(f"MUSTs without a mutation: {len(absent)} {' '.join(absent)}\n")
    if not arguments.check and not faults:
        wanted = [mutation for mutation in mutations if mutation.requirement.startswith(arguments.only)]
        tests = tree.build()
        faults += tests.faults()
        run = Run(conformance, tests)
        with ThreadPoolExecutor(2) as pool:
            noticed = list(tqdm(pool.map(run.is_noticed, wanted), total=len(wanted), unit="mutation"))
        faults += [
            f"{mutation.name}: no test notices `{mutation.replace}` for `{mutation.find}` in {mutation.file}"
            for mutation, is_noticed in zip(wanted, noticed, strict=True)
            if not is_noticed
        ]
        sys.stdout.write(f"mutants of the ledger: {sum(noticed)} of {len(wanted)} noticed\n")
    sys.stdout.write("".join(f"fault: {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
