"""Forwards: their envelopes go into the queue of the DID that they name. Routing 2.0."""

import json
from typing import Any, Final, cast

from pydidcomm import Forwarded, UnpackResult
from pydidcomm.mediator.records import Arrival, Placed, Placement
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["forward", "is_encrypted", "worst"]

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


def is_encrypted(envelope: str) -> bool:
    """Whether a text looks like an encrypted envelope, of DIDComm v2 or v1.

    Only its recipient can open it; this keeps out of the queue what the mediator could read.

    Args:
        envelope: What a forward carries.
    """
    try:
        found: object = json.loads(envelope)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    members = cast("dict[str, Any]", found)
    return isinstance(members.get("protected"), str) and isinstance(members.get("ciphertext"), str)


def worst(placed: list[Placed]) -> Placement:
    """What decides the answer: FULL before every other outcome."""
    outcomes = [each.outcome for each in placed]
    return Placement.FULL if Placement.FULL in outcomes else outcomes[0]
