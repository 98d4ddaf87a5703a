"""Execute the commands of recipients on a store."""

from dataclasses import dataclass, replace
from typing import Final

from pydidcomm import same_party
from pydidcomm.mediator import _key_names as keys
from pydidcomm.mediator.admission import Admission
from pydidcomm.mediator.codes import LIVE_NOT_SUPPORTED, NOT_ENROLLED, UNKNOWN_RECIPIENT
from pydidcomm.mediator.commands import (
    Acknowledge,
    Change,
    Changed,
    Command,
    Deliver,
    Delivered,
    Denied,
    Granted,
    List,
    Listed,
    Mediate,
    ReportStatus,
    Result,
    SetLive,
    Status,
)
from pydidcomm.mediator.connection import Connection, LivePeer
from pydidcomm.mediator.coordination import MOST_IN_A_PAGE
from pydidcomm.mediator.live import LiveSession, LiveSessions
from pydidcomm.mediator.pickup import PICKUP, PickupRules
from pydidcomm.mediator.records import Action, Recipient, RouteChange, RouteResult
from pydidcomm.mediator.storage import MediatorStore
from pydidcomm.mediator.tracing import span
from pydidcomm.protocols import Problem

__all__ = ["Desk", "Request", "execute"]

MOST_CHANGES: Final = 1_000
"""Changes per request: each one reads a DID document."""

LONGEST_DID: Final = 16_384
"""The longest DID that can be registered, in characters; a longer one does not resolve."""

