"""Relationships by their DIDs, in the short form of each."""

from collections.abc import Iterable

from pydidcomm._core import short_form
from pydidcomm.stores.records import Relationship

__all__ = ["best_match", "our_dids", "their_dids"]


def our_dids(relationship: Relationship) -> list[str]:
    """Our DIDs, the current one first."""
    return [short_form(did) for did in (relationship.ours, *reversed(relationship.our_history))]


def their_dids(relationship: Relationship) -> list[str]:
    """The peer's DIDs, the current one first; none if the peer is not known yet."""
    current = () if relationship.theirs is None else (relationship.theirs,)
    return [short_form(did) for did in (*current, *reversed(relationship.their_history))]


def best_match(
    found: Iterable[tuple[int, Relationship]], ours: str, theirs: str | None
) -> Relationship | None:
    """Choose the relationship between two DIDs from relationships with their positions; see `Store.find`."""
    our, their = short_form(ours), None if theirs is None else short_form(theirs)

    def rank(pair: tuple[int, Relationship]) -> tuple[bool, bool, int]:
        position, one = pair
        current = (short_form(one.ours), one.theirs and short_form(one.theirs)) == (our, their)
        return current, one.state != "ended", position

    fitting = [pair for pair in found if our in our_dids(pair[1]) and _fits(pair[1], their)]
    ranked = max(fitting, key=rank, default=None)
    return None if ranked is None else ranked[1]


def _fits(relationship: Relationship, their: str | None) -> bool:
    return relationship.theirs is None if their is None else their in their_dids(relationship)
