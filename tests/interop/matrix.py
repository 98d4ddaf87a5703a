"""Speaks with other implementations, live and in both directions: `python tests/interop/matrix.py [PEER...]`.

A peer takes part where `make interop-PEER` has installed it; without names, all that are installed do.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING

from tqdm import tqdm  # type: ignore[import-untyped]

import forgeries
import forwards
import peer_dids
import report
import scenarios
import v1_envelopes
from known_faults import FAULTS
from peer_process import Peer, PeerError, PeerSilentError
from peers import IDENTUS, PEERS
from rows import Cell
from verdicts import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rows import Table


async def run(peers: Sequence[Peer], tables: Sequence[Table]) -> dict[Cell, Verdict]:
    """The verdict of every cell that is run."""
    checks = {
        Cell(row.name, column): check
        for table in tables
        for row in table.rows
        for column, check in row.checks.items()
        if check is not None
    }
    present = {peer.implementation.name for peer in peers}
    declared = set[Cell]().union(*(fault.cells() for fault in FAULTS))
    stale = {cell for cell in declared if cell.column.peer in present} - checks.keys()
    if stale:
        message = f"known faults of cells that are not run: {sorted(stale)}"
        raise LookupError(message)
    async with AsyncExitStack() as stack:
        sys.stdout.write(f"pydidcomm {version('pydidcomm')}\n")
        for peer in peers:
            await stack.enter_async_context(peer)
            versions = ", ".join(f"{name} {number}" for name, number in (await peer.ask("hello")).items())
            sys.stdout.write(f"{peer.implementation.name}: {versions}\n")
        sys.stdout.write("\n")
        verdicts: dict[Cell, Verdict] = {}
        for cell, check in tqdm(checks.items(), unit="check", desc="interop", leave=False):
            verdicts[cell] = await judge(cell, check)
    return verdicts


def main() -> int:
    """The exit code: 1 where a check failed."""
    parser = argparse.ArgumentParser(description="Live interoperability, in both directions.")
    names = [each.name for each in PEERS]
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"any of {', '.join(names)}")
    wanted: list[str] = parser.parse_args().peers or names
    for name in wanted:
        if name not in names:
            parser.error(f"no peer {name}")
    asked = [each for each in PEERS if each.name in wanted]
    for each in asked:
        if not each.installed():
            sys.stdout.write(f"{each.name}: skipped, it is not installed\n")
    peers = [Peer(each) for each in asked if each.installed()]
    if not peers:
        return 0
    speaking = [each for each in peers if each.implementation.speaks()]
    of_didcomm = [
        each for each in speaking if not each.implementation.generic and each.implementation is not IDENTUS
    ]
    tables = (
        *scenarios.tables(speaking),
        *forwards.tables(of_didcomm),
        *peer_dids.tables(peers),
        *forgeries.tables(of_didcomm),
        *v1_envelopes.tables(speaking),
    )
    try:
        verdicts = asyncio.run(run(peers, tables))
    except (PeerError, PeerSilentError) as error:
        sys.exit(f"a peer does not start: {error}")
    for line in report.lines(peers, tables, verdicts):
        sys.stdout.write(line + "\n")
    return int(any(verdict.failure is not None for verdict in verdicts.values()))


if __name__ == "__main__":
    sys.exit(main())
