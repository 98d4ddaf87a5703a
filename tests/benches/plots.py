"""Cost against the size of the payload, and against the number of recipients."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from operations import Operation
    from rounds import Times


def by_size(path: Path, operations: Sequence[Operation], times: Times, names: Sequence[str]) -> None:
    """Draws the cost of each kind of operation against the bytes in the body."""
    _draw(path, operations, times, names, lambda operation: operation.size, "bytes in the body")


def by_recipients(path: Path, operations: Sequence[Operation], times: Times, names: Sequence[str]) -> None:
    """Draws the cost of each kind of operation against the number of the recipient's keys."""
    _draw(path, operations, times, names, lambda operation: operation.recipients, "keys of the recipient")


def _draw(  # noqa: PLR0913, PLR0917, what both drawings have in common
    path: Path,
    operations: Sequence[Operation],
    times: Times,
    names: Sequence[str],
    place: Callable[[Operation], int],
    label: str,
) -> None:
    kinds = list(dict.fromkeys(_kind(operation) for operation in operations))
    figure = Figure(figsize=(5 * len(kinds), 4.5), layout="tight")
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)
    for panel, kind in zip(panels[0], kinds, strict=True):
        rows = [operation for operation in operations if _kind(operation) == kind]
        for name in names:
            points = [(place(row), median(times[row.name][name])) for row in rows if name in times[row.name]]
            panel.plot(*zip(*points, strict=True), marker="o", markersize=3, label=name)
        panel.set(title=kind, xscale="log", yscale="log", xlabel=label)
        panel.grid(visible=True, which="both", alpha=0.2)
    panels[0][0].set_ylabel("microseconds")
    panels[0][0].legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)  # pyright: ignore[reportUnknownMemberType], matplotlib leaves its keyword arguments without a type


def _kind(operation: Operation) -> str:
    return f"{'authcrypt' if operation.authcrypt else 'anoncrypt'} {operation.kind}"
