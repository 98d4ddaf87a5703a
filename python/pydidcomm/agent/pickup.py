"""The versions of message pickup: codecs over one way to fetch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydidcomm.protocols import Body, Protocol
from pydidcomm.protocols.message_pickup import (
    DeliveryRequest3,
    DeliveryRequest4,
    LiveDeliveryChange3,
    LiveDeliveryChange4,
    MessagePickup3,
    MessagePickup4,
    MessagesReceived3,
    MessagesReceived4,
    StatusRequest3,
    StatusRequest4,
)

__all__ = ["PICKUPS", "Pickup"]

AT_ONCE: Final = 10
"""Envelopes of one delivery: each may have a megabyte."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """A version of message pickup.

    Attributes:
        protocol: Its machine.
        fetch: Makes the request for envelopes.
        received: Makes the acknowledgment of envelopes.
        live: Makes the request for live mode.
        status: Makes the request for the state of the queue.
    """

    protocol: Protocol
    fetch: Callable[[], Body]
    received: Callable[[tuple[str, ...]], Body]
    live: Callable[[], Body]
    status: Callable[[], Body]


PICKUPS: Final = (
    Pickup(
        MessagePickup3(),
        lambda: DeliveryRequest3(AT_ONCE),
        MessagesReceived3,
        lambda: LiveDeliveryChange3(True),  # noqa: FBT003, the one member
        StatusRequest3,
    ),
    Pickup(
        MessagePickup4(),
        lambda: DeliveryRequest4(AT_ONCE),
        MessagesReceived4,
        lambda: LiveDeliveryChange4(True),  # noqa: FBT003
        StatusRequest4,
    ),
)
"""The versions, the one that most mediators speak first."""
