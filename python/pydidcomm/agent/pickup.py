"""The versions of Message Pickup, behind one interface."""

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
"""Envelopes per delivery: each may have a megabyte."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """A version of Message Pickup.

    Attributes:
        protocol: The protocol of this version.
        fetch: Returns the request for envelopes (`delivery-request`).
        received: Returns the acknowledgment of envelopes (`messages-received`), given their ids.
        live: Returns the request for live mode (`live-delivery-change`).
        status: Returns the request for the state of the queue (`status-request`).
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
"""The versions, the most widely supported one first."""
