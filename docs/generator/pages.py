"""Copy documents of the repository to where the site is built from, with links that fit there.

A page may hold directives, each in a line of its own:

    <!-- include: README.md | Installation; Resolvers -->
    <!-- generated: commands -->
    <!-- parts: pydidcomm.agent -->

The first stands for sections of another document, `-` for the text above its first section; the second for a
table of `tables.py`; the third for the names of a package's modules that no page lists.
"""

from __future__ import annotations

import os.path
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from generator.parts import parts
from generator.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
COMPAT = "python/pydidcomm/compat"
WHOLE = {
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "RELEASING.md": "project/releasing.md",
    "tests/README.md": "project/tests.md",
    f"{COMPAT}/MIGRATION.md": "migration/names.md",
    f"{COMPAT}/DIFFERENCES.md": "migration/differences.md",
}
"""Documents outside of `docs` that are pages of the site as they are."""
NAMED_ON = {
    "README.md": "index.md",
    "docs/inspector.html": "inspector.html",
    **{
        f"notebooks/{path.name}": f"tutorials/{path.stem}.md" for path in (ROOT / "notebooks").glob("*.ipynb")
    },
}
"""Where a link to a document goes that is on the site in parts or in another form."""
DIRECTIVE = re.compile(r"^<!-- (include|generated|parts): (.+?) -->$", re.MULTILINE)
FENCE = re.compile(r"^( *```.*?^ *```)$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(([^)\s]+)\)")
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


@cache
def sources() -> dict[str, str]:
    """The place on the site of each document, by its path in the repository."""
    own = {path.relative_to(ROOT).as_posix(): path.relative_to(DOCS).as_posix() for path in pages()}
    return {**NAMED_ON, **WHOLE, **own}


def pages() -> list[Path]:
    """The pages that are written for the site."""
    return sorted(DOCS.rglob("*.md"))


def stage(into: Path) -> None:
    """Write every page below a folder.

    Raises:
        ValueError: A link leads nowhere, or a directive names no section and no table.
    """
    for source, place in sources().items():
        if source in NAMED_ON:
            continue
        target = into / place
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / source).read_text(encoding="utf-8")
        if DOCS in (ROOT / source).parents:
            text = expanded(linked(text, source, place), place)
        else:
            text = linked(text, source, place)
        target.write_text(text, encoding="utf-8")


def expanded(text: str, place: str) -> str:
    """The text with what its directives stand for."""

    def put(match: re.Match[str]) -> str:
        kind, argument = match.groups()
        if kind == "generated":
            if argument not in TABLES:
                message = f"{place}: {argument!r} is not a table; there are {', '.join(TABLES)}"
                raise ValueError(message)
            return TABLES[argument]()
        if kind == "parts":
            return parts(argument)
        source, _, names = argument.partition(" | ")
        return "\n".join(included(source, name.strip(), place) for name in names.split(";"))

    return DIRECTIVE.sub(put, text)


def included(source: str, name: str, place: str) -> str:
    """A section of a document with its heading, or what stands above the first section without the title."""
    found = dict(sections((ROOT / source).read_text(encoding="utf-8")))
    if name not in found:
        message = f"{place}: {source} has no section {name!r}, only {', '.join(found)}"
        raise ValueError(message)
    return linked(found[name], source, place)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """The sections of a document by their names; `-` is what stands above the first."""
    # a fence may hold a line that looks like a heading
    masked = FENCE.sub(lambda match: " " * len(match[0]), text)
    begins = [(match[1], match.start()) for match in SECTION.finditer(masked)]
    ends = [*(start for _, start in begins[1:]), len(text)]
    title_end = text.index("\n") if text.startswith("# ") else 0
    yield "-", text[title_end : begins[0][1] if begins else len(text)].strip() + "\n"
    for (name, start), end in zip(begins, ends, strict=True):
        yield name, text[start:end].strip() + "\n"


def linked(text: str, source: str, place: str) -> str:
    """The text of a document with links to pages of the site; a file that has no page is only named."""
    known = sources()

    def put(match: re.Match[str]) -> str:
        label, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, _, anchor = target.partition("#")
        named = os.path.normpath(Path(source).parent / path)
        if named in known:
            relative = os.path.relpath(known[named], Path(place).parent)
            return f"[{label}]({relative}{'#' if anchor else ''}{anchor})"
        if (ROOT / named).exists():
            return label if "`" in label else f"`{label}`"
        message = f"{source}: the link to {target} leads nowhere"
        raise ValueError(message)

    # every second piece is a block of code
    pieces = FENCE.split(text)
    return "".join(piece if place % 2 else LINK.sub(put, piece) for place, piece in enumerate(pieces))
