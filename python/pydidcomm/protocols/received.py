"""`Received`: a received message and its proofs, the input of protocols.

Example:
    >>> from pydidcomm import Message
    >>> from pydidcomm.protocols.received import received_from
    >>> from pydidcomm.sync import DIDCommMessaging
    >>> alice, bob = DIDCommMessaging(), DIDCommMessaging()
    >>> hello = Message(type="https://example.org/greeting/1.0/hello", frm=alice.create_peer_did())
    >>> packed = alice.pack(hello, to=bob.create_peer_did(service_endpoint="https://bob.example"))
    >>> received = received_from(bob.unpack(packed.text), at=1_700_000_000)
    >>> received.sender == received.message.frm, received.trust
    (True, <Trust.AUTHENTICATED: 'authenticated'>)
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from pydidcomm import Message, PeerRotated, UnpackResult

__all__ = ["Change", "Received", "Trust", "received_from"]


class Trust(StrEnum):
    """How well the sender of a message is proved, in rising order."""

    ANONYMOUS = "anonymous"
    AUTHENTICATED = "authenticated"
    SIGNED = "signed"

    def at_least(self, other: "Trust") -> bool:
        """Whether the sender is proved as well as `other` requires.

        Args:
            other: The required trust.
        """
        order = list(Trust)
        return order.index(self) >= order.index(other)


_RETURN_ROUTES: Final = frozenset({"all", "none", "thread"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A proved change of the peer's DID: `UnpackResult.relationship_change` in a form for a store.

    Attributes:
        old: The former DID of the peer.
        new: The new DID of the peer; None if it ended the relationship.
        at: When, in seconds since the epoch; None if the peer gave no time.
        kid: The key of the old DID that signed the change.
    """

    old: str
    new: str | None
    at: int | None
    kid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A received message and its proofs.

    Attributes:
        message: The plaintext message.
        sender: The proved sender, a DID as in `Metadata.sender`; None if no sender is proved.
        recipient: Our DID that the message was encrypted to; None if it was not encrypted.
        trust: How well the sender is proved.
        at: When the message arrived, in seconds since the epoch.
        relationship: The id of the relationship with the sender; None if there is none.
        return_route: "none", "thread" or "all": which answers the sender accepts on its connection.
        connection: The id of the connection that the message arrived on; None if answers cannot use it.
        protect_sender: Whether the envelope hid the sender from all but the recipient.
        change: The proved change of the sender's DID; None if there is none.
        answer_to: The DID to answer to if no sender is proved: for a message attached to an invitation, the
            inviter.
    """

    message: Message
    sender: str | None
    recipient: str | None
    trust: Trust
    at: int
    relationship: str | None = None
    return_route: str = "none"
    connection: str | None = None
    protect_sender: bool = False
    change: Change | None = None
    answer_to: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The object as a JSON object, for a store."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        change = None if self.change is None else asdict(self.change)
        return values | {"message": self.message.as_json(), "change": change}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore the object that `as_dict` returned.

        The store must be trusted, since its content counts as proved.

        Args:
            stored: What `as_dict` returned.
        """
        change = stored["change"]
        values: dict[str, Any] = {
            **stored,
            "message": Message.from_json(stored["message"]),
            "trust": Trust(stored["trust"]),
            "change": None if change is None else Change(**change),
        }
        return cls(**values)

    def as_json(self) -> bytes:
        """The object as JSON text, for a store."""
        return json.dumps(self.as_dict(), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, stored: bytes | str) -> Self:
        """Restore the object that `as_json` returned; see `from_dict`.

        Args:
            stored: What `as_json` returned.
        """
        return cls.from_dict(json.loads(stored))


def received_from(
    result: UnpackResult, *, at: int, relationship: str | None = None, connection: str | None = None
) -> Received:
    """Convert the result of `unpack` to the input of protocols.

    Args:
        result: What `unpack` returned.
        at: When the message arrived, in seconds since the epoch.
        relationship: The id of the relationship with the sender; None if there is none.
        connection: The id of the connection that the message arrived on; None if answers cannot use it.
    """
    metadata = result.metadata
    route = result.message.custom_headers.get("return_route")
    if metadata.non_repudiation:
        trust = Trust.SIGNED
    else:
        trust = Trust.AUTHENTICATED if metadata.authenticated else Trust.ANONYMOUS
    return Received(
        message=result.message,
        sender=result.sender,
        recipient=metadata.recipient,
        trust=trust,
        at=at,
        relationship=relationship,
        return_route=route if isinstance(route, str) and route in _RETURN_ROUTES else "none",
        connection=connection,
        protect_sender=metadata.anonymous_sender,
        change=_change(result),
    )


def _change(result: UnpackResult) -> Change | None:
    change = result.relationship_change
    if change is None:
        return None
    if isinstance(change, PeerRotated):
        return Change(old=change.old, new=change.new, at=change.at, kid=change.kid)
    return Change(old=change.did, new=None, at=change.at, kid=change.kid)
