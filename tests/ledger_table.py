"""Print what the project has for each requirement of the ledgers, as tables in Markdown.

Each requirement has a test, or a gap with its reason, or it is not a matter of a library.
`python tests/ledger_table.py [--out FILE]`.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance import LEDGERS, LEVELS, Conformance, Requirement, python_ids, rust_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLES: Final = {
    "conformance.toml": "Envelopes and messages",
    "protocols.toml": "Protocols, relationships and the mediator",
}
MOST_FILES: Final = 2
"""The files of tests that a row names; others are counted."""


class Ledger:
    """The rows of the ledgers, each with what the tests show.

    Args:
        conformance: The ledgers and the tests that count.
    """

    def __init__(self, conformance: Conformance) -> None:
        self.conformance = conformance
        self._files = test_files(conformance.tests)

    def tables(self) -> Iterator[str]:
        """A summary and the tables of each ledger, a section for each section of its source."""
        kinds = {"test": 0, "deviates": 0, "gap": 0, "not ours": 0}
        parts: list[str] = []
        for name in LEDGERS:
            parts.append(f"## {TITLES[name]}\n")
            for section, entries in self._sections(name).items():
                parts += [f"### {section}\n", "| id | level | requirement | status |\n|---|---|---|---|"]
                for entry in entries:
                    kind, detail = self.status(entry)
                    kinds[kind] += 1
                    cells = (
                        entry["id"],
                        entry["level"],
                        entry["says"],
                        f"{kind}{': ' if detail else ''}{detail}",
                    )
                    parts.append(f"| {' | '.join(map(cell, cells))} |")
                parts.append("")
        counted = ", ".join(f"{kind}: {count}" for kind, count in kinds.items())
        yield f"{sum(kinds.values())} requirements; {counted}.\n"
        yield from parts

    def status(self, entry: dict[str, Any]) -> tuple[str, str]:
        """What the project has for a requirement, and where or why."""
        requirement = Requirement(entry["id"], LEVELS[entry["level"]])
        if requirement.name in self.conformance.deviations:
            return "deviates", self.conformance.deviations[requirement.name]
        if requirement.name in self.conformance.shown:
            files = self._files[requirement.name]
            more = f" and {len(files) - MOST_FILES} more" if len(files) > MOST_FILES else ""
            return "test", ", ".join(f"`{file}`" for file in files[:MOST_FILES]) + more
        if not entry["library"]:
            return "not ours", f"a matter of the {entry['role']}'s program" if entry["role"] != "both" else ""
        return "gap", self.conformance.reason(requirement) or "no test"

    def _sections(self, name: str) -> dict[str, list[dict[str, Any]]]:
        sections: dict[str, list[dict[str, Any]]] = defaultdict(list)
        text = (self.conformance.tests / name).read_text(encoding="utf-8")
        for entry in tomllib.loads(text)["requirement"]:
            sections[entry["section"]].append(entry)
        return sections


def test_files(tests: Path) -> dict[str, list[str]]:
    """The files of tests that name a requirement, by its id."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tests.glob("python/**/test_*.py")):
        for name in sorted({*python_ids(path)}):
            found[name].append(path.relative_to(tests / "python").as_posix())
    for path in sorted((*tests.glob("core/**/*.rs"), *tests.parent.glob("src/**/*.rs"))):
        for name in sorted({name for _, names in rust_ids(path) for name in names}):
            found[name].append(path.relative_to(tests.parent).as_posix())
    return found


def cell(text: str) -> str:
    """A text that stays in its cell, and is no markup but for its code."""
    plain = re.sub(r"([|<>*_\[\]])", r"\\\1", text)
    # in code a backslash would show
    return re.sub(r"`[^`]*`", lambda code: re.sub(r"\\([<>*_\[\]])", r"\1", code[0]), plain)


def main() -> int:
    """Print the tables, or write them into a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="a file in place of stdout")
    out: Path | None = parser.parse_args().out
    text = "\n".join(Ledger(Conformance()).tables()) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
