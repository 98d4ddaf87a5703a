"""Turn notebooks that ran into pages, with their pictures as files in the same folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
from nbconvert import MarkdownExporter

from generator.pages import linked

if TYPE_CHECKING:
    from pathlib import Path

# nbformat and nbconvert come without types
FORMAT: Any = nbformat
PAGE: Any = MarkdownExporter
TERMINAL = re.compile(r"\x1b\[[0-9;]*m")


def write_page(notebook: Path, into: Path) -> None:
    """Write a page, its pictures in a folder of its name.

    Raises:
        ValueError: A cell of the notebook did not run, or a link leads nowhere.
    """
    read = FORMAT.read(notebook, as_version=4)
    if any(cell.cell_type == "code" and cell.execution_count is None for cell in read.cells):
        message = f"{notebook}: a cell did not run"
        raise ValueError(message)
    folder = notebook.stem
    text, resources = PAGE().from_notebook_node(
        read, resources={"unique_key": "picture", "output_files_dir": folder}
    )
    into.mkdir(parents=True, exist_ok=True)
    text = linked(TERMINAL.sub("", text), f"notebooks/{notebook.name}", f"{into.name}/{notebook.stem}.md")
    (into / f"{notebook.stem}.md").write_text(text, encoding="utf-8")
    for name, data in resources["outputs"].items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_bytes(data)
