"""Check that imports point down: none from a higher floor, and no circle of modules.

`make lint` runs this. `floors.toml` lists the floors of `src` and `python/pydidcomm` from the ground up.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
USE = re.compile(r"^\s*(pub(?:\([a-z]+\))? )?use ([^;]+);", re.MULTILINE)
INLINE = re.compile(r"\b((?:crate|super)(?:::\w+)+)")
TESTS = re.compile(r"^#\[cfg\((?:all\()?test\b.*?\]\n(?:#\[.*\]\n)*mod \w+ \{", re.MULTILINE)
COMMENT = re.compile(r"//.*")


@dataclass
class Imports:
    """Which module of one language imports which; a module's name is its path, with dots."""

    of: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def upward(self, floors: list[list[str]]) -> Iterator[str]:
        """Yield each import from a higher floor, and each module without a floor."""
        level = {room: number for number, rooms in enumerate(floors) for room in rooms}
        for module, imported in sorted(self.of.items()):
            floor = _floor(module, level)
            if floor is None:
                yield f"{module} has no floor: add it to tests/floors.toml"
                continue
            for other in sorted(imported):
                above = _floor(other, level)
                if above is not None and above > floor:
                    yield f"{module} imports {other}, which is on a higher floor"

    def circles(self) -> list[list[str]]:
        """Return the groups of modules each of which imports, over others, each other one."""
        reached = {module: self._reached(module) for module in self.of}
        groups = {
            frozenset(other for other in reached[module] if module in reached[other])
            for module in self.of
            if module in reached[module]
        }
        return sorted(sorted(group) for group in groups)

    def _reached(self, start: str) -> set[str]:
        """Return the modules that a module imports, directly or over others."""
        reached: set[str] = set()
        todo = [start]
        while todo:
            for other in self.of.get(todo.pop(), set()) - reached:
                reached.add(other)
                todo.append(other)
        return reached


def _floor(module: str, level: dict[str, int]) -> int | None:
    """Return the floor of the longest listed prefix of a module's name."""
    return next((level[name] for name in _prefixes(module) if name in level), None)


def _prefixes(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:count]) for count in range(len(parts), 0, -1))


def faults(imports: Imports, floors: list[list[str]]) -> Iterator[str]:
    """Yield what points the wrong way."""
    yield from imports.upward(floors)
    yield from (f"a circle of imports: {', '.join(circle)}" for circle in imports.circles())


class Rust:
    """The modules of a crate; a name that a module re-exports counts as the module that defines it."""

    def __init__(self, root: Path) -> None:
        """Read the sources below `root`."""
        self._texts = {
            _name(path, root, {"mod"}): _without_tests(path.read_text(encoding="utf-8"))
            for path in root.rglob("*.rs")
        }
        self._exported = {
            (module, leaf.rpartition("::")[2]): leaf
            for module, text in self._texts.items()
            for public, tree in USE.findall(text)
            if public
            for leaf in _leaves(" ".join(tree.split()))
        }

    def imports(self) -> Imports:
        """Return which module imports which, re-exports left out."""
        imports = Imports()
        for module, text in self._texts.items():
            paths = {
                leaf
                for public, tree in USE.findall(text)
                if not public
                for leaf in _leaves(" ".join(tree.split()))
            }
            paths |= set(INLINE.findall(USE.sub("", text)))
            found = {self._defining(module, path) for path in paths}
            imports.of[module] = {other for other in found if other} - {module}
        return imports

    def _defining(self, module: str, path: str, followed: int = 0) -> str | None:
        """Return the module that defines what a path names, as the path is written in `module`."""
        first, *names = path.split("::")
        here = [] if module == "lib" else module.split(".")
        if first == "crate":
            at: list[str] = []
        elif first == "super":
            at = here[:-1]
            while names[:1] == ["super"]:
                at.pop()
                names.pop(0)
        elif first == "self" or ".".join([*here, first]) in self._texts:
            at = here
            names = names if first == "self" else [first, *names]
        else:
            return None
        for name in names:
            if ".".join([*at, name]) in self._texts:
                at.append(name)
                continue
            leaf = self._exported.get((".".join(at) or "lib", name))
            # each step leads to another module, unless the sources do not compile
            if leaf is not None and followed < len(self._texts):
                return self._defining(".".join(at) or "lib", leaf, followed + 1)
            break
        return ".".join(at)


