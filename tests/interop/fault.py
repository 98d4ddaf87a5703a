"""What a peer gets wrong."""

from __future__ import annotations

from dataclasses import dataclass

from rows import Cell, Column


@dataclass(frozen=True)
class Fault:
    """A fault of a peer, or of several that have it from one another.

    Attributes:
        peers: Who has it.
        reason: What the peer does.
        in_spite: What we do.
        error: How each cell fails, a regular expression.
        rows: The rows in which it shows.
        columns: The columns of those rows.
    """

    peers: tuple[str, ...]
    reason: str
    in_spite: str
    error: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def cells(self) -> set[Cell]:
        return {
            Cell(row, Column(peer, name)) for peer in self.peers for row in self.rows for name in self.columns
        }
