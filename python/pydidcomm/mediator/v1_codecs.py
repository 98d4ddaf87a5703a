"""Codecs of Coordinate Mediation 1.0 and Pickup 2.0 of DIDComm v1. Aries RFC 0211 and RFC 0685.

In DIDComm v1 a recipient is a key; the registry contains its did:key.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from pydidcomm import v1
from pydidcomm.errors import DIDCommError
from pydidcomm.mediator.codes import INVALID_BODY
from pydidcomm.mediator.commands import (
    Acknowledge,
    Change,
    Changed,
    Command,
    Deliver,
    Delivered,
    Denied,
    Granted,
    Listed,
    Mediate,
    ReportStatus,
    Result,
    SetLive,
    Status,
)
from pydidcomm.mediator.coordination import page_of
from pydidcomm.mediator.pickup import MOST_ACKNOWLEDGED, MOST_IN_A_DELIVERY
from pydidcomm.mediator.records import Action, Queued, RouteChange
from pydidcomm.protocols import MessageType, Problem, message_type

__all__ = [
    "PICKUP_V1",
    "Header",
    "PickupV1",
    "command_of",
    "did_key",
    "header_of",
    "is_forward",
    "report",
    "write_result",
]

REPORT: Final = "https://didcomm.org/notification/1.0/problem-report"


@dataclass(frozen=True, slots=True)
class PickupV1:
    """The rules of Pickup 2.0; implements `PickupRules`.

    Attributes:
        empty_delivery: False: the answer for an empty queue is a `status`.
        confirms: True: the answer to an acknowledgment is a `status`.
    """

    empty_delivery: bool = False
    confirms: bool = True


PICKUP_V1: Final = PickupV1()


@dataclass(frozen=True, slots=True)
class Header:
    """The headers of a DIDComm v1 message.

    Attributes:
        kind: The parts of `@type`.
        thid: The thread id for answers.
        pthid: The parent thread id, for instance the id of an invitation, or None.
        return_route: `~transport.return_route`.
        return_route_thread: `~transport.return_route_thread`.
    """

    kind: MessageType
    thid: str
    pthid: str | None
    return_route: object
    return_route_thread: object


def header_of(message: Mapping[str, Any]) -> Header | None:
    """Return the headers of a message; None if `@type` or `@id` is malformed.

    Args:
        message: The message.
    """
    kind, name = message.get("@type"), message.get("@id")
    if not isinstance(kind, str) or not isinstance(name, str):
        return None
    thread, transport = _object(message.get("~thread")), _object(message.get("~transport"))
    thid, pthid = thread.get("thid"), thread.get("pthid")
    try:
        return Header(
            message_type(kind),
            thid if isinstance(thid, str) else name,
            pthid if isinstance(pthid, str) else None,
            transport.get("return_route"),
            transport.get("return_route_thread"),
        )
    except DIDCommError:
        return None


def is_forward(kind: str | None) -> bool:
    """Return whether a message is a forward of Aries RFC 0094.

    Args:
        kind: The `@type` of the message.
    """
    return kind is not None and kind.endswith("/routing/1.0/forward")


def did_key(name: object) -> str | None:
    """Return the did:key of a base58 key or did:key reference, other DIDs unchanged, and None otherwise.

    Args:
        name: The value in a message.
    """
    if not isinstance(name, str) or not name.isprintable():
        return None
    if name.startswith("did:"):
        return name.partition("#")[0] if name.startswith("did:key:") else name
    try:
        return f"did:key:{v1.public_key(name).multikey()}"
    except ValueError:
        return None


def command_of(kind: MessageType, message: Mapping[str, Any]) -> Command | None:
    """Return the command of a message; None if its type is not supported.

    Args:
        kind: The parts of `@type`.
        message: The message.

    Raises:
        Problem: The message is malformed.
    """
    match kind.protocol, kind.major, kind.name:
        case "coordinate-mediation", 1, name:
            return _coordination(name, message)
        case "messagepickup", 2, name:
            return _pickup(name, message)
        case _:
            return None


def _coordination(name: str, message: Mapping[str, Any]) -> Command | None:
    match name:
        case "mediate-request":
            return Mediate()
        case "keylist-update":
            entries = _list(message, "updates")
            objects = [cast("dict[str, object]", each) for each in entries if isinstance(each, dict)]
            return Change(tuple((dict(each), _change(each)) for each in objects))
        case "keylist-query":
            return page_of(message.get("paginate"))
        case _:
            return None


def _change(entry: Mapping[str, object]) -> RouteChange | None:
    key, action = did_key(entry.get("recipient_key")), entry.get("action")
    if key is None or not isinstance(action, str) or action not in set(Action):
        return None
    return RouteChange(key, Action(action))


def _pickup(name: str, message: Mapping[str, Any]) -> Command | None:
    match name:
        case "status-request":
            return ReportStatus(_recipient(message))
        case "delivery-request":
            limit = message.get("limit")
            if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
                raise Problem(INVALID_BODY, "`limit` must be a positive integer.")
            return Deliver(min(limit, MOST_IN_A_DELIVERY), _recipient(message))
        case "messages-received":
            ids = _list(message, "message_id_list")
            if len(ids) > MOST_ACKNOWLEDGED:
                raise Problem(INVALID_BODY, "`message_id_list` is too long.")
            return Acknowledge(tuple(each for each in ids if isinstance(each, str) and each.isprintable()))
        case "live-delivery-change":
            on = message.get("live_delivery")
            if not isinstance(on, bool):
                raise Problem(INVALID_BODY, "`live_delivery` must be true or false.")
            return SetLive(on)
        case _:
            return None


def _recipient(message: Mapping[str, Any]) -> str | None:
    named = message.get("recipient_key")
    if named is None:
        return None
    key = did_key(named)
    if key is None:
        raise Problem(INVALID_BODY, "`recipient_key` must be a key in base58 or a did:key.")
    return key


def _list(message: Mapping[str, Any], member: str) -> list[object]:
    value = message.get(member)
    if not isinstance(value, list):
        raise Problem(INVALID_BODY, "{1} must be an array.", [member])
    return cast("list[object]", value)


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def write_result(result: Result, piuri: str, endpoint: str, asked: object = None) -> dict[str, Any]:
    """Return the message for a result, without its `~thread`.

    Args:
        result: The result.
        piuri: The protocol identifier URI of the request, as it was sent.
        endpoint: The URL of the mediator.
        asked: The `recipient_key` of the request, which the answer repeats unchanged.
    """
    name, body = _body(result, endpoint)
    if asked is not None and isinstance(result, Status | Delivered):
        body = {"recipient_key": asked, **body}
    return {"@type": f"{piuri}/{name}", "@id": _new_id(), **body}


def _body(result: Result, endpoint: str) -> tuple[str, dict[str, Any]]:
    match result:
        case Granted(routing_did):
            return "mediate-grant", {"endpoint": endpoint, "routing_keys": [routing_did]}
        case Denied():
            return "mediate-deny", {}
        case Changed(entries):
            return "keylist-update-response", {
                "updated": [{**asked, "result": str(each)} for asked, each in entries]
            }
        case Listed(dids, offset, remaining):
            body: dict[str, Any] = {"keys": [{"recipient_key": did} for did in dids]}
            if remaining is not None:
                body["pagination"] = {"count": len(dids), "offset": offset, "remaining": remaining}
            return "keylist", body
        case Status():
            return "status", _status(result)
        case Delivered(envelopes):
            return "delivery", {"~attach": [_attachment(each) for each in envelopes]}


def _status(status: Status) -> dict[str, Any]:
    queue = status.queue
    body: dict[str, Any] = {
        "message_count": queue.count,
        "total_bytes": queue.bytes,
        "live_delivery": status.live,
    }
    if queue.oldest is not None and queue.newest is not None:
        body["oldest_received_time"] = _time(queue.oldest)
        body["newest_received_time"] = _time(queue.newest)
        body["longest_waited_seconds"] = max(0, int(status.now - queue.oldest))
    return body


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _attachment(queued: Queued) -> dict[str, Any]:
    # base64url without padding, RFC 7515; the standard alphabet differs only for `>`, `?` and `~` in the text
    text = base64.urlsafe_b64encode(queued.envelope).decode().rstrip("=")
    return {"@id": queued.id, "data": {"base64": text}}


def report(problem: Problem, thid: str) -> dict[str, Any]:
    """Return the problem report about a message. Aries RFC 0035.

    Args:
        problem: The problem.
        thid: The thread of the message.
    """
    text = problem.comment or problem.code
    for number, value in enumerate(problem.args, 1):
        text = text.replace(f"{{{number}}}", value)
    description = {"en": text, "code": problem.code}
    # RFC 0685 refers to the message by `pthid`, but clients look for `thid`
    return {
        "@type": REPORT,
        "@id": _new_id(),
        "~thread": {"thid": thid, "pthid": thid},
        "description": description,
    }


def _new_id() -> str:
    return secrets.token_urlsafe(16)
