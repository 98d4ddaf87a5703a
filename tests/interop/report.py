"""The results as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from known_faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rows import Table
    from verdicts import Verdict

Verdicts: TypeAlias = "Mapping[tuple[str, str], Verdict]"


def lines(tables: Sequence[Table], verdicts: Verdicts) -> Iterator[str]:
    """The tables, the faults of the peer, the failures, and the count alone on the last line."""
    for table in tables:
        yield from _matrix(table, verdicts)
    yield "known faults of the peer, and what pydidcomm does in spite of them"
    for number, fault in enumerate(FAULTS, 1):
        yield f"  fault {number}: {fault.reason}"
        yield f"           we: {fault.in_spite}"
    yield ""
    failures = {cell: verdict.failure for cell, verdict in verdicts.items() if verdict.failure is not None}
    for (row, column), failure in failures.items():
        yield f"FAILED {row} | {column}"
        yield f"       {failure}"
    yield f"{len(verdicts) - len(failures)} passed, {len(failures)} failed"


def _matrix(table: Table, verdicts: Verdicts) -> Iterator[str]:
    name_width = max(len(table.title), *(len(row.name) for row in table.rows)) + 2
    widths = [len(column) + 2 for column in table.columns]
    heads = (column.ljust(width) for column, width in zip(table.columns, widths, strict=True))
    yield (table.title.ljust(name_width) + "".join(heads)).rstrip()
    yield "-" * (name_width + sum(widths) - 2)
    for row in table.rows:
        words = [verdicts[row.name, column].word if column in row.checks else "" for column in table.columns]
        cells = (word.ljust(width) for word, width in zip(words, widths, strict=True))
        yield (row.name.ljust(name_width) + "".join(cells)).rstrip()
    yield ""
