"""Every snippet of the README, every example and every notebook is a process that ends well and silently."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

from code_process import pieces
from processes import HERE, QUIET, each_ended, ended
from test_docstrings import EXAMPLES

ROOT = Path(__file__).parents[2]
PROGRAM = str(HERE / "code_process.py")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "notebooks").glob("*.ipynb"))]


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
    ends = each_ended([["-c", program(name)] for name in EXAMPLES])
    assert {name: end[:2] for name, end in zip(EXAMPLES, ends, strict=True) if end[:2] != QUIET} == {}


def test_a_failing_piece_fails_the_process(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python\nawait x\n```\n", encoding="utf-8")
    end = ended([PROGRAM, str(page)])
    assert end.status == 1
    assert "TypeError" in end.stderr