def _leaves(tree: str) -> Iterator[str]:
    """Yield the paths of a Rust `use` tree, without renames."""
    head, brace, tail = tree.partition("{")
    if not brace:
        yield tree.split(" as ", maxsplit=1)[0].strip()
        return
    depth, part = 0, ""
    for letter in tail.rpartition("}")[0] + ",":
        depth += (letter == "{") - (letter == "}")
        if letter == "," and not depth:
            if part.strip():
                yield from (f"{head.strip()}{leaf}" for leaf in _leaves(part.strip()))
            part = ""
        else:
            part += letter


def _without_tests(text: str) -> str:
    """Return the text without comments and the unit tests at its end."""
    tests = TESTS.search(text)
    return COMMENT.sub("", text[: tests.start()] if tests else text)


class Python:
    """The modules of a package; a name that a folder's `__init__` re-exports counts as its own module."""

    def __init__(self, root: Path) -> None:
        """Read the sources below `root`, the stub of the compiled module included."""
        self._package = root.name
        paths = sorted([*root.rglob("*.py"), *root.rglob("_core.pyi")])
        self._trees = {_name(path, root, {"__init__"}): _tree(path) for path in paths}
        faces = [path for path in root.rglob("__init__.py*") if path.suffix in {".py", ".pyi"}]
        self._exported = {
            (_name(path, root, {"__init__"}), alias.asname or alias.name): (module, alias.name)
            for path in faces
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.ImportFrom) and (module := self._relative(node.module)) is not None
            for alias in node.names
        }

    def imports(self) -> Imports:
        """Return which module imports which when it runs: lazily too, for type checkers alone not."""
        imports = Imports()
        for module, tree in self._trees.items():
            found: set[str] = set()
            listed = _listed(tree)
            for node in _running(tree):
                if isinstance(node, ast.Import):
                    # a package's `__init__` loads its own modules on demand
                    others = {other for each in node.names if (other := self._relative(each.name))}
                    found |= {other for other in others if not self._is_below(other, module)}
                elif isinstance(node, ast.ImportFrom) and (other := self._relative(node.module)):
                    names = {each.name for each in node.names} - listed
                    found |= {self._defining(other, name) for name in names}
            imports.of[module] = (found & self._trees.keys()) - {module}
        return imports

    def _relative(self, name: str | None) -> str | None:
        """Return a module's name without that of the package, or `None` for another package's module."""
        if name == self._package:
            return "__init__"
        package, dot, below = (name or "").partition(".")
        return below if dot and package == self._package else None

    @staticmethod
    def _is_below(other: str, module: str) -> bool:
        return module == "__init__" or other.startswith(f"{module}.")

    def _defining(self, module: str, name: str) -> str:
        """Return the module that a name of a module comes from."""
        for _ in self._trees:
            below = name if module == "__init__" else f"{module}.{name}"
            if below in self._trees:
                return below
            if (module, name) not in self._exported:
                break
            module, name = self._exported[module, name]
        return module


def _name(path: Path, root: Path, faces: set[str]) -> str:
    """Return the name of a file's module: its path below `root` with dots, `lib` or `__init__` at the top."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] in faces and len(parts) > 1 else parts)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and those below it, without the bodies of `if TYPE_CHECKING`."""
    yield node
    skipped: list[ast.stmt] = []
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        skipped = node.body
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _running(child)


def _listed(tree: ast.Module) -> set[str]:
    """Return the names of a module's `__all__`."""
    lists = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return {str(name.value) for each in lists for name in ast.walk(each) if isinstance(name, ast.Constant)}


def main(project: Path = PROJECT) -> int:
    """Print what points the wrong way; return 1 if anything does."""
    listed = tomllib.loads((project / "tests" / "floors.toml").read_text(encoding="utf-8"))
    read = {
        "rust": Rust(project / "src").imports(),
        "python": Python(project / "python" / "pydidcomm").imports(),
    }
    lines = [
        f"{language}: {fault}"
        for language, imports in read.items()
        for fault in faults(imports, listed[language])
    ]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
