"""`__all__`: each public module lists its public names, and each of them exists."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from support.paths import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOM = PACKAGE / "pydidcomm"


def is_public(path: Path) -> bool:
    folders_and_name = path.relative_to(ROOM).with_suffix("").parts
    return not any(part.startswith("_") and part != "__init__" for part in folders_and_name)


def bound(tree: ast.Module) -> Iterator[str]:
    """The names that a module defines or imports at its top."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            yield from (name.id for name in ast.walk(node) if isinstance(name, ast.Name))


def listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


# the names of the package itself come from a table, and `test_package` compares them
MODULES = [path for path in sorted(ROOM.rglob("*.py")) if is_public(path) and path != ROOM / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOM)))
def test_a_public_module_lists_its_names_in_all(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = listed(tree)
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name[0] != "_"
    }
    # a module without definitions of its own has nothing to list
    assert names or not defined, f"{path} has no `__all__`"
    lazy = "__getattr__" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    modules = {each.stem for each in path.parent.iterdir()} if path.name == "__init__.py" else set[str]()
    assert lazy or set(names or ()) <= {*bound(tree), *modules}
