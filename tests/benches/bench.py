"""What each operation costs as a multiple of its unavoidable primitives, in one interleaved run."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from contestants import Program, ours
from many import batch, batch_row, processors, spread_row
from material import make
from operations import BY_RECIPIENTS, BY_SIZE, OPERATIONS, TO_MANY
from plots import by_recipients, by_size
from rounds import import_time, measure, on_one_processor
from table import LIMIT, OURS, import_row, keep, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contestants import Contestant
    from operations import Operation
    from rounds import Times

COLUMNS = ("core", OURS, "built-in", "sync", "documents", "Message")
PLOTTED = (LIMIT, "core", OURS)
BATCHED = "authcrypt X25519 unpack, first contact"
IMPORTS = ("import pydidcomm", "from pydidcomm import DIDCommMessaging, Message")
"""The second is what a program does: names are loaded when they are asked for."""
LEGEND = f"""
limit      the unavoidable primitives, one after the other, between the plaintext and the text of the wire
core       the operation in Rust, of a message whose body is JSON already, asked and answered there
{OURS}  from Python, awaited, a dict packed, a body read; coroutine functions find parsed documents and keys
built-in   the same among did:peer, with InMemorySecrets and LocalResolver
sync       the same by pydidcomm.sync, with plain functions
documents  as {OURS}, but the documents are dicts, which are read at every call
Message    as {OURS}, but what is packed is a Message, made for each call
On first contact nothing is remembered of a peer (remember_peers=False), when established all that can be.
"""


async def measured(
    operations: Sequence[Operation], folder: Path, rounds: int, *, every_face: bool = True
) -> Times:
    """The times of the limit, of the core, and of pydidcomm by each of its faces or by the first."""
    material = make("did:example", operations)
    at_home = make("did:peer", operations if every_face else [])
    programs = [Program(name, [str(folder / name)], material) for name in (LIMIT, "core")]
    faces = ours(material, at_home)
    contestants: list[Contestant] = [*programs, *(faces if every_face else faces[:1])]
    try:
        return await measure(operations, contestants, rounds)
    finally:
        for program in programs:
            program.close()


async def main(options: argparse.Namespace) -> None:
    """Measures, prints the table, draws, and keeps the numbers."""
    chosen = [operation for operation in OPERATIONS if options.only in operation.name]
    batches, grants = ({}, []) if options.only else await batch(options.rounds, options.programs)
    # while this process may still use every processor
    available = processors()
    spread = (
        {} if options.only else await measured([TO_MANY], options.programs, options.rounds, every_face=False)
    )
    on_one_processor()
    times = await measured(chosen, options.programs, options.rounds)
    print(table(chosen, times, COLUMNS), LEGEND, sep="\n")
    if options.only:
        return
    imported = {statement: import_time(statement) for statement in IMPORTS}
    plotted = [*BY_SIZE, *BY_RECIPIENTS]
    drawn = await measured(plotted, options.programs, max(options.rounds // 4, 1), every_face=False)
    keep(
        options.out / "bench.json",
        times | drawn,
        {"import_ms": imported, "unpack_many": batches, "two_processes": grants, "spread": spread},
    )
    by_size(options.out / "by-size.svg", BY_SIZE, drawn, PLOTTED)
    by_recipients(options.out / "by-recipients.svg", BY_RECIPIENTS, drawn, PLOTTED)
    print(batch_row(batches, grants, median(times[BATCHED][LIMIT])))
    print(spread_row(TO_MANY.name, spread[TO_MANY.name], available, grants))
    for statement, milliseconds in imported.items():
        print(import_row(statement, milliseconds))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=Path, help="the folder of the programs limit and core")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", help="part of the names of the operations that are wanted")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
