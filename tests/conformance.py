"""Report which requirements of the ledger have a test that passed, and why the others have none.

A test names a requirement by its id: `@pytest.mark.spec("JWE-18")` in Python, a comment above the test
in Rust. With `--results FOLDER` only tests that passed in the last runs count: `cargo test` writes
`rust.txt` there (its own output), pytest writes `python.json` (the ids of each test that passed).
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent
# The requirements of the envelope, and those of protocols, agent and mediator.
LEDGERS = ("conformance.toml", "protocols.toml")
# The prefixes that are implemented: in these every MUST has a test or a reason.
IMPLEMENTED = (
    "REQ",
    "MED",
    "ENV",
    "MSG",
    "ADR",
    "ATT",
    "ENC",
    "KID",
    "ALG",
    "JWE",
    "SIG",
    "ROT",
    "TIM",
    "DID",
    "RTE",
)
# The prefixes of protocols and transports: every MUST has a test or a reason; they have no mutants.
PROTOCOLS = (
    "ACK",
    "AGT",
    "AKN",
    "BMSG",
    "CM2",
    "CM3",
    "CMX",
    "DIS",
    "DISC",
    "EMP",
    "ERR",
    "EXT",
    "FUT",
    "I18N",
    "INV",
    "LIVE",
    "LOC",
    "MFW",
    "MHT",
    "OOB",
    "PING",
    "PRF",
    "PRO",
    "PROF",
    "PU3",
    "PU4",
    "QUE",
    "RCPT",
    "REL",
    "RPT",
    "RRT",
    "SEQ",
    "THR",
    "TP",
    "TRC",
    "TRP",
)
# The part of the SHOULDs of these prefixes that has a test.
SHOULD_SHARE = 0.95
LEVELS = {"MUST": "MUST", "MUST NOT": "MUST", "SHOULD": "SHOULD", "SHOULD NOT": "SHOULD", "MAY": "MAY"}
RUST_TEST = re.compile(r"((?:^[ \t]*(?://.*|#\[.*\])\n)+)[ \t]*(?:async )?fn (\w+)", re.MULTILINE)
RUST_PASSED = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. ok$", re.MULTILINE)
ID = re.compile(r"\b[A-Z][A-Z0-9]{1,3}-\d\d\b")


@dataclass(frozen=True)
class Requirement:
    """One requirement of the ledger that concerns a library."""

    name: str
    level: str

    @property
    def prefix(self) -> str:
        return self.name.split("-")[0]


@dataclass(frozen=True)
class Results:
    """The tests that passed in the last runs."""

    rust: frozenset[str]
    """Paths of Rust tests, such as `forgeries::jws::a_test`."""
    python: frozenset[str]
    """Ids that stood on a Python test that passed."""

    @classmethod
    def read(cls, folder: Path) -> Results:
        """Read what `cargo test` and pytest wrote into the folder."""
        rust = (folder / "rust.txt").read_text(encoding="utf-8")
        python = json.loads((folder / "python.json").read_text(encoding="utf-8"))
        return cls(frozenset(RUST_PASSED.findall(rust)), frozenset(python))


class Conformance:
    """The ledger, compared with the tests.

    Args:
        tests: The folder of the tests.
        results: The tests that passed; None counts every test that exists.
    """

    def __init__(self, tests: Path = TESTS, results: Results | None = None) -> None:
        ledger = [entry for name in LEDGERS for entry in _requirements(tests / name)]
        self.known = {entry["id"] for entry in ledger}
        self.required = [
            Requirement(entry["id"], LEVELS[entry["level"]]) for entry in ledger if entry["library"]
        ]
        gaps: dict[str, Any] = tomllib.loads((tests / "conformance-gaps.toml").read_text(encoding="utf-8"))
        self.deviations: dict[str, str] = gaps.pop("deviations", {})
        self.reasons: dict[str, str] = gaps
        self.tests = tests
        self.results = results

    @cached_property
    def named(self) -> set[str]:
        """Every id that a test names."""
        python = (name for path in self.tests.glob("python/**/*.py") for name in python_ids(path))
        return {*python, *(name for names in self._rust.values() for name in names)}

    @cached_property
    def shown(self) -> set[str]:
        """The ids that are named by a test that passed."""
        if self.results is None:
            return self.named
        passed = self.results.rust
        rust = (
            name
            for test, names in self._rust.items()
            if any(is_test_of(path, test) for path in passed)
            for name in names
        )
        return {*rust, *self.results.python}

    def rust_tests(self, requirement: str) -> list[tuple[str, str]]:
        """The module and the name of each Rust test that names the requirement."""
        return [test for test, names in self._rust.items() if requirement in names]

    @cached_property
    def _rust(self) -> dict[tuple[str, str], set[str]]:
        """The ids by the module and the name of each Rust test."""
        prefixes = {name.split("-")[0] for name in self.known}
        found: dict[tuple[str, str], set[str]] = {}
        for path in (*self.tests.glob("core/**/*.rs"), *self.tests.parent.glob("src/**/*.rs")):
            module = path.parent.name if path.stem == "mod" else path.stem
            for test, names in rust_ids(path):
                known = {name for name in names if name.split("-")[0] in prefixes}
                found.setdefault((module, test), set()).update(known)
        return found

    def is_covered(self, requirement: Requirement) -> bool:
        return requirement.name in self.shown and requirement.name not in self.deviations

    def reason(self, requirement: Requirement) -> str:
        """Why the requirement is not met or not tested; empty if the gaps file does not say."""
        name, prefix = requirement.name, requirement.prefix
        return self.deviations.get(name) or self.reasons.get(name) or self.reasons.get(prefix, "")

    def judged(self, level: str) -> list[Requirement]:
        """The requirements of a level in the prefixes that are implemented."""
        return [one for one in self.required if one.level == level and one.prefix in IMPLEMENTED]

    def faults(self) -> Iterator[str]:
        """The reasons why the project may not claim conformance."""
        for name in sorted(self.named - self.known):
            yield f"a test names {name}, which the ledger does not have"
        protocols = (one for one in self.required if one.level == "MUST" and one.prefix in PROTOCOLS)
        for requirement in (*self.judged("MUST"), *protocols):
            if not self.is_covered(requirement) and not self.reason(requirement):
                yield f"{requirement.name} is a MUST without a test that passed and without a reason"
        should = self.judged("SHOULD")
        share = sum(map(self.is_covered, should)) / len(should)
        if share < SHOULD_SHARE:
            yield f"{share:.1%} of the SHOULDs have a test, and the project promises {SHOULD_SHARE:.0%}"
        gaps = {one.name for one in self.required if not self.is_covered(one)}
        for name in self.reasons:
            if "-" in name and name not in gaps:
                yield f"{name} has a reason to be untested, and a test"
        for name in self.deviations:
            if name not in self.shown:
                yield f"{name} deviates from the ledger on purpose, and no test shows how"

    def table(self) -> Iterator[str]:
        """Covered and all requirements, by prefix and level."""
        yield f"{'':6}{'MUST, MUST NOT':>16}{'SHOULD, S. NOT':>16}{'MAY':>8}"
        prefixes = (*IMPLEMENTED, *sorted({one.prefix for one in self.required} - {*IMPLEMENTED}))
        for prefix in prefixes:
            cells: list[str] = []
            for level in ("MUST", "SHOULD", "MAY"):
                rows = [one for one in self.required if (one.prefix, one.level) == (prefix, level)]
                cells.append(f"{sum(map(self.is_covered, rows))} of {len(rows)}" if rows else "")
            yield f"{prefix:6}{cells[0]:>16}{cells[1]:>16}{cells[2]:>8}".rstrip()

    def gaps(self) -> Iterator[str]:
        """The requirements that are not shown or not met on purpose, each with its reason."""
        for requirement in self.required:
            if not self.is_covered(requirement) and requirement.prefix in (*IMPLEMENTED, *PROTOCOLS):
                kind = "deviates: " if requirement.name in self.deviations else ""
                reason = self.reason(requirement) or "no reason given"
                yield f"{requirement.name:8}{requirement.level:8}{kind}{reason}"
        for prefix in sorted({one.prefix for one in self.required} - {*IMPLEMENTED, *PROTOCOLS}):
            rows = [one.name for one in self.required if one.prefix == prefix and not self.is_covered(one)]
            if rows:
                yield f"{prefix:8}{len(rows):<8}{self.reasons.get(prefix, 'no reason given')}"

    def line(self) -> str:
        """The result in one line."""
        must, should = self.judged("MUST"), self.judged("SHOULD")
        musts, shoulds = sum(map(self.is_covered, must)), sum(map(self.is_covered, should))
        unknown = ", ".join(sorted(self.named - self.known)) or "none"
        verb = "name" if self.results is None else "that passed name"
        return (
            f"conformance: tests {verb} {musts} of {len(must)} MUSTs and {shoulds} of {len(should)} SHOULDs; "
            f"deviations: {len(self.deviations)}; unknown ids: {unknown}"
        )


def _requirements(ledger: Path) -> list[dict[str, Any]]:
    """The rows of a ledger."""
    return tomllib.loads(ledger.read_text(encoding="utf-8"))["requirement"] if ledger.exists() else []


def is_test_of(path: str, test: tuple[str, str]) -> bool:
    """Whether a path such as `forgeries::jws::a_test` is that of a test, given by its module and name."""
    module, name = test
    *modules, last = path.split("::")
    return last == name and module in {*modules, "lib", "main"}


def python_ids(path: Path) -> Iterator[str]:
    """The ids in the `spec` marks of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.spec":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def rust_ids(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The name of each test of a module, with the ids in the comment above it."""
    for above in RUST_TEST.finditer(path.read_text(encoding="utf-8")):
        if "#[test]" in above[1]:
            yield above[2], ID.findall(above[1])


def main() -> int:
    """Print the report; exit with 1 if something is missing."""
    parser = argparse.ArgumentParser(description="Report which requirements have a test that passed.")
    parser.add_argument("--results", type=Path, help="the folder with rust.txt and python.json")
    folder: Path | None = parser.parse_args().results
    conformance = Conformance(results=None if folder is None else Results.read(folder))
    write = sys.stdout.write
    for part in (conformance.table(), conformance.gaps(), [conformance.line()]):
        write("\n".join(part) + "\n\n")
    faults = list(conformance.faults())
    write("".join(f"fault: {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
