"""Every snippet of the README, every example and every notebook is a process that ends well and silently."""

from __future__ import annotations

import doctest
import inspect
from typing import TYPE_CHECKING

import pytest

from support.code_process import pieces
from support.docstrings import EXAMPLES
from support.paths import NOTEBOOKS, ROOT, SUPPORT
from support.processes import QUIET, each_ended, ended

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PROGRAM = str(SUPPORT / "code_process.py")
EACH = """
for name, source in {!r}:
    exec(compile(source, name, "exec"), {{"__name__": "__main__"}})
"""
DOCUMENTS = [ROOT / "README.md", *sorted(NOTEBOOKS.glob("*.ipynb"))]


def program(name: str) -> str:
    """The example of a docstring without what it prints and without what it shows to fail."""
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(EXAMPLES[name]) or "")
    return "".join(example.source for example in examples if example.exc_msg is None)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_ends_well_and_silently(path: Path) -> None:
    assert pieces(path)
    end = ended([PROGRAM, str(path)])
    assert (end.status, end.stderr) == QUIET


def test_every_example_ends_well_and_silently() -> None:
    # several names may have one docstring; ten programs share a process, each with a namespace of its own
    named = {program(name): name for name in EXAMPLES}
    programs = [(name, source) for source, name in named.items()]
    shares = [programs[begin : begin + 10] for begin in range(0, len(programs), 10)]
    ends = each_ended([["-c", EACH.format(share)] for share in shares])
    assert [end[:2] for end in ends] == [QUIET] * len(shares)


def test_a_failing_piece_fails_the_process(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python\nawait x\n```\n", encoding="utf-8")
    end = ended([PROGRAM, str(page)])
    assert end.status == 1
    assert "TypeError" in end.stderr
