"""Codecs of Message Pickup 3.0 and 4.0, for the role of the mediator."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from pydidcomm import Attachment
from pydidcomm.errors import DIDCommError
from pydidcomm.mediator.codes import INVALID_BODY
from pydidcomm.mediator.commands import (
    Acknowledge,
    Command,
    Deliver,
    Delivered,
    ReportStatus,
    Result,
    SetLive,
    Status,
)
from pydidcomm.mediator.records import Queued
from pydidcomm.protocols import Problem

__all__ = ["PICKUP", "Pickup", "PickupRules"]

MOST_IN_A_DELIVERY: Final = 100
"""Envelopes per delivery, even if the recipient requests more."""

MOST_ACKNOWLEDGED: Final = 10_000
"""Ids per `messages-received`."""


class PickupRules(Protocol):
    """The differences between versions of the protocol that affect the execution of commands."""

    @property
    def empty_delivery(self) -> bool:
        """Whether the answer for an empty queue is an empty `delivery`, not a `status`."""
        ...

    @property
    def confirms(self) -> bool:
        """Whether the answer to an acknowledgment is a `status`; otherwise it has no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Pickup:
    """One version of the protocol.

    Attributes:
        piuri: The protocol identifier URI.
        limit: The member of `delivery-request` with the maximum number of envelopes.
        milliseconds: Whether times are in milliseconds, not seconds.
        empty_delivery: Whether the answer for an empty queue is an empty `delivery`, not a `status`.
        confirms: Whether the answer to an acknowledgment is a `status`; otherwise it has no answer.
        own_reports: Whether problem reports are messages of this protocol.
    """

    piuri: str
    limit: str
    milliseconds: bool
    empty_delivery: bool
    confirms: bool
    own_reports: bool

    def read(self, name: str, body: Mapping[str, Any]) -> Command | None:
        """Return the command of a message; None if it is not a request of a recipient.

        Args:
            name: The message name in its type URI.
            body: The body of the message.

        Raises:
            Problem: The body is malformed.
        """
        match name:
            case "status-request":
                return ReportStatus(_route(body)[0])
            case "delivery-request":
                route, as_json = _route(body)
                limit = body.get(self.limit, body.get("limit"))
                if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
                    raise Problem(INVALID_BODY, "{1} must be a positive integer.", [self.limit])
                return Deliver(min(limit, MOST_IN_A_DELIVERY), route, as_json)
            case "messages-received":
                ids: Any = body.get("message_id_list")
                if not isinstance(ids, list) or len(cast("list[object]", ids)) > MOST_ACKNOWLEDGED:
                    raise Problem(INVALID_BODY, "`message_id_list` must be an array of ids.")
                names = cast("list[object]", ids)
                return Acknowledge(
                    tuple(each for each in names if isinstance(each, str) and each.isprintable())
                )
            case "live-delivery-change":
                on = body.get("live_delivery")
                # the test suite of IOHK writes a string
                if on in ("true", "false"):
                    on = on == "true"
                if not isinstance(on, bool):
                    raise Problem(INVALID_BODY, "`live_delivery` must be true or false.")
                return SetLive(on)
            case _:
                return None

    def write(self, result: Result) -> tuple[str, dict[str, Any]] | None:
        """Return the message name and the body for a result; None for a result of another protocol."""
        match result:
            case Status():
                return "status", self._status(result)
            case Delivered(envelopes, route) if envelopes or self.empty_delivery:
                return "delivery", {} if route is None else {"recipient_did": route}
            case _:
                return None

    def _status(self, status: Status) -> dict[str, Any]:
        queue, factor = status.queue, 1_000 if self.milliseconds else 1
        body: dict[str, Any] = {
            "message_count": queue.count,
            "total_bytes": queue.bytes,
            "live_delivery": status.live,
        }
        if status.route is not None:
            body["recipient_did"] = status.route
        if queue.oldest is not None and queue.newest is not None:
            body["oldest_received_time"] = int(queue.oldest * factor)
            body["newest_received_time"] = int(queue.newest * factor)
            if not self.milliseconds:
                body["longest_waited_seconds"] = max(0, int(status.now - queue.oldest))
        return body

    @staticmethod
    def attachments(result: Result) -> list[Attachment]:
        """Return the envelopes of a delivery, oldest first."""
        if not isinstance(result, Delivered):
            return []
        return [_attachment(each, as_json=result.as_json) for each in result.envelopes]


def _attachment(queued: Queued, *, as_json: bool) -> Attachment:
    if as_json:
        # the attachment of a forward may not be JSON, or be nested too deep
        with suppress(ValueError, RecursionError, DIDCommError):
            return Attachment.from_json_value(json.loads(queued.envelope), id=queued.id)
    # base64url without padding, RFC 7515; the standard alphabet differs only for `>`, `?` and `~` in the text
    text = base64.urlsafe_b64encode(queued.envelope).decode().rstrip("=")
    return Attachment(data={"base64": text}, id=queued.id)


def _route(body: Mapping[str, Any]) -> tuple[str | None, bool]:
    """Return the DID that a request names, or None, and whether its sender reads only JSON attachments."""
    # Veramo sends `recipient_key`, and reads only `data.json`
    for member in ("recipient_did", "recipient_key"):
        value = body.get(member)
        if value is None:
            continue
        if not isinstance(value, str):
            raise Problem(INVALID_BODY, "{1} must be a string.", [member])
        if not value.isprintable():
            # PostgreSQL has no text with U+0000
            raise Problem(INVALID_BODY, "{1} must be a DID.", [member])
        return value, member == "recipient_key"
    return None, False


PICKUP: Final = (
    Pickup(
        "https://didcomm.org/messagepickup/3.0",
        "limit",
        milliseconds=False,
        empty_delivery=False,
        confirms=True,
        own_reports=False,
    ),
    Pickup(
        "https://didcomm.org/message-pickup/4.0",
        "message_count_limit",
        milliseconds=True,
        empty_delivery=True,
        confirms=False,
        own_reports=True,
    ),
)
"""The versions that a mediator supports."""
