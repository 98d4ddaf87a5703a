"""Speaks with SICPA's didcomm, live and in both directions: `python tests/interop/matrix.py --sicpa PYTHON`.

PYTHON is the interpreter of a virtual environment in which sicpa/requirements.txt is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm  # type: ignore[import-untyped]

import forgeries
import peer_dids
import report
import scenarios
from known_faults import FAULTS
from peer_process import Peer, PeerError, PeerSilentError
from verdicts import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rows import Table


async def run(python: Path, tables: Sequence[Table]) -> dict[tuple[str, str], Verdict]:
    """The verdict of every cell, by row and column."""
    checks = {
        (row.name, column): check
        for table in tables
        for row in table.rows
        for column, check in row.checks.items()
    }
    stale = set[tuple[str, str]]().union(*(fault.cells() for fault in FAULTS)) - checks.keys()
    if stale:
        message = f"known faults of cells that are not there: {sorted(stale)}"
        raise LookupError(message)
    async with Peer(python) as peer:
        versions = {"pydidcomm": version("pydidcomm"), **await peer.ask("hello")}
        sys.stdout.write(", ".join(f"{name} {number}" for name, number in versions.items()) + "\n\n")
        with tqdm(total=len(checks), unit="check", desc="interop", leave=False) as progress:
            verdicts: dict[tuple[str, str], Verdict] = {}
            for (row, column), check in checks.items():
                verdicts[row, column] = await judge(peer, row, column, check)
                progress.update()
    return verdicts


def main() -> int:
    """The exit code: 1 where a check failed."""
    parser = argparse.ArgumentParser(
        description="Live interoperability with PyPI didcomm, in both directions."
    )
    parser.add_argument("--sicpa", required=True, type=Path, metavar="PYTHON", help="the peer's interpreter")
    python: Path = parser.parse_args().sicpa
    if not python.is_file():
        parser.error(f"no interpreter at {python}: install tests/interop/sicpa/requirements.txt there")
    tables = (scenarios.table(), peer_dids.table(), forgeries.table())
    try:
        verdicts = asyncio.run(run(python, tables))
    except (PeerError, PeerSilentError) as error:
        sys.exit(f"the peer does not start: {error}")
    for line in report.lines(tables, verdicts):
        sys.stdout.write(line + "\n")
    return int(any(verdict.failure is not None for verdict in verdicts.values()))


if __name__ == "__main__":
    sys.exit(main())
