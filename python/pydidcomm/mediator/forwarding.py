"""Store the envelopes of forwards in the queue of their `next`. Routing 2.0."""

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
"""Envelopes per forward: senders attach one, and each is stored separately."""


class Carried(NamedTuple):
    """The content of a forward of DIDComm v2 or v1.

    Attributes:
        to: `next`, or in DIDComm v1 the did:key of `to`.
        envelopes: The attached envelopes.
        expires: `expires_time`, in seconds since the epoch, or None.
    """

    to: str
    envelopes: tuple[str, ...]
    expires: float | None = None


def read_carried(forwarded: Forwarded | V1Forwarded) -> Carried:
    """Return the content of a forward of either version.

    Args:
        forwarded: The forward.
    """
    if isinstance(forwarded, V1Forwarded):
        return Carried(did_key(forwarded.to) or "", (forwarded.text,))
    return Carried(forwarded.next, forwarded.messages, forwarded.expires_time)


async def forward(asked: Carried, store: MediatorStore, *, at: float) -> list[Placed] | None:
    """Store the envelopes of a forward byte for byte; with too many envelopes store none, and return None.

    `please_ack` and `return_route` of a forward are ignored, as its sender may be anonymous.

    Args:
        asked: The content of the forward.
        store: The store.
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
    """Return whether a text looks like an encrypted envelope, of DIDComm v2 or v1.

    The mediator cannot decrypt it; this check keeps plaintext and signed messages out of the queue.

    Args:
        envelope: The envelope in a forward.
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
    """Return the outcome that decides the reply: `FULL` if there is one, otherwise the first."""
    outcomes = [each.outcome for each in placed]
    return Placement.FULL if Placement.FULL in outcomes else outcomes[0]
