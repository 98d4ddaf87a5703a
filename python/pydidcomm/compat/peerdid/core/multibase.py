"""Multibase text in base58, through the package base58."""

from enum import Enum

import base58

__all__ = ["MultibaseFormat", "from_base58", "to_base58"]


class MultibaseFormat(Enum):
    """A kind of multibase, by its prefix."""

    BASE58 = "z"


def from_base58(base58encoded: str) -> bytes:
    """Decode base58btc.

    Raises:
        ValueError: The text is malformed.
    """
    return base58.b58decode(base58encoded)


def to_base58(value: bytes) -> str:
    """Encode bytes in base58btc."""
    return base58.b58encode(value).decode()
