"""Which requirements of the ledger are named by a test, and which are not and why.

A test names a requirement by its id: `@pytest.mark.spec("JWE-18")` in Python, a comment above
the test in Rust.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent
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
# The part of the SHOULDs of these prefixes that has a test.
SHOULD_SHARE = 0.95
LEVELS = {"MUST": "MUST", "MUST NOT": "MUST", "SHOULD": "SHOULD", "SHOULD NOT": "SHOULD", "MAY": "MAY"}
RUST_TEST = re.compile(r"((?:^[ \t]*(?://.*|#\[.*\])\n)+)[ \t]*(?:async )?fn \w+", re.MULTILINE)
ID = re.compile(r"\b[A-Z][A-Z0-9]{1,3}-\d\d\b")


@dataclass(frozen=True)
class Requirement:
    """One requirement of the ledger that concerns a library."""

    name: str
    level: str

    @property
    def prefix(self) -> str:
        return self.name.split("-")[0]


class Conformance:
    """The ledger, held against the tests."""

    def __init__(self, tests: Path = TESTS) -> None:
        ledger = tomllib.loads((tests / "conformance.toml").read_text(encoding="utf-8"))["requirement"]
        self.known = {entry["id"] for entry in ledger}
        self.required = [
            Requirement(entry["id"], LEVELS[entry["level"]]) for entry in ledger if entry["library"]
        ]
        self.reasons: dict[str, str] = tomllib.loads(
            (tests / "conformance-gaps.toml").read_text(encoding="utf-8")
        )
        self.tests = tests

    @cached_property
    def named(self) -> set[str]:
        """Every id that a test names."""
        python = (name for path in self.tests.glob("python/**/*.py") for name in python_ids(path))
        sources = [*self.tests.glob("core/**/*.rs"), *self.tests.parent.glob("src/**/*.rs")]
        prefixes = {name.split("-")[0] for name in self.known}
        rust = (name for path in sources for name in rust_ids(path) if name.split("-")[0] in prefixes)
        return {*python, *rust}

    def is_covered(self, requirement: Requirement) -> bool:
        return requirement.name in self.named

    def reason(self, requirement: Requirement) -> str:
        """Why no test names it; empty where nobody has said so."""
        return self.reasons.get(requirement.name) or self.reasons.get(requirement.prefix, "")

    def judged(self, level: str) -> list[Requirement]:
        """The requirements of a level in the prefixes that are implemented."""
        return [one for one in self.required if one.level == level and one.prefix in IMPLEMENTED]

    def faults(self) -> Iterator[str]:
        """What keeps the project from saying that it conforms."""
        for name in sorted(self.named - self.known):
            yield f"a test names {name}, which the ledger does not have"
        for requirement in self.judged("MUST"):
            if not self.is_covered(requirement) and not self.reason(requirement):
                yield f"{requirement.name} is a MUST without a test and without a reason"
        should = self.judged("SHOULD")
        share = sum(map(self.is_covered, should)) / len(should)
        if share < SHOULD_SHARE:
            yield f"{share:.1%} of the SHOULDs have a test, and {SHOULD_SHARE:.0%} is what we promise"
        gaps = {one.name for one in self.required if not self.is_covered(one)}
        for name in self.reasons:
            if "-" in name and name not in gaps:
                yield f"{name} has a reason to be without a test, and is not without one"

    def table(self) -> Iterator[str]:
        """Covered of all, by prefix and level."""
        yield f"{'':6}{'MUST, MUST NOT':>16}{'SHOULD, S. NOT':>16}{'MAY':>8}"
        prefixes = (*IMPLEMENTED, *sorted({one.prefix for one in self.required} - {*IMPLEMENTED}))
        for prefix in prefixes:
            cells: list[str] = []
            for level in ("MUST", "SHOULD", "MAY"):
                rows = [one for one in self.required if (one.prefix, one.level) == (prefix, level)]
                cells.append(f"{sum(map(self.is_covered, rows))} of {len(rows)}" if rows else "")
            yield f"{prefix:6}{cells[0]:>16}{cells[1]:>16}{cells[2]:>8}".rstrip()

    def gaps(self) -> Iterator[str]:
        """The requirements that no test names, each with its reason."""
        for requirement in self.required:
            if not self.is_covered(requirement) and requirement.prefix in IMPLEMENTED:
                reason = self.reason(requirement) or "no reason given"
                yield f"{requirement.name:8}{requirement.level:8}{reason}"
        for prefix in sorted({one.prefix for one in self.required} - {*IMPLEMENTED}):
            rows = [one.name for one in self.required if one.prefix == prefix and not self.is_covered(one)]
            if rows:
                yield f"{prefix:8}{len(rows):<8}{self.reasons.get(prefix, 'no reason given')}"

    def line(self) -> str:
        """The whole in one line."""
        must, should = self.judged("MUST"), self.judged("SHOULD")
        musts, shoulds = sum(map(self.is_covered, must)), sum(map(self.is_covered, should))
        unknown = ", ".join(sorted(self.named - self.known)) or "none"
        return (
            f"conformance: tests name {musts} of {len(must)} MUSTs and {shoulds} of {len(should)} SHOULDs; "
            f"unknown ids: {unknown}"
        )


def python_ids(path: Path) -> Iterator[str]:
    """The ids in the `spec` marks of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.spec":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def rust_ids(path: Path) -> Iterator[str]:
    """The ids in the comments above the tests of a module."""
    for above in RUST_TEST.finditer(path.read_text(encoding="utf-8")):
        if "#[test]" in above[1]:
            yield from ID.findall(above[1])


def main() -> int:
    """Print the report; the exit status says whether it is good."""
    conformance = Conformance()
    write = sys.stdout.write
    for part in (conformance.table(), conformance.gaps(), [conformance.line()]):
        write("\n".join(part) + "\n\n")
    faults = list(conformance.faults())
    write("".join(f"fault: {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
