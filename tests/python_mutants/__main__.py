"""Change the Python package on purpose, and report the changes that no test notices.

`make mutants-python` runs this for the protocols and the stores.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tqdm.auto import tqdm  # type: ignore[import-untyped]

from python_mutants.mutations import Mutant, mutants, share
from python_mutants.trial import PROJECT, failure, import_what_tests_need

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = PROJECT / "python/pydidcomm"


@dataclass(frozen=True)
class Area:
    """A folder of the package, and the tests that must notice a change of it.

    Attributes:
        files: Patterns below the package.
        tests: Files of tests.
        options: Further arguments of pytest.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...]


class Run:
    """The mutants of an area, each against the tests that caught others of its module, then against all."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self._caught_by: dict[Path, Counter[str]] = {}

    def is_caught(self, mutant: Mutant) -> bool:
        """Return whether a test notices the mutant."""
        caught_by = self._caught_by.setdefault(mutant.path, self._named_alike(mutant.path))
        for tests in ([file for file, _ in caught_by.most_common(1)], self._area.tests):
            found = failure((*self._area.options, *tests), mutant) if tests else None
            if found is not None:
                caught_by.update([found] if found else [])
                return True
        return False

    def _named_alike(self, path: Path) -> Counter[str]:
        return Counter(test for test in self._area.tests if path.stem.strip("_") in test)


def _tests(folder: str) -> tuple[str, ...]:
    return tuple(
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "tests/python" / folder).glob("test_*.py"))
    )


AREAS = {
    "protocols": Area(
        ("protocols/*.py",), _tests("protocols"), ("-m", "not slow", "-k", "not trio and not uvloop")
    ),
    "memory": Area(
        (
            "stores/*memory*.py",
            *(f"stores/{name}.py" for name in ("_arguments", "_in_order", "_parties", "errors", "records")),
        ),
        ("tests/python/stores/test_stores.py", "tests/python/stores/test_store_model.py"),
        ("-k", "not trio and not Askar"),
    ),
    "askar": Area(
        ("stores/*askar*.py",),
        ("tests/python/stores/test_askar_store.py", "tests/python/stores/test_askar_store_faults.py"),
        ("-k", "not trio and not PostgreSQL and not server"),
    ),
}


def main() -> int:
    """Print the mutants that no test notices, and how many of all are noticed."""
    parser = argparse.ArgumentParser(description="Change the package, and see a test fail.")
    parser.add_argument("areas", nargs="*", default=list(AREAS), help=f"of {', '.join(AREAS)}")
    parser.add_argument("--share", default="0/1", help="the part k of n, as k/n")
    parser.add_argument("--file", default="", help="only files whose path has this text")
    arguments = parser.parse_args()
    for name in arguments.areas:
        area = AREAS[name]
        files = sorted(path for pattern in area.files for path in PACKAGE.glob(pattern))
        files = [path for path in files if arguments.file in str(path)]
        wanted = share([each for path in files for each in mutants(path)], arguments.share)
        import_what_tests_need([*area.options, *area.tests])
        run, missed = Run(area), 0
        bar = tqdm(wanted, unit="mutant", desc=name, mininterval=10)
        for mutant in bar:
            if not run.is_caught(mutant):
                missed += 1
                bar.write(str(mutant))
        if failure([*area.options, *area.tests]) is not None:
            sys.exit("the tests fail without a mutant, since something else changed: the result is void")
        caught = len(wanted) - missed
        sys.stdout.write(f"{name}: {caught} of {len(wanted)} mutants caught, {caught / len(wanted):.1%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
