"""The messages of coordinate mediation 2.0 and 3.0, tolerant of known deviations of mediators.

Example:
    >>> from pydidcomm.protocols.coordination_messages import MediateGrant2
    >>> MediateGrant2.from_body({"routing_did": ["did:example:m"]}).routing_dids
    ('did:example:m',)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self, cast

from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols.body import Body

__all__ = [
    "PIURI_2",
    "PIURI_3",
    "DidList",
    "Grant",
    "Keylist",
    "KeylistQuery",
    "KeylistUpdate",
    "KeylistUpdateResponse",
    "Listed",
    "MediateDeny2",
    "MediateDeny3",
    "MediateGrant2",
    "MediateGrant3",
    "MediateRequest2",
    "MediateRequest3",
    "Page",
    "Paginate",
    "RecipientQuery",
    "RecipientUpdate",
    "RecipientUpdateResponse",
    "Response",
    "Update",
    "Updated",
]

PIURI_2: Final = "https://didcomm.org/coordinate-mediation/2.0"
PIURI_3: Final = "https://didcomm.org/coordinate-mediation/3.0"


@dataclass(frozen=True, slots=True)
class Update:
    """A DID to register or to remove.

    Attributes:
        recipient_did: The DID.
        action: "add" or "remove".
    """

    recipient_did: str
    action: str


@dataclass(frozen=True, slots=True)
class Updated:
    """The result of an update for one DID.

    Attributes:
        recipient_did: The DID.
        action: "add" or "remove".
        result: "success", "no_change", "client_error" or "server_error".
    """

    recipient_did: str
    action: str
    result: str

    @property
    def done(self) -> bool:
        """Whether the list is now as requested."""
        return self.result in {"success", "no_change"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A registered DID.

    Attributes:
        recipient_did: The DID.
    """

    recipient_did: str


@dataclass(frozen=True, slots=True)
class Paginate:
    """The requested part of a list.

    Attributes:
        limit: The maximum number of entries.
        offset: The number of entries to skip.
    """

    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Page:
    """The returned part of a list.

    Attributes:
        count: The number of entries in this part.
        offset: The number of entries before it.
        remaining: The number of entries after it.
    """

    count: int
    offset: int
    remaining: int


_NOT_DIDS: Final = "not a DID or a non-empty array of DIDs"


def _routing_dids(value: object) -> tuple[str, ...]:
    """The routing DIDs of a grant: a string in 2.0, an array in 3.0; some mediators mix them up."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values:
        raise MalformedMessageError(part="message.body.routing_did", reason=_NOT_DIDS)
    found = [each for each in cast("list[object]", values) if isinstance(each, str)]
    if len(found) != len(cast("list[object]", values)) or not all(each.startswith("did:") for each in found):
        raise MalformedMessageError(part="message.body.routing_did", reason=_NOT_DIDS)
    return tuple(found)


class Grant(Body):
    """The part of a grant that both versions share."""

    __slots__ = ()
    routing_did: Any

    @property
    def routing_dids(self) -> tuple[str, ...]:
        """The DIDs to use as service endpoint; the member may be a string or an array.

        Raises:
            MalformedMessageError: There are none, or a value is not a DID.
        """
        return _routing_dids(self.routing_did)


class Response(Body):
    """The part of an update response that both versions share."""

    __slots__ = ()
    updated: tuple[Updated, ...]

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Read the body, also with Veramo's name `updates` for `updated`.

        Args:
            body: The members.

        Raises:
            MalformedMessageError: A member is missing or has another type.
        """
        if "updated" not in body and "updates" in body:
            body = {**body, "updated": body["updates"]}
        return super().from_body(body)


@dataclass(frozen=True, slots=True)
class MediateRequest2(Body, type=f"{PIURI_2}/mediate-request"):
    """A request for mediation."""


@dataclass(frozen=True, slots=True)
class MediateDeny2(Body, type=f"{PIURI_2}/mediate-deny"):
    """Mediation is refused."""


@dataclass(frozen=True, slots=True)
class MediateGrant2(Grant, type=f"{PIURI_2}/mediate-grant"):
    """Mediation is granted.

    Attributes:
        routing_did: The DID to use as service endpoint, as it was written; see `routing_dids`.
    """

    routing_did: Any


@dataclass(frozen=True, slots=True)
class KeylistUpdate(Body, type=f"{PIURI_2}/keylist-update"):
    """A request to register and remove DIDs.

    Attributes:
        updates: The changes, in order.
    """

    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class KeylistUpdateResponse(Response, type=f"{PIURI_2}/keylist-update-response"):
    """The results of an update request.

    Attributes:
        updated: The changes, each with its result.
    """

    updated: tuple[Updated, ...]


@dataclass(frozen=True, slots=True)
class KeylistQuery(Body, type=f"{PIURI_2}/keylist-query"):
    """A request for the list of registered DIDs.

    Attributes:
        paginate: The requested part of the list; None for the whole list.
    """

    paginate: Paginate | None = None


@dataclass(frozen=True, slots=True)
class Keylist(Body, type=f"{PIURI_2}/keylist"):
    """The list of registered DIDs.

    Attributes:
        keys: The registered DIDs.
        pagination: Which part of the list this is; None for the whole list.
    """

    keys: tuple[Listed, ...]
    pagination: Page | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """The registered DIDs."""
        return tuple(each.recipient_did for each in self.keys)


@dataclass(frozen=True, slots=True)
class MediateRequest3(Body, type=f"{PIURI_3}/mediate-request"):
    """A request for mediation."""


@dataclass(frozen=True, slots=True)
class MediateDeny3(Body, type=f"{PIURI_3}/mediate-deny"):
    """Mediation is refused."""


@dataclass(frozen=True, slots=True)
class MediateGrant3(Grant, type=f"{PIURI_3}/mediate-grant"):
    """Mediation is granted.

    Attributes:
        routing_did: The DIDs to use as service endpoint, as they were written; see `routing_dids`.
    """

    routing_did: Any


@dataclass(frozen=True, slots=True)
class RecipientUpdate(Body, type=f"{PIURI_3}/recipient-update"):
    """A request to register and remove DIDs.

    Attributes:
        updates: The changes, in order.
    """

    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class RecipientUpdateResponse(Response, type=f"{PIURI_3}/recipient-update-response"):
    """The results of an update request.

    Attributes:
        updated: The changes, each with its result.
    """

    updated: tuple[Updated, ...]


@dataclass(frozen=True, slots=True)
class RecipientQuery(Body, type=f"{PIURI_3}/recipient-query"):
    """A request for the list of registered DIDs.

    Attributes:
        paginate: The requested part of the list; None for the whole list.
    """

    paginate: Paginate | None = None


@dataclass(frozen=True, slots=True)
class DidList(Body, type=f"{PIURI_3}/recipient"):
    """The list of registered DIDs.

    Attributes:
        dids: The registered DIDs.
        pagination: Which part of the list this is; None for the whole list.
    """

    dids: tuple[Listed, ...]
    pagination: Page | None = field(default=None)

    @property
    def entries(self) -> tuple[str, ...]:
        """The registered DIDs."""
        return tuple(each.recipient_did for each in self.dids)