MOST_BYTES: Final = 4 * 1_048_576
"""Bytes of envelopes per delivery, which are in memory twice."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command, with its verified sender.

    Attributes:
        command: The command.
        sender: The verified DID of the sender.
        kid: The key of the sender that encrypted the request, or None.
        recipient: The DID of the mediator that the request was encrypted to.
        pthid: The message id of the invitation that the request answers, or None.
        connection: The connection that brought the request.
        pickup: The version of Message Pickup; None for commands of other protocols.
        at: The time, in seconds since the epoch.
    """

    command: Command
    sender: str
    kid: str | None
    recipient: str
    pthid: str | None
    connection: Connection
    pickup: PickupRules | None
    at: float


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a mediator that execute commands.

    Attributes:
        store: The registry and the queue.
        live: The live sessions of this process.
        admission: The admission policy.
        own_dids: The DIDs of the mediator, which recipients cannot register.
        json_attachments: Whether to deliver envelopes as JSON attachments to all recipients.
    """

    store: MediatorStore
    live: LiveSessions
    admission: Admission
    own_dids: tuple[str, ...]
    json_attachments: bool = False


async def execute(desk: Desk, request: Request) -> Result | None:
    """Execute a command; return None if its protocol defines no answer.

    Args:
        desk: The parts of the mediator.
        request: The command, with its verified sender.

    Raises:
        Problem: The sender has no grant, or names a DID that it has not registered.
    """
    with span("execute") as current:
        current.set_attribute("didcomm.command", type(request.command).__name__)
        return await _execute(desk, request)


async def _execute(desk: Desk, request: Request) -> Result | None:  # noqa: PLR0911, one a command
    known = await desk.store.recipient(request.sender)
    if isinstance(request.command, Mediate):
        return await _mediate(desk, request, known)
    if known is None:
        raise Problem(NOT_ENROLLED, "Mediation is not granted to the sender.")
    match request.command:
        case Change():
            return await _change(desk, request, request.command, known)
        case List():
            return await _list(desk, request.command, known)
        case ReportStatus(route):
            return await _status(desk, request, known, route)
        case Deliver():
            return await _deliver(desk, request, request.command, known)
        case Acknowledge():
            return await _acknowledge(desk, request, request.command, known)
        case SetLive(on):
            return await _set_live(desk, request, known, on=on)


async def _mediate(desk: Desk, request: Request, known: Recipient | None) -> Result:
    if known is None and not await desk.admission.admits(request.sender, request.pthid):
        return Denied()
    await desk.store.grant(request.sender, request.at, keys.proved_names(request.kid))
    return Granted(request.recipient)


async def _list(desk: Desk, command: List, known: Recipient) -> Result:
    limit = MOST_IN_A_PAGE if command.limit is None else command.limit
    dids, count = await desk.store.routes(known, command.offset, limit)
    left = max(0, count - command.offset - len(dids))
    # a list that does not fit into one answer has `pagination`, even if the request had no `paginate`
    return Listed(tuple(dids), command.offset, left if command.limit is not None or left else None)


async def _acknowledge(desk: Desk, request: Request, command: Acknowledge, known: Recipient) -> Result | None:
    await desk.store.acknowledge(known, command.ids, request.at)
    desk.live.acknowledged(known.id, command.ids)
    confirms = request.pickup is not None and request.pickup.confirms
    return await _status(desk, request, known, None) if confirms else None


async def _change(desk: Desk, request: Request, command: Change, known: Recipient) -> Result:
    entries = [
        (asked, None if change is None or _is_refused(desk, change) else change)
        for asked, change in command.entries[:MOST_CHANGES]
    ]
    proved = keys.proved_names(request.kid)
    changes = [_resolve_names(change, request.sender, proved) for _, change in entries if change is not None]
    results = iter(await desk.store.change_routes(known, changes, request.at))
    answered = [
        (asked, RouteResult.CLIENT_ERROR if change is None else next(results)) for asked, change in entries
    ]
    # the client must send the entries beyond the limit again
    late = [(asked, RouteResult.SERVER_ERROR) for asked, _ in command.entries[MOST_CHANGES:]]
    return Changed((*answered, *late))


def _resolve_names(change: RouteChange, sender: str, proved: tuple[str, ...]) -> RouteChange:
    """Return the change with the names from its DID document, and those that the request has verified."""
    if change.action is not Action.ADD:
        return change
    own = change.did in proved or same_party(change.did, sender)
    return replace(change, names=keys.claimed_names(change.did), proved=proved if own else ())


def _is_refused(desk: Desk, change: RouteChange) -> bool:
    if change.action is Action.ADD and len(change.did) > LONGEST_DID:
        return True
    return any(same_party(change.did.partition("#")[0], own) for own in desk.own_dids)


async def _route(desk: Desk, known: Recipient, name: str | None) -> str | None:
    """Return the registered DID that a request names; the sender must have registered it."""
    if name is None:
        return None
    route = await desk.store.owns(known, name)
    if route is None:
        raise Problem(UNKNOWN_RECIPIENT, "The DID is not registered by the sender.")
    return route


async def _status(desk: Desk, request: Request, known: Recipient, route: str | None) -> Status:
    queue = await desk.store.status(known, await _route(desk, known, route))
    return Status(queue, request.at, live=request.connection.live_peer(known) is not None, route=route)


async def _deliver(desk: Desk, request: Request, command: Deliver, known: Recipient) -> Result:
    route = await _route(desk, known, command.route)
    found = await desk.store.deliver(known, count=command.limit, size=MOST_BYTES, at=request.at, route=route)
    if not found and request.pickup is not None and not request.pickup.empty_delivery:
        return await _status(desk, request, known, command.route)
    return Delivered(tuple(found), command.route, command.as_json or desk.json_attachments)


async def _set_live(desk: Desk, request: Request, known: Recipient, *, on: bool) -> Status:
    connection = request.connection
    if on and not connection.persistent:
        raise Problem(LIVE_NOT_SUPPORTED, "Connection does not support Live Delivery")
    before = connection.live_peer(known)
    if before is not None:
        connection.live.remove(before)
        desk.live.remove(before.session)
    if on:
        # later envelopes are pushed; the status below counts the earlier ones
        session = LiveSession(known, request.sender, await desk.store.last(known), connection.wake)
        desk.live.add(session)
        current = await desk.store.recipient(request.sender)
        if current is None or current.id != known.id:
            # another process has rotated the DID before this session was registered
            desk.live.remove(session)
            raise Problem(NOT_ENROLLED, "Mediation is not granted to the sender.")
        connection.live.append(LivePeer(session, request.recipient, request.pickup or PICKUP[0]))
        connection.wake()
    return await _status(desk, request, known, None)
