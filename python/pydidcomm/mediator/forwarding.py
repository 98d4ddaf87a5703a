"""Forwards: their envelopes go into the queue of the DID that they name. Routing 2.0."""

import json
from typing import Any, Final, NamedTuple, cast

from pydidcomm import Forwarded
from pydidcomm.mediator.records import Arrival, Placed, Placement
from pydidcomm.mediator.storage import MediatorStore
from pydidcomm.mediator.tracing import span
from pydidcomm.mediator.v1_codecs import did_key
from pydidcomm.v1 import V1Forwarded

__all__ = ["Carried", "forward", "is_encrypted", "read_carried", "worst_placement"]

MOST_ENVELOPES: Final = 32
"""Envelopes of one forward: senders attach one, and each is stored for itself."""


class Carried(NamedTuple):
    """What a forward of either version of DIDComm asks for.

    Attributes:
        to: Its `next`, or in DIDComm v1 the did:key of its `to`.
        envelopes: What is attached.
        expires: Its `expires_time`, in seconds since the epoch.
    """

    to: str
    envelopes: tuple[str, ...]
    expires: float | None = None


def read_carried(forwarded: Forwarded | V1Forwarded) -> Carried:
    """What a forward asks for.

    Args:
        forwarded: The forward.
    """
    if isinstance(forwarded, V1Forwarded):
        return Carried(did_key(forwarded.to) or "", (forwarded.text,))
    return Carried(forwarded.next, forwarded.messages, forwarded.expires_time)


async def forward(asked: Carried, store: MediatorStore, *, at: float) -> list[Placed] | None:
    """Store what a forward carries, each envelope as it was attached; None and no envelope past the bound.

    A `please_ack` and a `return_route` of a forward are not honoured: its sender may be anonymous.

    Args:
        asked: What the forward asks for.
        store: The queue.
        at: The time, in seconds since the epoch.
    """
    if len(asked.envelopes) > MOST_ENVELOPES:
        return None
    placed: list[Placed] = []
    for envelope in asked.envelopes:
        arrival = Arrival(next=asked.to, envelope=envelope.encode(), at=at, expires=asked.expires)
        with span("store") as current:
            current.set_attribute("didcomm.size", len(arrival.envelope))
            placed.append(await store.place(arrival))
            current.set_attribute("didcomm.outcome", str(placed[-1].outcome))
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


def worst_placement(placed: list[Placed]) -> Placement:
    """What decides the answer: FULL before every other outcome."""
    outcomes = [each.outcome for each in placed]
    return Placement.FULL if Placement.FULL in outcomes else outcomes[0]
