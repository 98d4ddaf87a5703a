"""Runs a notebook cell by cell as it is; only what it posts over HTTP goes nowhere.

A last cell that its author commented out because it failed is run too, and Bob reads what Alice sent in it.
"""

import ast
import asyncio
import inspect
import json
import os
import sys
from pathlib import Path
from typing import Any

import pydidcomm.compat

FAILED = "# This code fails"
"""How the author marks the cell that the original could not run."""

READ = """
from didcomm.errors import DIDCommError
alice_end_unpack_msg = await unpack(
    resolvers_config=ResolversConfig(secrets_resolver=secrets_resolver, did_resolver=DIDResolverPeerDID()),
    packed_msg=alice_end_packed_msg.packed_msg,
)
assert alice_end_unpack_msg.message.from_prior.iss == alice_did_new
assert alice_end_unpack_msg.message.from_prior.sub is None
assert alice_end_unpack_msg.message.frm is None
"""


def cells(path: Path) -> list[str]:
    """The code of the notebook; the cell that is commented out with its comment signs taken away."""
    notebook: Any = json.loads(path.read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    revived: list[str] = []
    for source in code:
        if source.startswith(FAILED):
            revived += [source.partition("\n")[2].replace("\n#", "\n").removeprefix("#"), READ]
        else:
            revived.append(source)
    return revived


def post(*_arguments: object, **_named: object) -> None:
    """Sends nothing."""


async def run(path: Path) -> int:
    """Runs the cells in one name space and says how many there were."""
    names: dict[str, Any] = {"__name__": "__main__"}
    sources = cells(path)
    for place, source in enumerate(sources):
        code = compile(source, f"{path.name}[{place}]", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done: Any = eval(code, names)  # noqa: S307, what a notebook is for
        if inspect.iscoroutine(done):
            await done
        requests = names.get("requests")
        if requests is not None:
            requests.post = post
    return len(sources)


def main(path: Path, folder: Path) -> None:
    """Runs the notebook in the folder, into which it writes its secrets."""
    os.environ["MPLBACKEND"] = "Agg"
    pydidcomm.compat.install()
    os.chdir(folder)
    count = asyncio.run(run(path))
    sys.stdout.write(f"{count} cells passed\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
