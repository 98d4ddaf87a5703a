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

import everything
import report
import results
from known_faults import FAULTS
from peer_process import Peer, PeerError, PeerSilentError
from peers import PEERS, Lack
from rows import Cell
from verdicts import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rows import Table


async def run(
    peers: Sequence[Peer], tables: Sequence[Table]
) -> tuple[dict[Cell, Verdict], dict[str, dict[str, str]]]:
    """The verdict of every cell that is run, and the versions of the peers."""
    checks = {
        Cell(row.name, column): check
        for table in tables
        for row in table.rows
        for column, check in row.checks.items()
        if not isinstance(check, Lack)
    }
    present = {peer.implementation.name for peer in peers}
    declared = set[Cell]().union(*(fault.cells() for fault in FAULTS))
    stale = {cell for cell in declared if cell.column.peer in present} - checks.keys()
    if stale:
        message = f"known faults of cells that are not run: {sorted(stale)}"
        raise LookupError(message)
    versions: dict[str, dict[str, str]] = {}
    async with AsyncExitStack() as stack:
        sys.stdout.write(f"pydidcomm {version('pydidcomm')}\n")
        for peer in peers:
            await stack.enter_async_context(peer)
            versions[peer.implementation.name] = await peer.ask("hello")
            told = ", ".join(
                f"{name} {number}" for name, number in versions[peer.implementation.name].items()
            )
            sys.stdout.write(f"{peer.implementation.name}: {told}\n")
        sys.stdout.write("\n")
        verdicts: dict[Cell, Verdict] = {}
        for cell, check in tqdm(checks.items(), unit="check", desc="interop", leave=False):
            verdicts[cell] = await judge(cell, check)
    return verdicts, versions


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
    every = everything.tables(peers)
    try:
        verdicts, versions = asyncio.run(run(peers, every))
    except (PeerError, PeerSilentError) as error:
        sys.exit(f"a peer does not start: {error}")
    for line in report.lines(peers, every, verdicts):
        sys.stdout.write(line + "\n")
    if any(verdict.failure is not None for verdict in verdicts.values()):
        return 1
    results.write(every, versions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
