"""Frozen programs: the tools that pack them find the modules that are imported late."""

from __future__ import annotations

import ast
import importlib.metadata
import pkgutil
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pydidcomm
from pydidcomm import compat

pytestmark = pytest.mark.slow

PACKAGE = Path(pydidcomm.__file__).parent
PUBLIC = sorted(
    module.name for module in pkgutil.iter_modules([str(PACKAGE)]) if not module.name.startswith("_")
)


def statements(path: Path) -> set[str]:
    """The modules of the package that import statements name, outside of branches for type checkers."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        waiting += ast.iter_child_nodes(node)
    return {name.removeprefix("pydidcomm.") for name in found if name.startswith("pydidcomm.")}


def test_each_public_module_is_named_by_an_import_statement_that_can_run() -> None:
    assert {"sync", "inspection", "compat", "v1"} <= set(PUBLIC)
    assert "_modules" in statements(PACKAGE / "__init__.py")
    assert set(PUBLIC) - statements(PACKAGE / "_modules.py") == set()


@pytest.mark.parametrize("module", PUBLIC)
def test_each_public_module_is_there_after_importing_the_package_alone(module: str) -> None:
    program = (
        "import sys, pydidcomm; before = {0!r} in dir(pydidcomm); loaded = 'pydidcomm.{0}' in sys.modules\n"
        "print(before, loaded, pydidcomm.{0}.__name__)"
    )
    done = subprocess.run(  # noqa: S603, this interpreter
        [sys.executable, "-c", program.format(module)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False", f"pydidcomm.{module}"]


def hook(package: str, kind: str) -> Any:  # noqa: ANN401, modules or files
    """What the hook of a package names to PyInstaller."""
    # PyInstaller has hooks of its own
    entries = importlib.metadata.entry_points(group="pyinstaller40")
    (entry,) = (entry for entry in entries if entry.module.startswith("pydidcomm."))
    (folder,) = entry.load()()
    return runpy.run_path(str(Path(folder) / f"hook-{package}.py"))[kind]


def test_the_hook_for_pyinstaller_names_each_module_of_compat() -> None:
    found = {
        module.name
        for module in pkgutil.walk_packages(compat.__path__, f"{compat.__name__}.", lambda _: None)
    }
    assert {"pydidcomm.compat.didcomm.message", "pydidcomm.compat.peerdid.dids"} <= found
    assert set(hook("pydidcomm.compat", "hiddenimports")) == found | {compat.__name__}


def test_the_hook_for_pyinstaller_names_the_files_of_the_inspector() -> None:
    files = hook("pydidcomm.cli", "datas")
    assert {Path(source).name for source, _ in files} == {"_inspector.html", "_inspector.js"}
    assert {target for _, target in files} == {"pydidcomm/cli"}


def test_a_stand_in_that_was_not_packed_is_named(tmp_path: Path) -> None:
    program = "import sys, pydidcomm.compat as c\nsys.frozen = True\n"
    program += "c.__path__.clear()\nc.install()\nimport didcomm"
    done = subprocess.run(  # noqa: S603, this interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "the module pydidcomm.compat.didcomm was not found; pack it into the frozen program" in done.stderr
