"""Coordinate mediation 2.0 and 3.0 in the recipient's role: ask for mediation, and keep the list of DIDs.

The mediator's role is in `pydidcomm.mediator`. The versions differ in names alone; a relationship that was
granted under one is known under the other.

Example:
    >>> from pydidcomm.protocols.coordinate_mediation import CoordinateMediation3, MediateRequest3
    >>> recipient = CoordinateMediation3()
    >>> request = MediateRequest3()
    >>> step = recipient.begin(request, peer="m", to="did:example:m", frm="did:example:a", now=1_000)
    >>> step.send[0].message.type, step.send[0].message.custom_headers, step.thread.state
    ('https://didcomm.org/coordinate-mediation/3.0/mediate-request', {'return_route': 'all'}, 'requested')
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self, cast

from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on

__all__ = [
    "PIURI_2",
    "PIURI_3",
    "CoordinateMediation2",
    "CoordinateMediation3",
    "DidList",
    "Keylist",
    "KeylistQuery",
    "KeylistUpdate",
    "KeylistUpdateResponse",
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
    "Update",
    "Updated",
]

PIURI_2: Final = "https://didcomm.org/coordinate-mediation/2.0"
PIURI_3: Final = "https://didcomm.org/coordinate-mediation/3.0"

_RETURN: Final = {"return_route": "all"}
"""The header of every request: a recipient has no endpoint, so answers come back on the connection."""


@dataclass(frozen=True, slots=True)
class Update:
    """A DID to register or to remove; `action` is "add" or "remove".

    Attributes:
        recipient_did: The DID.
        action: "add" or "remove".
    """

    recipient_did: str
    action: str


@dataclass(frozen=True, slots=True)
class Updated:
    """The result for one DID: "success", "no_change", "client_error" or "server_error".

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
        """Whether the list is as it was asked for."""
        return self.result in {"success", "no_change"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A registered DID."""

    recipient_did: str


@dataclass(frozen=True, slots=True)
class Paginate:
    """The part of a list that is asked for.

    Attributes:
        limit: The most entries.
        offset: The entries to leave out before them.
    """

    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that is answered.

    Attributes:
        count: The entries of this part.
        offset: The entries before this part.
        remaining: The entries after this part.
    """

    count: int
    offset: int
    remaining: int


def _routing_dids(value: object) -> tuple[str, ...]:
    """The routing DIDs of a grant: a string in 2.0, an array in 3.0; some mediators mix them up."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values:
        raise MalformedMessageError(part="message.body.routing_did", reason="neither a DID nor DIDs")
    found = [each for each in cast("list[object]", values) if isinstance(each, str)]
    if len(found) != len(cast("list[object]", values)) or not all(each.startswith("did:") for each in found):
        raise MalformedMessageError(part="message.body.routing_did", reason="not DIDs")
    return tuple(found)


class _Grant(Body):
    """What both versions of a grant have."""

    __slots__ = ()
    routing_did: Any

    @property
    def routing_dids(self) -> tuple[str, ...]:
        """The DIDs to use as service endpoint, in either form.

        Raises:
            MalformedMessageError: There is none.
        """
        return _routing_dids(self.routing_did)


class _Response(Body):
    """What both versions of an answer to updates have."""

    __slots__ = ()
    updated: tuple[Updated, ...]

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Read the body; Veramo writes `updates` in place of `updated`.

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
    """Asks for mediation."""


@dataclass(frozen=True, slots=True)
class MediateDeny2(Body, type=f"{PIURI_2}/mediate-deny"):
    """Mediation is refused."""


@dataclass(frozen=True, slots=True)
class MediateGrant2(_Grant, type=f"{PIURI_2}/mediate-grant"):
    """Mediation is granted.

    Attributes:
        routing_did: The DID to use as service endpoint, as it was written; see `routing_dids`.
    """

    routing_did: Any


@dataclass(frozen=True, slots=True)
class KeylistUpdate(Body, type=f"{PIURI_2}/keylist-update"):
    """Registers and removes DIDs.

    Attributes:
        updates: The changes, in order.
    """

    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class KeylistUpdateResponse(_Response, type=f"{PIURI_2}/keylist-update-response"):
    """The results.

    Attributes:
        updated: The changes, each with its result.
    """

    updated: tuple[Updated, ...]


@dataclass(frozen=True, slots=True)
class KeylistQuery(Body, type=f"{PIURI_2}/keylist-query"):
    """Asks for the list.

    Attributes:
        paginate: The part of the list that is wanted; None for the whole.
    """

    paginate: Paginate | None = None


@dataclass(frozen=True, slots=True)
class Keylist(Body, type=f"{PIURI_2}/keylist"):
    """The list.

    Attributes:
        keys: The registered DIDs.
        pagination: The part of the list that this is; None where it is the whole.
    """

    keys: tuple[Listed, ...]
    pagination: Page | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """The DIDs."""
        return tuple(each.recipient_did for each in self.keys)


@dataclass(frozen=True, slots=True)
class MediateRequest3(Body, type=f"{PIURI_3}/mediate-request"):
    """Asks for mediation."""


@dataclass(frozen=True, slots=True)
class MediateDeny3(Body, type=f"{PIURI_3}/mediate-deny"):
    """Mediation is refused."""


@dataclass(frozen=True, slots=True)
class MediateGrant3(_Grant, type=f"{PIURI_3}/mediate-grant"):
    """Mediation is granted.

    Attributes:
        routing_did: The DIDs to use as service endpoint, as they were written; see `routing_dids`.
    """

    routing_did: Any


@dataclass(frozen=True, slots=True)
class RecipientUpdate(Body, type=f"{PIURI_3}/recipient-update"):
    """Registers and removes DIDs.

    Attributes:
        updates: The changes, in order.
    """

    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class RecipientUpdateResponse(_Response, type=f"{PIURI_3}/recipient-update-response"):
    """The results.

    Attributes:
        updated: The changes, each with its result.
    """

    updated: tuple[Updated, ...]


@dataclass(frozen=True, slots=True)
class RecipientQuery(Body, type=f"{PIURI_3}/recipient-query"):
    """Asks for the list.

    Attributes:
        paginate: The part of the list that is wanted; None for the whole.
    """

    paginate: Paginate | None = None


@dataclass(frozen=True, slots=True)
class DidList(Body, type=f"{PIURI_3}/recipient"):
    """The list.

    Attributes:
        dids: The registered DIDs.
        pagination: The part of the list that this is; None where it is the whole.
    """

    dids: tuple[Listed, ...]
    pagination: Page | None = field(default=None)

    @property
    def entries(self) -> tuple[str, ...]:
        """The DIDs."""
        return tuple(each.recipient_did for each in self.dids)


class _Recipient:
    """What the machines of both versions do."""

    @staticmethod
    def ask(thread: Conversation, body: Body, state: str) -> None:
        """Send a request."""
        thread.send(body, custom_headers=_RETURN)
        thread.set(state)

    @staticmethod
    def granted(thread: Conversation, grant: _Grant) -> None:
        """Report the routing DIDs, and the DID of the mediator, which may have changed with the answer."""
        thread.finish("granted", {"routing_dids": list(grant.routing_dids), "mediator": thread.proved_sender})

    @staticmethod
    def updated(thread: Conversation, response: _Response) -> None:
        """Report the results for what was asked, and no other."""
        asked = {(each["recipient_did"], each["action"]) for each in thread.data["updates"]}
        found = [each for each in response.updated if (each.recipient_did, each.action) in asked]
        thread.finish("updated", tuple(found))

    @staticmethod
    def remember(thread: Conversation, updates: tuple[Update, ...]) -> None:
        """Keep what was asked."""
        thread.set(updates=[{"recipient_did": each.recipient_did, "action": each.action} for each in updates])


class CoordinateMediation2(Protocol, piuri=PIURI_2, roles=("recipient",)):
    """Coordinate mediation 2.0 in the recipient's role.

    Each request is a thread of its own, whose states are "requested", "updating" or "asking", and "done".
    Events: "granted" with `routing_dids` and `mediator`, "denied", "updated" with the `Updated` of the
    request, "listed" with the list, "timeout".
    """

    @begins(role="recipient")
    def request(self, thread: Conversation, request: MediateRequest2) -> None:
        """Ask for mediation."""
        _Recipient.ask(thread, request, "requested")

    @begins(role="recipient")
    def update(self, thread: Conversation, update: KeylistUpdate) -> None:
        """Register and remove DIDs."""
        _Recipient.ask(thread, update, "updating")
        _Recipient.remember(thread, update.updates)

    @begins(role="recipient")
    def query(self, thread: Conversation, query: KeylistQuery) -> None:
        """Ask for the list."""
        _Recipient.ask(thread, query, "asking")

    @on("mediate-grant", role="recipient", state="requested", quiet=True)
    def grant(self, thread: Conversation, grant: MediateGrant2) -> None:
        """End with the routing DIDs."""
        _Recipient.granted(thread, grant)

    @on("mediate-deny", role="recipient", state="requested", quiet=True)
    def deny(self, thread: Conversation, _deny: MediateDeny2) -> None:
        """End without mediation."""
        thread.finish("denied")

    @on("keylist-update-response", role="recipient", state="updating", quiet=True)
    def response(self, thread: Conversation, response: KeylistUpdateResponse) -> None:
        """End with the results."""
        _Recipient.updated(thread, response)

    @on("keylist", role="recipient", state="asking", quiet=True)
    def listed(self, thread: Conversation, found: Keylist) -> None:
        """End with the list."""
        thread.finish("listed", found)


class CoordinateMediation3(Protocol, piuri=PIURI_3, roles=("recipient",)):
    """Coordinate mediation 3.0 in the recipient's role; see `CoordinateMediation2`."""

    @begins(role="recipient")
    def request(self, thread: Conversation, request: MediateRequest3) -> None:
        """Ask for mediation."""
        _Recipient.ask(thread, request, "requested")

    @begins(role="recipient")
    def update(self, thread: Conversation, update: RecipientUpdate) -> None:
        """Register and remove DIDs."""
        _Recipient.ask(thread, update, "updating")
        _Recipient.remember(thread, update.updates)

    @begins(role="recipient")
    def query(self, thread: Conversation, query: RecipientQuery) -> None:
        """Ask for the list."""
        _Recipient.ask(thread, query, "asking")

    @on("mediate-grant", role="recipient", state="requested", quiet=True)
    def grant(self, thread: Conversation, grant: MediateGrant3) -> None:
        """End with the routing DIDs."""
        _Recipient.granted(thread, grant)

    @on("mediate-deny", role="recipient", state="requested", quiet=True)
    def deny(self, thread: Conversation, _deny: MediateDeny3) -> None:
        """End without mediation."""
        thread.finish("denied")

    @on("recipient-update-response", role="recipient", state="updating", quiet=True)
    def response(self, thread: Conversation, response: RecipientUpdateResponse) -> None:
        """End with the results."""
        _Recipient.updated(thread, response)

    @on("recipient", role="recipient", state="asking", quiet=True)
    def listed(self, thread: Conversation, found: DidList) -> None:
        """End with the list."""
        thread.finish("listed", found)
