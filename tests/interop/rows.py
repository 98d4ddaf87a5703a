"""What is run: tables of rows, a check in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from peer_process import Peer

Check: TypeAlias = "Callable[[Peer], Awaitable[None]]"
"""Returns where all is as it has to be; raises whatever a side raises, or CheckFailedError."""


class CheckFailedError(Exception):
    """A side answered, but not with what it had to."""


@dataclass(frozen=True)
class Row:
    """A scenario: its checks by column; a column without one stays empty."""

    name: str
    checks: Mapping[str, Check]


@dataclass(frozen=True)
class Table:
    """Rows of one shape."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]


def expect(what: str, found: object, expected: object) -> None:
    """Compares; a difference fails the check."""
    if found != expected:
        message = f"{what} is {found!r}, not {expected!r}"
        raise CheckFailedError(message)
