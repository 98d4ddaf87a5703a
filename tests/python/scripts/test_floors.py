"""Imports of the sources point down: the script of `make lint`, on small trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import floors

if TYPE_CHECKING:
    from pathlib import Path

FLOORS = """
rust = [["ground"], ["middle"], ["roof", "lib"]]
python = [["_core", "ground"], ["middle"], ["roof"], ["__init__"]]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose imports all point down."""
    files = {
        "tests/floors.toml": FLOORS,
        "src/lib.rs": "pub mod ground;\npub mod middle;\npub mod roof;\n",
        "src/ground.rs": "pub struct Ground;\n",
        "src/middle/mod.rs": "mod part;\n\npub use part::Part;\n",
        "src/middle/part.rs": "use crate::ground::Ground;\n\npub struct Part(Ground);\n",
        "src/roof.rs": "use crate::middle::Part;\n\npub fn roof() -> crate::middle::Part {}\n",
        "python/pydidcomm/__init__.py": 'from pydidcomm.roof import roof\n\n__all__ = ["roof"]\n',
        "python/pydidcomm/_core.pyi": "class Core: ...\n",
        "python/pydidcomm/ground.py": "from pydidcomm._core import Core\n",
        "python/pydidcomm/middle/__init__.py": '__all__ = ["Part"]\nfrom pydidcomm.middle.part import Part\n',
        "python/pydidcomm/middle/part.py": "from pydidcomm import ground\n\n\nclass Part: ...\n",
        "python/pydidcomm/roof.py": "from pydidcomm.middle import Part\n\n\ndef roof() -> Part: ...\n",
    }
    for name, text in files.items():
        write(tmp_path, name, text)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def checked(project: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The faults that the script prints; its status says whether there are any."""
    status = floors.main(project)
    lines = capsys.readouterr().out.splitlines()
    assert status == bool(lines)
    return lines


def test_imports_that_point_down_pass(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(project, capsys) == []


@pytest.mark.parametrize(
    "text",
    [
        "use crate::roof::roof;\n",
        "use crate::{middle::Part, roof};\n",
        "pub fn ground() {\n    super::roof::roof();\n}\n",
        "use super::{\n    roof::{roof as top},\n};\n",
    ],
)
def test_an_upward_import_in_rust_is_reported(
    text: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "src/middle/part.rs", text.replace("super::", "super::super::"))
    assert "rust: middle.part imports roof, which is on a higher floor" in checked(project, capsys)


@pytest.mark.parametrize(
    "text",
    [
        "import pydidcomm.roof\n",
        "from pydidcomm import roof\n",
        "from pydidcomm.roof import roof\n",
        "def ground() -> None:\n    from pydidcomm.roof import roof\n",
    ],
)
def test_an_upward_import_in_python_is_reported(
    text: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "python/pydidcomm/ground.py", text)
    assert "python: ground imports roof, which is on a higher floor" in checked(project, capsys)


def test_a_reexported_name_counts_as_the_module_that_defines_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "src/ground.rs", "use crate::middle::Part;\n")
    write(project, "python/pydidcomm/ground.py", "from pydidcomm.middle import Part\n")
    assert checked(project, capsys) == [
        "rust: ground imports middle.part, which is on a higher floor",
        "rust: a circle of imports: ground, middle.part",
        "python: ground imports middle.part, which is on a higher floor",
        "python: a circle of imports: ground, middle.part",
    ]


def test_a_circle_on_one_floor_is_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "src/middle/other.rs", "use super::part::Part;\n")
    write(project, "src/middle/third.rs", "use super::other;\n")
    write(project, "src/middle/part.rs", "use super::third;\n")
    write(project, "python/pydidcomm/middle/other.py", "from pydidcomm.middle.part import Part\n")
    write(project, "python/pydidcomm/middle/part.py", "from pydidcomm.middle import other\n")
    assert checked(project, capsys) == [
        "rust: a circle of imports: middle.other, middle.part, middle.third",
        "python: a circle of imports: middle.other, middle.part",
    ]


def test_a_module_without_a_floor_is_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "src/shed.rs", "")
    write(project, "python/pydidcomm/shed.py", "")
    assert checked(project, capsys) == [
        "rust: shed has no floor: add it to tests/floors.toml",
        "python: shed has no floor: add it to tests/floors.toml",
    ]


def test_tests_comments_and_types_alone_do_not_count(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = "#[cfg(test)]\nmod tests {\n    use crate::roof::roof;\n}\n"
    write(project, "src/ground.rs", f"//! see crate::roof\npub struct Ground;\n\n{tests}")
    types = "if TYPE_CHECKING:\n    from pydidcomm.roof import roof\n"
    write(project, "python/pydidcomm/ground.py", f"from typing import TYPE_CHECKING\n\n{types}")
    assert checked(project, capsys) == []


def test_the_stub_of_the_compiled_module_is_a_module(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "python/pydidcomm/_core.pyi", "from pydidcomm.roof import roof\n")
    assert "python: _core imports roof, which is on a higher floor" in checked(project, capsys)


@pytest.mark.slow
def test_the_sources_of_this_project_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(floors.PROJECT, capsys) == []
