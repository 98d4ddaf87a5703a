"""Forwards: their envelopes go into the queue of the DID that they name. Routing 2.0."""

from typing import Final

from pydidcomm import Forwarded, UnpackResult
from pydidcomm.mediator.records import Arrival, Placed, Placement
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["forward", "worst"]

MOST_ENVELOPES: Final = 32
"""Envelopes of one forward: senders attach one, and each is stored for itself."""


async def forward(
    result: UnpackResult, forwarded: Forwarded, store: MediatorStore, *, at: float
) -> list[Placed] | None:
    """Store what a forward carries, each envelope as it was attached; None and no envelope past the bound.

    A `please_ack` and a `return_route` of a forward are not honoured: its sender may be anonymous.

    Args:
        result: The forward, as `unpack` returned it.
        forwarded: Its parts.
        store: The queue.
        at: The time, in seconds since the epoch.
    """
    if len(forwarded.messages) > MOST_ENVELOPES:
        return None
    expires = result.message.expires_time
    placed: list[Placed] = []
    for envelope in forwarded.messages:
        arrival = Arrival(next=forwarded.next, envelope=envelope.encode(), at=at, expires=expires)
        placed.append(await store.place(arrival))
    return placed


def worst(placed: list[Placed]) -> Placement | None:
    """What decides the answer: FULL before every other outcome, None where nothing was attached."""
    outcomes = [each.outcome for each in placed]
    if Placement.FULL in outcomes:
        return Placement.FULL
    return outcomes[0] if outcomes else None
