"""What is in a step of a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydidcomm.protocols import Step


def names(step: Step) -> list[str]:
    """The names of the events."""
    return [event.name for event in step.events]


def code(step: Step) -> str | None:
    """The code of the problem."""
    return None if step.problem is None else step.problem.code
