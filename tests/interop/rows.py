"""What is run: tables of rows, a check in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from peers import Lack

Check: TypeAlias = "Callable[[], Awaitable[None]]"
"""Returns where all is as it has to be; raises whatever a side raises, or CheckFailedError."""


class CheckFailedError(Exception):
    """A side answered, but not with what it had to."""


class Column(NamedTuple):
    """A peer, and what is done with it."""

    peer: str
    name: str


class Cell(NamedTuple):
    """A row of a column."""

    row: str
    column: Column


@dataclass(frozen=True)
class Row:
    """A scenario.

    Attributes:
        name: Names it among all rows of all tables.
        checks: What is run, by column; where the peer has no such mode, why.
        subject: What it is about, for the table of the documentation.
    """

    name: str
    checks: Mapping[Column, Check | Lack]
    subject: str


@dataclass(frozen=True)
class Table:
    """Rows of one shape."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]


def expect(what: str, found: object, expected: object) -> None:
    """Compares; a difference fails the check."""
    if found != expected:
        message = f"{what} is {found!r}, not {expected!r}"
        raise CheckFailedError(message)
