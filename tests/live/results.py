"""What came of the talks: printed, and kept in `results.json`, of which the documentation makes its table."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from live.peer_process import PeerError, PeerSilentError
from live.peers import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from live.peers import LivePeer

FILE = Path(__file__).resolve().parent / "results.json"
MARKS = {"yes": "yes", "no": "NO", "lacks": "-"}

# two wallets make a connection, and each waits up to ten seconds for a message
SECONDS = 60.0
LONGEST_REASON = 300


@dataclass
class Outcome:
    """What a peer did: for each column "yes", "no" or "lacks", with the reason or a remark.

    Attributes:
        peer: The peer.
        versions: Its version, and that of its runtime.
        cells: By column, the word and the reason.
    """

    peer: LivePeer
    versions: dict[str, str]
    cells: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    async def attempt(self, column: str, talk: Callable[[], Awaitable[str | None]]) -> bool:
        """Try a column; the talk returns a remark."""
        lack = self.peer.lacks.get(column)
        if lack is not None:
            self.cells[column] = ("lacks", lack)
            return False
        try:
            with anyio.fail_after(SECONDS):
                remark = await talk()
        except Exception as error:  # noqa: BLE001, the table has what went wrong
            reason = (
                str(error)
                if isinstance(error, PeerError | PeerSilentError)
                else f"{type(error).__name__}: {error}"
            )
            self.cells[column] = ("no", " ".join(reason.split())[:LONGEST_REASON])
            return False
        self.cells[column] = ("yes", remark or "")
        return True

    def skip(self) -> None:
        """Fill in the columns that were not reached."""
        for column in COLUMNS:
            lack = self.peer.lacks.get(column)
            self.cells.setdefault(column, ("no", "not reached") if lack is None else ("lacks", lack))

    def text(self) -> str:
        """The outcome in lines."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines = [f"\n{self.peer.title}: {self.peer.scenario} ({versions})"]
        for column in COLUMNS:
            word, reason = self.cells[column]
            lines.append(f"  {column:14} {MARKS[word]:4} {reason}".rstrip())
        return "\n".join(lines) + "\n"


def keep(outcomes: Iterable[Outcome]) -> None:
    """Write outcomes in the place of those of the same peers and scenarios; others stay."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
    rows = {(row["peer"], row["scenario"]): row for row in found}
    for outcome in outcomes:
        rows[outcome.peer.title, outcome.peer.scenario] = {
            "peer": outcome.peer.title,
            "scenario": outcome.peer.scenario,
            "versions": outcome.versions,
            "cells": {column: list(outcome.cells[column]) for column in COLUMNS},
        }
    ordered = [rows[key] for key in sorted(rows)]
    FILE.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
