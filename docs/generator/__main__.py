"""Writes the pages of the site: `python -m generator FOLDER NOTEBOOK...`, with docs on the path."""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

from generator.notebooks import write_page
from generator.pages import ROOT, stage
from generator.tables import MEASURED
from pydidcomm.cli._page import empty_page

EXAMPLE = re.compile(r"^( *)Example:$", re.MULTILINE)


def main() -> None:
    """Write the pages, the notebooks, the measurements and the sources of the reference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("into", type=Path, help="the folder, which is emptied")
    parser.add_argument("notebooks", type=Path, nargs="*", help="notebooks that ran")
    options = parser.parse_args()
    into: Path = options.into
    shutil.rmtree(into, ignore_errors=True)
    pages = into / "pages"
    stage(pages)
    for notebook in options.notebooks:
        write_page(notebook, pages / "tutorials")
    for picture in MEASURED.glob("by-*.svg"):
        (pages / "measured").mkdir(exist_ok=True)
        shutil.copy(picture, pages / "measured")
    (pages / "inspector.html").write_text(empty_page(), encoding="utf-8")
    copy_sources(into / "sources" / "pydidcomm")


def copy_sources(into: Path) -> None:
    """Copy the package, with the heading under which mkdocstrings shows examples as code."""
    package = ROOT / "python" / "pydidcomm"
    for path in [*package.rglob("*.py"), *package.rglob("*.pyi")]:
        target = into / path.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        target.write_text(EXAMPLE.sub(r"\1Examples:", text), encoding="utf-8")


if __name__ == "__main__":
    main()
