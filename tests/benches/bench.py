"""What each operation costs as a multiple of its unavoidable primitives, in one interleaved run."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from contestants import Program, ours, parsed_book
from floor import FLOOR, Floor, on_top_of
from many import Grants, batch, batch_row, processors, spread, spread_row
from material import make
from operations import BY_RECIPIENTS, BY_SIZE, OPERATIONS
from plots import by_recipients, by_size
from rounds import import_time, measure, on_one_processor
from table import LIMIT, OURS, import_row, keep, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contestants import Contestant
    from operations import Operation
    from rounds import Times

COLUMNS = ("core", FLOOR, OURS, "built-in", "sync", "documents", "JWKs", "Message")
PLOTTED = (LIMIT, "core", OURS)
BATCHED = "authcrypt X25519 unpack, first contact"
IMPORTS = ("import pydidcomm", "from pydidcomm import DIDCommMessaging, Message")
"""The second is what a program does: names are loaded when they are asked for."""
LEGEND = f"""
limit      the unavoidable primitives, one after the other, between the plaintext and the text of the wire
core       the operation in Rust, of a message whose body is JSON already, asked and answered there
floor      the limit, and a coroutine method that awaits the same answers and calls one function of C
{OURS}  from Python, awaited, a dict packed, a body read; coroutine functions find parsed documents and keys
built-in   the same among did:peer, with InMemorySecrets and LocalResolver
sync       the same by pydidcomm.sync, with plain functions
documents  as {OURS}, but the documents are dicts, which are read at every call
JWKs       as {OURS}, but the secrets are JWKs, which are parsed once where peers are remembered
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
    floor = Floor(material, parsed_book(material))
    contestants: list[Contestant] = [*programs, *([floor, *faces] if every_face else faces[:1])]
    try:
        times = await measure(operations, contestants, rounds)
        on_top_of(LIMIT, times)
        return times
    finally:
        for program in programs:
            program.close()


@dataclass(frozen=True)
class OnEveryProcessor:
    """What was measured before this process kept to one processor.

    Attributes:
        processors: How many it could use.
        batches: What a message of a batch takes, by the number of threads.
        batch_grants: What the machine granted to two processes in these rounds.
        spread: One message to many keys, by the limit and by pydidcomm.
        spread_grants: The grants of these rounds.
    """

    processors: int
    batches: dict[int, list[float]]
    batch_grants: list[float]
    spread: Times
    spread_grants: list[float]

    def rows(self, limit: float) -> list[str]:
        """What two processors gain; `limit` is the one of a message of the batch."""
        if self.processors == 1:
            return ["threads: not measured, this process may use one processor alone"]
        return [
            batch_row(self.batches, self.batch_grants, limit),
            spread_row(self.spread, self.spread_grants, self.processors),
        ]


async def on_every_processor(options: argparse.Namespace) -> OnEveryProcessor:
    """Measures what threads gain, each round next to what the machine grants to two processes then."""
    grants = Grants(options.programs)
    try:
        batches = await batch(options.rounds, grants)
        many = await spread(options.rounds, options.programs, grants)
    finally:
        grants.close()
    return OnEveryProcessor(processors(), *batches, *many)


async def main(options: argparse.Namespace) -> None:
    """Measures, prints the table, draws, and keeps the numbers."""
    chosen = [operation for operation in OPERATIONS if options.only in operation.name]
    # while this process may still use every processor
    many = None if options.only else await on_every_processor(options)
    on_one_processor()
    times = await measured(chosen, options.programs, options.rounds)
    print(table(chosen, times, COLUMNS), LEGEND, sep="\n")
    if many is None:
        return
    imported = {statement: import_time(statement) for statement in IMPORTS}
    plotted = [*BY_SIZE, *BY_RECIPIENTS]
    drawn = await measured(plotted, options.programs, max(options.rounds // 4, 1), every_face=False)
    keep(
        options.out / "bench.json",
        times | drawn,
        {"import_ms": imported, **asdict(many)},
    )
    by_size(options.out / "by-size.svg", BY_SIZE, drawn, PLOTTED)
    by_recipients(options.out / "by-recipients.svg", BY_RECIPIENTS, drawn, PLOTTED)
    print(*many.rows(median(times[BATCHED][LIMIT])), sep="\n")
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
