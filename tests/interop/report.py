"""The results as text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from known_faults import FAULTS
from rows import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from peer_process import Peer
    from rows import Column, Row, Table
    from verdicts import Verdict

Verdicts: TypeAlias = "Mapping[Cell, Verdict]"

NO_SUCH_MODE = "-"
CELL_WIDTH = 7


def lines(peers: Sequence[Peer], tables: Sequence[Table], verdicts: Verdicts) -> Iterator[str]:
    """The tables, what the peers lack and get wrong, the failures, and the count alone on the last line."""
    for table in tables:
        yield from _matrix(table, verdicts)
    yield f"{NO_SUCH_MODE}  the peer has no such mode"
    for peer in peers:
        reasons = "; ".join(lack.reason for lack in peer.implementation.lacks)
        yield f"   {peer.implementation.name}: {reasons or 'lacks none'}"
    yield ""
    yield "known faults of the peers, and what pydidcomm does in spite of them"
    names = {peer.implementation.name for peer in peers}
    for number, fault in enumerate(FAULTS, 1):
        if names.intersection(fault.peers):
            yield f"  f{number} {', '.join(fault.peers)}: {fault.reason}"
            yield f"      we: {fault.in_spite}"
    yield ""
    failures = {cell: verdict.failure for cell, verdict in verdicts.items() if verdict.failure is not None}
    for cell, failure in failures.items():
        yield f"FAILED {cell.row} | {cell.column.peer} {cell.column.name}"
        yield f"       {failure}"
    yield f"{len(verdicts) - len(failures)} passed, {len(failures)} failed"


def _matrix(table: Table, verdicts: Verdicts) -> Iterator[str]:
    name_width = max(len(table.title), *(len(row.name) for row in table.rows)) + 2
    heads = [(peer, len(list(columns))) for peer, columns in groupby(table.columns, lambda each: each.peer)]
    widths = {column: max(CELL_WIDTH, len(column.name) + 2) for column in table.columns}
    by_peer = {
        peer: sum(width for column, width in widths.items() if column.peer == peer) for peer, _ in heads
    }
    yield (table.title.ljust(name_width) + "".join(peer.ljust(by_peer[peer]) for peer, _ in heads)).rstrip()
    yield (" " * name_width + "".join(column.name.ljust(widths[column]) for column in table.columns)).rstrip()
    yield "-" * (name_width + sum(widths.values()) - 2)
    for row in table.rows:
        cells = (_word(row, column, verdicts).ljust(widths[column]) for column in table.columns)
        yield (row.name.ljust(name_width) + "".join(cells)).rstrip()
    yield ""


def _word(row: Row, column: Column, verdicts: Verdicts) -> str:
    if column not in row.checks:
        return ""
    verdict = verdicts.get(Cell(row.name, column))
    return NO_SUCH_MODE if verdict is None else verdict.word
