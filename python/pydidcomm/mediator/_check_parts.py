"""Constants and helpers of the conformance suite."""

from typing import Final

__all__ = ["ALL", "BOB", "CAROL", "NOW", "require"]


NOW: Final = 1_700_000_000.0
BOB: Final = "did:example:bob"
CAROL: Final = "did:example:carol"
ALL: Final = 1_000_000
"""More messages and bytes than a check stores."""


def require(condition: object, rule: str) -> None:
    """Raise an AssertionError if a rule does not hold."""
    if not condition:
        message = f"the store violates a rule: {rule}"
        raise AssertionError(message)
