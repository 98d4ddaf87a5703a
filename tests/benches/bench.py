"""What each operation costs as a multiple of its unavoidable primitives, in one interleaved run."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from contestants import Contestant, Program, ours
from material import make
from operations import OPERATIONS
from rounds import import_time, measure
from table import LIMIT, OURS, import_row, keep, table

COLUMNS = ("core", OURS, "built-in", "sync", "dicts")
LEGEND = f"""
limit: the unavoidable primitives, one after the other; core: the operation in Rust, asked and answered there
{OURS}: awaited from Python, coroutine functions find parsed documents and secrets; built-in: awaited among
did:peer, with InMemorySecrets and LocalResolver; sync: pydidcomm.sync; dicts: as {OURS}, documents as dicts
"""


async def main(options: argparse.Namespace) -> None:
    """Measures, prints the table and keeps the numbers."""
    if hasattr(os, "sched_setaffinity"):
        # one processor for all, so that what else the machine does falls on all
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    material, at_home = make("did:example", OPERATIONS), make("did:peer", OPERATIONS)
    programs = [Program(name, [str(options.programs / name)], material) for name in (LIMIT, "core")]
    contestants: list[Contestant] = [*programs, *ours(material, at_home)]
    times = await measure(OPERATIONS, contestants, options.rounds)
    imported = import_time("pydidcomm")
    for program in programs:
        program.close()
    keep(options.out / "bench.json", times, {"import_ms": imported})
    print(table(OPERATIONS, times, COLUMNS), LEGEND, sep="\n")
    print(import_row(imported))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=Path, help="the folder of the programs limit and core")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
