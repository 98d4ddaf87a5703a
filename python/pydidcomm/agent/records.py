"""The records of an agent in its store: invitations, DIDs, mediators, and features of peers."""

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
"""Kind of the records of accepted invitations: message id in lower case to relationship id."""

FEATURES: Final = "features"
"""Kind of the records of disclosed features: relationship id and query to the `disclose` message."""

INVITATION: Final = "invitation"
"""Kind of the records of our invitations, by message id in lower case."""

MEDIATION: Final = "mediation"
"""Kind of the records of our mediators, by DID."""

PROFILE: Final = "envelope-profile"
"""Kind of the records of the envelope profiles of peers, by DID in its short form."""

RECIPIENT: Final = "recipient"
"""Kind of the records of our DIDs behind a mediator: our DID to the DID of the mediator."""

RETIRED: Final = "retired-did"
"""Kind of the records of our unused DIDs, by DID; removed once no mediator lists the DID."""

NAMED: Final = "standing-invitation"
"""Kind of the records of our named invitations: name to message id in lower case."""

OWN_DID: Final = "own-did"
"""Kind of the records of our public DIDs, by name."""


def in_use(did: str) -> tuple[str, str]:
    """Return the entry for `Done.forget` in the first commit that uses a new DID.

    Args:
        did: The DID.
    """
    return RETIRED, did


_MOST_ACCEPTED: Final = 1000
"""The newest relationships that an invitation lists; all of them have its id as `Relationship.invitation`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRecord:
    """An invitation of ours.

    Attributes:
        id: The message id.
        did: The DID of its sender (`from`).
        url: The URL that carries it.
        uses: The number of peers that may still accept it; None for no limit.
        expires: When it expires, in seconds since the epoch, or None.
        accepted: The ids of the relationships that it created.
    """

    id: str
    did: str
    url: str
    uses: int | None = 1
    expires: int | None = None
    accepted: tuple[str, ...] = ()

    def is_open(self, recipient: str, now: int) -> bool:
        """Return whether a message to this DID may accept the invitation.

        Args:
            recipient: The DID that the message was encrypted to.
            now: The time, in seconds since the epoch.
        """
        in_time = self.expires is None or now < self.expires
        return in_time and self.uses != 0 and same_party(recipient, self.did)

    def accepted_by(self, relationship: str) -> "InvitationRecord":
        """Return the invitation after one more peer has accepted it.

        Args:
            relationship: The id of the new relationship.
        """
        uses = None if self.uses is None else self.uses - 1
        return replace(self, uses=uses, accepted=(*self.accepted, relationship)[-_MOST_ACCEPTED:])

    def record(self) -> Record:
        """Return the record to store."""
        return Record(kind=INVITATION, key=self.id.lower(), value=json.dumps(asdict(self)).encode())

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """Return the invitation of a record.

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
        did: The DID that was passed to `Agent.mediate`; `Relationship.theirs` is its current DID.
        relationship: The id of the relationship with the mediator.
        routing_did: The service endpoint of our DIDs; empty until mediation is granted.
        version: The major version of coordinate mediation that the mediator supports.
        order: The mediator with the highest order receives for new DIDs.
    """

    did: str
    relationship: str
    routing_did: str = ""
    version: Literal[2, 3] = 3
    order: int = 0

    def record(self) -> Record:
        """Return the record to store."""
        return Record(kind=MEDIATION, key=self.did, value=json.dumps(asdict(self)).encode())

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """Return the mediator of a record."""
        return cls(**json.loads(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredRecord:
    """A DID of ours that is not in use any more, or not yet.

    Attributes:
        did: The DID.
        since: Since when it is unused, in seconds since the epoch.
        relationship: The id of the relationship that has rotated to another DID: the peer may still write to
            this one until it has confirmed the rotation. None otherwise.
    """

    did: str
    since: int
    relationship: str | None = None

    def record(self) -> Record:
        """Return the record to store."""
        return Record(kind=RETIRED, key=self.did, value=json.dumps(asdict(self)).encode())

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """Return the DID of a record."""
        return cls(**json.loads(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturesRecord:
    """The features that a peer has disclosed.

    Attributes:
        key: The relationship id and the query.
        at: The time of the answer, in seconds since the epoch.
        body: The body of the `disclose` message.
    """

    key: str
    at: int
    body: Mapping[str, Any]

    def record(self) -> Record:
        """Return the record to store."""
        value = json.dumps({"at": self.at, "body": self.body})
        return Record(kind=FEATURES, key=self.key, value=value.encode())

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """Return the features of a record.

        Args:
            record: The record.
        """
        return cls(key=record.key, **json.loads(record.value))
