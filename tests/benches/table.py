"""The table, as text and as JSON."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING, Any

from rounds import ratios

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from operations import Operation
    from rounds import Times

LIMIT = "limit"
OURS = "pydidcomm"
MOST_IMPORT_MS = 15.0


def time(microseconds: float) -> str:
    """A time with three digits that mean something."""
    if microseconds >= 10_000:
        return f"{microseconds / 1000:.1f} ms"
    return f"{microseconds:.0f}" if microseconds >= 1000 else f"{microseconds:.1f}"


def ratio(value: float | None) -> str:
    """A ratio, or a dash where there is none."""
    return "-" if value is None else f"{value:.2f}"


def verdict(promised: float | None, value: float | None, *, at_most: bool) -> str:
    """Whether a promise is kept, with both numbers; empty where nothing was promised."""
    if promised is None or value is None:
        return ""
    kept = value <= promised if at_most else value >= promised
    return f"{'at most' if at_most else 'at least'} {promised:.2f}: {value:.2f} {'yes' if kept else 'NO'}"


def table(operations: Sequence[Operation], times: Times, columns: Sequence[str]) -> str:
    """Each operation: the limit in microseconds, everybody as a multiple of it, and what was promised."""
    head = ["operation", "limit, us", *columns, "promised"]
    rows = [
        [
            operation.name,
            time(median(times[operation.name][LIMIT])),
            *(ratio(ratios(times[operation.name], column, LIMIT)) for column in columns),
            verdict(operation.most, ratios(times[operation.name], OURS, LIMIT), at_most=True),
        ]
        for operation in operations
        if LIMIT in times[operation.name]
    ]
    return aligned([head, *rows])


def slower(
    operations: Sequence[Operation], times: Times, names: Sequence[str], promised: dict[str, list[str]]
) -> str:
    """How many times slower than pydidcomm from Python each peer is, and what was promised.

    `promised` has the peers of each promise, of which the fastest counts.
    """
    head = ["times slower than we are", *names, *(f"promised to {peer}" for peer in promised)]
    rows: list[list[str]] = []
    for operation in operations:
        factors = {name: ratios(times[operation.name], name, OURS) for name in names}
        verdicts: list[str] = []
        for peer, group in promised.items():
            known = [factor for name in group if (factor := factors.get(name)) is not None]
            verdicts.append(verdict(operation.least.get(peer), min(known, default=None), at_most=False))
        rows.append([operation.name, *(ratio(factor) for factor in factors.values()), *verdicts])
    return aligned([head, *rows])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The rows in columns, the first to the left and the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(line.rstrip() for line in lines)


def import_row(statement: str, milliseconds: float) -> str:
    """What an import takes, and what was promised."""
    kept = "yes" if milliseconds <= MOST_IMPORT_MS else "NO"
    return f"{statement}: at most {MOST_IMPORT_MS:.0f} ms on top of Python: {milliseconds:.1f} {kept}"


def keep(path: Path, times: Times, others: dict[str, Any]) -> None:
    """Writes all medians down, in microseconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"microseconds": times, **others}, indent=1), encoding="utf-8")
