"""The README is short and begins with code; `test_documents_as_processes` runs it."""

from __future__ import annotations

import itertools
import re
import tomllib

from support.paths import ROOT

README = ROOT / "README.md"
LINES = README.read_text(encoding="utf-8").splitlines()
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[int, str]]:
    """The Python blocks, each with the number of its first line."""
    text = "\n".join(LINES)
    return [(text.count("\n", 0, match.start(1)) + 1, match[1]) for match in FENCE.finditer(text)]


def test_readme_has_at_most_180_lines_and_code_by_line_25() -> None:
    assert len(LINES) <= 180
    assert blocks()
    assert blocks()[0][0] <= 25


def test_readme_links_to_existing_files() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", "\n".join(LINES)):
        assert (README.parent / target).exists(), target


def test_readme_does_not_name_a_machine() -> None:
    assert not re.search(r"/(home|root|work|tmp|Users)/", "\n".join(LINES))


def test_every_extra_has_a_row_in_the_table() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    header = LINES.index("| extra | brings | installs |")
    rows = itertools.takewhile(lambda line: line.startswith("|"), LINES[header + 2 :])
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted([*named, "all"]) == sorted(project["optional-dependencies"])
