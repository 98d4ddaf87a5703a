"""Coordinate mediation 2.0 and 3.0 in the recipient's role: request mediation, and update the list of DIDs.

The mediator's role is in `pydidcomm.mediator`. The two versions differ only in names.

Example:
    >>> from pydidcomm.protocols.coordinate_mediation import CoordinateMediation3, MediateRequest3
    >>> recipient = CoordinateMediation3()
    >>> request = MediateRequest3()
    >>> step = recipient.begin(request, peer="m", to="did:example:m", frm="did:example:a", now=1_000)
    >>> step.send[0].message.type, step.send[0].message.custom_headers, step.thread.state
    ('https://didcomm.org/coordinate-mediation/3.0/mediate-request', {'return_route': 'all'}, 'requested')
"""

from typing import Final

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.coordination_messages import (
    PIURI_2,
    PIURI_3,
    DidList,
    Grant,
    Keylist,
    KeylistQuery,
    KeylistUpdate,
    KeylistUpdateResponse,
    MediateDeny2,
    MediateDeny3,
    MediateGrant2,
    MediateGrant3,
    MediateRequest2,
    MediateRequest3,
    Page,
    Paginate,
    RecipientQuery,
    RecipientUpdate,
    RecipientUpdateResponse,
    Response,
    Update,
    Updated,
)
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

_RETURN: Final = {"return_route": "all"}
"""The header of every request: a recipient has no endpoint, so answers come back on the connection."""


class _Recipient:
    """The steps that both versions share."""

    @staticmethod
    def ask(thread: Conversation, body: Body, state: str) -> None:
        """Send a request."""
        thread.send(body, custom_headers=_RETURN)
        thread.set(state)

    @staticmethod
    def granted(thread: Conversation, grant: Grant) -> None:
        """Report the routing DIDs, and the DID of the mediator, which may have changed with the answer."""
        thread.finish("granted", {"routing_dids": list(grant.routing_dids), "mediator": thread.proved_sender})

    @staticmethod
    def updated(thread: Conversation, response: Response) -> None:
        """Report the results of the requested updates; results for other DIDs are dropped."""
        asked = {(each["recipient_did"], each["action"]) for each in thread.data["updates"]}
        found = [each for each in response.updated if (each.recipient_did, each.action) in asked]
        thread.finish("updated", tuple(found))

    @staticmethod
    def remember(thread: Conversation, updates: tuple[Update, ...]) -> None:
        """Store the requested updates in the thread."""
        thread.set(updates=[{"recipient_did": each.recipient_did, "action": each.action} for each in updates])


class CoordinateMediation2(Protocol, piuri=PIURI_2, roles=("recipient",)):
    """Coordinate mediation 2.0 in the recipient's role.

    Each request is a thread of its own, whose states are "requested", "updating" or "asking", and "done".
    Events: "granted" with `routing_dids` and `mediator`, "denied", "updated" with a tuple of `Updated`,
    "listed" with the `Keylist`, "timeout".
    """

    @begins(role="recipient")
    def request(self, thread: Conversation, request: MediateRequest2) -> None:
        """Request mediation."""
        _Recipient.ask(thread, request, "requested")

    @begins(role="recipient")
    def update(self, thread: Conversation, update: KeylistUpdate) -> None:
        """Register and remove DIDs."""
        _Recipient.ask(thread, update, "updating")
        _Recipient.remember(thread, update.updates)

    @begins(role="recipient")
    def query(self, thread: Conversation, query: KeylistQuery) -> None:
        """Request the list of registered DIDs."""
        _Recipient.ask(thread, query, "asking")

    @on("mediate-grant", role="recipient", state="requested", quiet=True)
    def grant(self, thread: Conversation, grant: MediateGrant2) -> None:
        """End the thread with the routing DIDs."""
        _Recipient.granted(thread, grant)

    @on("mediate-deny", role="recipient", state="requested", quiet=True)
    def deny(self, thread: Conversation, _deny: MediateDeny2) -> None:
        """End the thread without mediation."""
        thread.finish("denied")

    @on("keylist-update-response", role="recipient", state="updating", quiet=True)
    def response(self, thread: Conversation, response: KeylistUpdateResponse) -> None:
        """End the thread with the results."""
        _Recipient.updated(thread, response)

    @on("keylist", role="recipient", state="asking", quiet=True)
    def listed(self, thread: Conversation, found: Keylist) -> None:
        """End the thread with the list."""
        thread.finish("listed", found)


class CoordinateMediation3(Protocol, piuri=PIURI_3, roles=("recipient",)):
    """Coordinate mediation 3.0 in the recipient's role; see `CoordinateMediation2`.

    The event "listed" has a `DidList`.
    """

    @begins(role="recipient")
    def request(self, thread: Conversation, request: MediateRequest3) -> None:
        """Request mediation."""
        _Recipient.ask(thread, request, "requested")

    @begins(role="recipient")
    def update(self, thread: Conversation, update: RecipientUpdate) -> None:
        """Register and remove DIDs."""
        _Recipient.ask(thread, update, "updating")
        _Recipient.remember(thread, update.updates)

    @begins(role="recipient")
    def query(self, thread: Conversation, query: RecipientQuery) -> None:
        """Request the list of registered DIDs."""
        _Recipient.ask(thread, query, "asking")

    @on("mediate-grant", role="recipient", state="requested", quiet=True)
    def grant(self, thread: Conversation, grant: MediateGrant3) -> None:
        """End the thread with the routing DIDs."""
        _Recipient.granted(thread, grant)

    @on("mediate-deny", role="recipient", state="requested", quiet=True)
    def deny(self, thread: Conversation, _deny: MediateDeny3) -> None:
        """End the thread without mediation."""
        thread.finish("denied")

    @on("recipient-update-response", role="recipient", state="updating", quiet=True)
    def response(self, thread: Conversation, response: RecipientUpdateResponse) -> None:
        """End the thread with the results."""
        _Recipient.updated(thread, response)

    @on("recipient", role="recipient", state="asking", quiet=True)
    def listed(self, thread: Conversation, found: DidList) -> None:
        """End the thread with the list."""
        thread.finish("listed", found)
