"""Ids of the stand-in for MongoDB."""

from __future__ import annotations

import secrets
from typing import Self


class ObjectId(str):
    """A random id."""

    __slots__ = ()

    def __new__(cls, text: str | None = None) -> Self:
        """The id of a text, or a new one."""
        return super().__new__(cls, text or secrets.token_hex(12))
