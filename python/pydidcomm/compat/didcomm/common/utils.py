"""A search that several libraries import from here."""

from collections.abc import Callable, Iterable
from typing import TypeVar

__all__ = ["search_first_in_iterable"]

T = TypeVar("T")


def search_first_in_iterable(
    it: Iterable[T], cond: Callable[[T], object], not_found_default: T | None = None
) -> T | None:
    """Return the first entry that meets the condition."""
    return next((entry for entry in it if cond(entry)), not_found_default)
