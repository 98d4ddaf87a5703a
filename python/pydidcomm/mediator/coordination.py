"""Codecs of Coordinate Mediation 2.0 and 3.0, for the role of the mediator.

The versions differ only in the names of messages and members. A grant of one version is valid in the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard, cast

from pydidcomm.mediator.codes import INVALID_BODY
from pydidcomm.mediator.commands import (
    Change,
    Changed,
    Command,
    Denied,
    Granted,
    List,
    Listed,
    Mediate,
    Result,
)
from pydidcomm.mediator.records import Action, RouteChange
from pydidcomm.protocols import Problem

__all__ = ["COORDINATION", "Coordination", "page_of"]

MOST_IN_A_PAGE: Final = 1_000
"""DIDs per answer."""
MOST_OFFSET: Final = 2**53
"""Longer than any list, and within the 64-bit integers of a database."""


@dataclass(frozen=True, slots=True)
class Coordination:
    """One version of the protocol.

    Attributes:
        piuri: The protocol identifier URI.
        update: The name of the message that changes the list.
        updated: The name of the answer to `update`.
        query: The name of the message that requests the list.
        page: The name of the answer to `query`.
        member: The member of `page` with the DIDs.
        many: Whether `routing_did` of a grant is an array.
    """

    piuri: str
    update: str
    updated: str
    query: str
    page: str
    member: str
    many: bool

    def read(self, name: str, body: Mapping[str, Any]) -> Command | None:
        """Return the command of a message; None if it is not a request of a recipient.

        Args:
            name: The message name in its type URI.
            body: The body of the message.

        Raises:
            Problem: The body is malformed.
        """
        if name == "mediate-request":
            return Mediate()
        if name == self.update:
            updates: Any = body.get("updates")
            if not isinstance(updates, list):
                raise Problem(INVALID_BODY, "`updates` must be an array.")
            entries = [
                cast("dict[str, object]", each)
                for each in cast("list[object]", updates)
                if isinstance(each, dict)
            ]
            return Change(tuple((dict(each), _change(each)) for each in entries))
        if name == self.query:
            return page_of(body.get("paginate"))
        return None

    def write(self, result: Result) -> tuple[str, dict[str, Any]] | None:
        """Return the message name and the body for a result; None for a result of another protocol."""
        match result:
            case Granted(did):
                return "mediate-grant", {"routing_did": [did] if self.many else did}
            case Denied():
                return "mediate-deny", {}
            case Changed(entries):
                return self.updated, {"updated": [{**asked, "result": str(each)} for asked, each in entries]}
            case Listed(dids, offset, remaining):
                body: dict[str, Any] = {self.member: [{"recipient_did": did} for did in dids]}
                if remaining is not None:
                    body["pagination"] = {"count": len(dids), "offset": offset, "remaining": remaining}
                return self.page, body
            case _:
                return None


def _change(entry: Mapping[str, Any]) -> RouteChange | None:
    did, action = entry.get("recipient_did"), entry.get("action")
    if (
        not isinstance(did, str)
        or not did.startswith("did:")
        or not did.isprintable()
        or not isinstance(action, str)
        or action not in set(Action)
    ):
        return None
    return RouteChange(did, Action(action))


def page_of(paginate: Any) -> List:  # noqa: ANN401, what a peer wrote
    """Return the command to list a page of the registered DIDs.

    Args:
        paginate: The member `paginate` of the request; None for the whole list.

    Raises:
        Problem: `paginate` is malformed.
    """
    if paginate is None:
        return List()
    asked = cast("Mapping[str, object]", paginate if isinstance(paginate, Mapping) else {})
    limit, offset = asked.get("limit"), asked.get("offset", 0)
    if not _is_whole(limit) or not _is_whole(offset):
        raise Problem(INVALID_BODY, "`paginate` must have whole numbers `limit` and `offset`.")
    return List(min(offset, MOST_OFFSET), min(limit, MOST_IN_A_PAGE))


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


COORDINATION: Final = (
    Coordination(
        "https://didcomm.org/coordinate-mediation/2.0",
        "keylist-update",
        "keylist-update-response",
        "keylist-query",
        "keylist",
        "keys",
        many=False,
    ),
    Coordination(
        "https://didcomm.org/coordinate-mediation/3.0",
        "recipient-update",
        "recipient-update-response",
        "recipient-query",
        "recipient",
        "dids",
        many=True,
    ),
)
"""The versions that a mediator supports."""
