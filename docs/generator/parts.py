"""The names of a package's modules that no page of the reference lists."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
REFERENCE: Final = ROOT / "docs" / "reference"
PLACE: Final = re.compile(r"^::: (\S+)$", re.MULTILINE)
PARTS: Final = re.compile(r"^<!-- parts: (\S+) -->$", re.MULTILINE)


def listed() -> list[str]:
    """The names and modules that the pages of the reference list, with those of their directives."""
    written, packages = listed_by_hand(), list[str]()
    for page in sorted(REFERENCE.glob("*.md")):
        packages += PARTS.findall(page.read_text(encoding="utf-8"))
    return [*written, *(name for package in packages for name in unlisted(package))]


def listed_by_hand() -> list[str]:
    """The names and modules that the pages of the reference list."""
    pages = sorted(REFERENCE.glob("*.md"))
    return [name for page in pages for name in PLACE.findall(page.read_text(encoding="utf-8"))]


def parts(package: str) -> str:
    """The lines of a page for the modules of a package."""
    return "\n".join(f"::: {name}\n" for name in unlisted(package))


def unlisted(package: str) -> Iterator[str]:
    """The names of the package's modules that no page lists, by module or as names of the package."""
    known = {*listed_by_hand()}
    folder = ROOT / "python" / package.replace(".", "/")
    for path in sorted(folder.glob("[!_]*.py")):
        module = f"{package}.{path.stem}"
        for name in exported(path) if module not in known else ():
            if not known & {f"{module}.{name}", f"{package}.{name}"}:
                yield f"{module}.{name}"


def exported(path: Path) -> list[str]:
    """The names in `__all__` of a module."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return []
