"""What each operation costs the libraries before this one, interleaved with ours and with the limit."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from contestants import Awaited, Contestant, CoroutineBook, Program
from material import Book, Material, make
from operations import OPERATIONS
from rounds import import_time, measure, on_one_processor
from table import LIMIT, OURS, keep, slower, table

PROMISED = {"sicpa": ["sicpa"], "indicio": ["askar"], "rust": ["didcomm.rs", "affinidi.rs"]}
"""Whom each promise is about: of several the fastest counts."""


def commands(venvs: Path) -> dict[str, list[str]]:
    """The peers' programs, each with what runs it; those that are not installed are left out."""
    here = Path(__file__).parent / "rivals"
    indicio = [str(venvs / "indicio/bin/python"), str(here / "indicio_bench.py")]
    every = {
        "sicpa": [str(venvs / "sicpa/bin/python"), str(here / "sicpa_bench.py")],
        "askar": [*indicio, "askar"],
        "authlib": [*indicio, "authlib"],
        "didcomm.rs": [str(venvs / "rust/fat/didcomm_bench")],
        "affinidi.rs": [str(venvs / "rust/release/affinidi_bench")],
        "node": ["node", str(here / "node_bench.js"), str(venvs / "node")],
        "veramo": ["node", str(here / "veramo_bench.mjs"), str(venvs / "veramo")],
    }
    needed = {name: venvs / name / "installed" for name in ("node", "veramo")}
    found = {name: command for name, command in every.items() if needed.get(name, Path(command[0])).exists()}
    for name in every.keys() - found.keys():
        print(f"{name}: not installed, left out", file=sys.stderr)
    return found


def contestants(material: Material, programs: Path, venvs: Path) -> list[Contestant]:
    """The limit, we with resolvers in Python, and the peers."""
    book = Book(material)
    parsed = CoroutineBook(dict(book.documents), dict(book.secrets))
    peers = [Program(name, command, material) for name, command in commands(venvs).items()]
    limit = Program(LIMIT, [str(programs / LIMIT)], material)
    return [limit, Awaited(OURS, material, parsed, parsed), *peers]


def imports(venvs: Path) -> dict[str, float]:
    """What the import of each package in Python takes, in milliseconds."""
    sicpa, indicio = (str(venvs / peer / "bin/python") for peer in ("sicpa", "indicio"))
    pythons = {
        "from pydidcomm import DIDCommMessaging, Message": sys.executable,
        "import didcomm.pack_encrypted, didcomm.unpack": sicpa,
        "import didcomm_messaging": indicio,
    }
    return {
        statement: import_time(statement, python)
        for statement, python in pythons.items()
        if Path(python).exists()
    }


async def main(options: argparse.Namespace) -> None:
    """Measures, prints both tables and keeps the numbers."""
    chosen = [operation for operation in OPERATIONS if options.only in operation.name]
    on_one_processor()
    material = make("did:example", chosen)
    everybody = contestants(material, options.programs, options.venvs)
    times = await measure(chosen, everybody, options.rounds)
    names = [one.name for one in everybody if one.name != LIMIT]
    for one in everybody:
        if isinstance(one, Program):
            one.close()
    print(table(chosen, times, names))
    print()
    print(slower(chosen, times, [name for name in names if name != OURS], PROMISED))
    if options.only:
        return
    imported = imports(options.venvs)
    keep(options.out / "bench-peers.json", times, {"import_ms": imported})
    print()
    for statement, milliseconds in imported.items():
        print(f"{statement}: {milliseconds:.1f} ms on top of Python")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=Path, help="the folder of the program limit")
    parser.add_argument("venvs", type=Path, help="the folder with an environment for each peer")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", default="", help="part of the names of the operations that are wanted")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
