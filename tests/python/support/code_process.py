"""Runs the code of each document from top to bottom in an event loop, as a notebook does: paths."""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import json
import re
import sys
from pathlib import Path
from types import FunctionType

FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pieces(path: Path) -> list[tuple[int, str]]:
    """The Python blocks of a page or the code cells of a notebook, each with the number of its first line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return [(1, "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    return [(text.count("\n", 0, match.start(1)) + 1, match[1]) for match in FENCE.finditer(text)]


async def run(path: Path) -> None:
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    for line, source in pieces(path):
        tree = ast.increment_lineno(ast.parse(source, str(path)), line - 1)
        code = compile(tree, str(path), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        running = FunctionType(code, namespace)()
        if inspect.isawaitable(running):
            await running


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        asyncio.run(run(Path(argument)))
