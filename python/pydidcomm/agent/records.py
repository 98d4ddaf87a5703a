"""What an agent keeps as records of its store: its invitations and its DIDs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, Self

from pydidcomm import same_party
from pydidcomm.stores import Record

__all__ = [
    "ACCEPTED",
    "FEATURES",
    "INVITATION",
    "MEDIATION",
    "NAMED",
    "OWN_DID",
    "PROFILE",
    "RECIPIENT",
    "RETIRED",
    "FeaturesRecord",
    "InvitationRecord",
    "MediationRecord",
    "RetiredRecord",
    "in_use",
]

ACCEPTED: Final = "accepted-invitation"
"""The kind of records with invitations of peers, by message id in lower case: the relationship."""

FEATURES: Final = "features"
"""The kind of records with what peers have disclosed, by relationship and query."""

INVITATION: Final = "invitation"
"""The kind of records with invitations of ours, by message id in lower case."""

MEDIATION: Final = "mediation"
"""The kind of records with our mediators, by DID."""

PROFILE: Final = "envelope-profile"
"""The kind of records with the profiles in which peers read, by DID in its short form."""

RECIPIENT: Final = "recipient"
"""The kind of records with our DIDs that a mediator receives for, by DID: the DID of the mediator."""

RETIRED: Final = "retired-did"
"""The kind of records with our DIDs that are not in use any more, by DID, until no mediator has them."""

NAMED: Final = "standing-invitation"
"""The kind of records with invitations of ours that have a name, by it: the message id."""

OWN_DID: Final = "own-did"
"""The kind of records with our public DIDs, by name."""


def in_use(did: str) -> tuple[str, str]:
    """What the first commit that uses a new DID forgets.

    Args:
        did: The DID.
    """
    return RETIRED, did


_MOST_ACCEPTED: Final = 1000
"""Relationships that an invitation lists; `Relationship.invitation` names it in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRecord:
    """An invitation of ours.

    Attributes:
        id: The message id.
        did: The DID that it names.
        url: The URL that carries it.
        uses: How many peers may still accept it; None for any number.
        expires: Until when, in seconds since the epoch; None for ever.
        accepted: The relationships that it began.
    """

    id: str
    did: str
    url: str
    uses: int | None = 1
    expires: int | None = None
    accepted: tuple[str, ...] = ()

    def is_open(self, recipient: str, now: int) -> bool:
        """Whether a message to this DID may accept it.

        Args:
            recipient: The DID that the message was encrypted to.
            now: The time, in seconds since the epoch.
        """
        in_time = self.expires is None or now < self.expires
        return in_time and self.uses != 0 and same_party(recipient, self.did)

    def accepted_by(self, relationship: str) -> "InvitationRecord":
        """The invitation after it was accepted once more.

        Args:
            relationship: The id of the relationship that it began.
        """
        uses = None if self.uses is None else self.uses - 1
        return replace(self, uses=uses, accepted=(*self.accepted, relationship)[-_MOST_ACCEPTED:])

    def record(self) -> Record:
        """The record to store."""
        return Record(kind=INVITATION, key=self.id.lower(), value=json.dumps(asdict(self)).encode())

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """The invitation of a record.

        Args:
            value: The value of the record.
        """
        stored: dict[str, Any] = json.loads(value)
        stored["accepted"] = tuple(stored["accepted"])
        return cls(**stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationRecord:
    """A mediator of ours.

    Attributes:
        did: Its DID, as the program named it; `Relationship.theirs` has the one that it has rotated to.
        relationship: The id of the relationship with it.
        routing_did: The endpoint of our DIDs; empty before it has granted mediation.
        version: The major version of coordinate mediation that it speaks.
        order: The mediator with the highest one receives for new DIDs.
    """

    did: str
    relationship: str
    routing_did: str = ""
    version: Literal[2, 3] = 3
    order: int = 0

    def record(self) -> Record:
        """The record to store."""
        return Record(kind=MEDIATION, key=self.did, value=json.dumps(asdict(self)).encode())

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """The mediator of a record."""
        return cls(**json.loads(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredRecord:
    """A DID of ours that is not in use any more, or not yet.

    Attributes:
        did: The DID.
        since: From when on, in seconds since the epoch.
        relationship: The relationship in which another one has replaced it: the peer may write to it until
            the peer has confirmed the rotation.
    """

    did: str
    since: int
    relationship: str | None = None

    def record(self) -> Record:
        """The record to store."""
        return Record(kind=RETIRED, key=self.did, value=json.dumps(asdict(self)).encode())

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """The DID of a record."""
        return cls(**json.loads(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturesRecord:
    """What a peer has disclosed.

    Attributes:
        key: The relationship and the query.
        at: When, in seconds since the epoch.
        body: The body of the message.
    """

    key: str
    at: int
    body: Mapping[str, Any]

    def record(self) -> Record:
        """The record to store."""
        value = json.dumps({"at": self.at, "body": self.body})
        return Record(kind=FEATURES, key=self.key, value=value.encode())

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What a record has.

        Args:
            record: The record.
        """
        return cls(key=record.key, **json.loads(record.value))
