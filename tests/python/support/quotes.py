"""The messages of a protocol that no library knows: one asks for the price of a thing, the other names it."""

from __future__ import annotations

from dataclasses import dataclass

from pydidcomm.protocols import Body


@dataclass(frozen=True)
class Ask(Body, type="https://example.org/quote/1.0/ask"):
    """What does it cost?"""

    item: str


@dataclass(frozen=True)
class Quote(Body, type="https://example.org/quote/1.0/quote"):
    """So much."""

    price: int
