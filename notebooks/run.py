"""Runs a notebook from its first cell to its last, prints its conversation and renders it as a web page."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from tqdm import tqdm  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Sequence

# nbformat and nbconvert come without types
FORMAT: Any = nbformat
PAGE: Any = HTMLExporter

NOTEBOOKS = Path(__file__).resolve().parent
# A cell waits for nothing but localhost; one that takes longer hangs.
CELL_TIMEOUT_SECONDS = 60
SAID = re.compile(r"^\w+ -> .*", re.MULTILINE)


class ThisInterpreter(AsyncKernelManager):
    """Starts the kernel of the interpreter that runs this file, whatever else is installed."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401, handed on to the base class
        super().__init__(
            # with no directory to search there is no other kernel
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            # the kernel warns of a connection that other users of the machine can hear
            transport_encryption="auto",
            **settings,
        )


def execute(notebook: nbformat.NotebookNode) -> None:
    """Runs every cell; the outputs land in the notebook.

    Raises:
        CellExecutionError: A cell failed.
    """
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=code_cells, unit="cell", desc="running", leave=False) as progress:

        def advance(cell: nbformat.NotebookNode, **_: object) -> None:
            progress.update(cell.cell_type == "code")

        NotebookClient(
            notebook,
            kernel_name="python3",
            kernel_manager_class=ThisInterpreter,
            timeout=CELL_TIMEOUT_SECONDS,
            resources={"metadata": {"path": str(NOTEBOOKS)}},
            on_cell_complete=advance,
        ).execute()


def conversation(notebook: nbformat.NotebookNode) -> list[str]:
    """What the notebook's people say to each other, line by line."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [line for output in outputs for line in SAID.findall(output.get("text", ""))]


def main(arguments: Sequence[str]) -> int:
    """Runs, prints and renders; 1 where a cell fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path, nargs="?", default=NOTEBOOKS / "tutorial.ipynb")
    parser.add_argument("--into", type=Path, default=NOTEBOOKS.parent / "build", help="where the results go")
    options = parser.parse_args(arguments)
    notebook = FORMAT.read(options.notebook, as_version=4)
    try:
        execute(notebook)
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    options.into.mkdir(parents=True, exist_ok=True)
    executed = options.into / options.notebook.name
    FORMAT.write(notebook, executed)
    page = executed.with_suffix(".html")
    page.write_text(PAGE().from_notebook_node(notebook)[0], encoding="utf-8")
    print(*conversation(notebook), sep="\n")
    print(f"\nThe rendered notebook: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
