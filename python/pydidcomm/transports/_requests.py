"""The decisions of a receiver about a request, without I/O; shared by ASGI, WSGI and WebSocket."""

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydidcomm import _failures
from pydidcomm._core import Message, Packed, UnpackResult, same_party
from pydidcomm.errors import DeliveryError, DIDCommError, ReplayedMessageError, ResolutionError

__all__ = [
    "ACCEPTED",
    "ANSWER_SECONDS",
    "BODY_SECONDS",
    "BUSY",
    "LOG",
    "MAX_BYTES",
    "MOST_AT_ONCE",
    "NOT_ACCEPTED",
    "NOT_POST",
    "TOO_LARGE",
    "TOO_SLOW",
    "Reply",
    "find_returnable",
    "invitation_of",
    "log_failure",
    "refusal",
    "reply_to",
    "require_party",
    "wants_answer",
]


LOG: Final = logging.getLogger("pydidcomm.receiver")

MAX_BYTES: Final = 1_048_576
"""The longest message, in bytes; large files are sent as links, and a longer message is answered with 413."""

MOST_AT_ONCE: Final = 100
"""The maximum number of messages that are received and handled at the same time."""

ANSWER_SECONDS: Final = 10.0
"""The seconds that a sender waits for an answer over `return_route`, before it gets 202."""

BODY_SECONDS: Final = 30.0
"""The seconds that a sender may take for the body of a request."""

_LATER: Final = frozenset(
    {
        ResolutionError.code,
        # `accept` may have to send a message
        DeliveryError.code,
        # as text, because stores and secrets are extras
        "e.p.me.store-unavailable",
        "e.p.me.secrets-unavailable",
        "e.p.me.secrets-locked",
    }
)
"""The codes of failures of a resolver, a network or a store: the sender should send the message again."""

_TYPES: Final = frozenset(f"application/didcomm-{kind}+json" for kind in ("encrypted", "signed", "plain"))
_EITHER_TYPES: Final = _TYPES | {
    "application/didcomm-envelope-enc",
    "application/ssi-agent-wire",
    "application/json",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP response."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    extra: tuple[tuple[str, str], ...] = ()
    encoded: tuple[tuple[bytes, bytes], ...] = field(init=False, repr=False)
    """The header fields in the form of ASGI, encoded once, since most replies are the same."""

    def __post_init__(self) -> None:
        """Encode the header fields."""
        encoded = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers())
        object.__setattr__(self, "encoded", encoded)

    def headers(self) -> list[tuple[str, str]]:
        """The header fields, the length included."""
        kind = [("content-type", self.media_type)] if self.body else []
        return [*kind, ("content-length", str(len(self.body))), *self.extra]


ACCEPTED: Final = Reply(202)
# the same for every cause, so that it cannot serve as an oracle
NOT_ACCEPTED: Final = Reply(400, b"the message was not accepted\n")
TOO_LARGE: Final = Reply(413, b"the message is too large\n")
TOO_SLOW: Final = Reply(408, b"the message took too long\n")
BUSY: Final = Reply(503, b"try again\n", extra=(("retry-after", "1"),))
NOT_POST: Final = Reply(
    405, b"This is a DIDComm endpoint: it takes messages by POST.\n", extra=(("allow", "POST"),)
)
_WRONG_TYPE: Final = Reply(415, b"expected one message of a DIDComm media type, not compressed\n")
_NOT_FOUND: Final = Reply(404, b"there is no such invitation\n")


def require_party(party: object, kind: type, other: str) -> None:
    """Raise TypeError for a party of the other kind (plain or coroutine methods); `other` is its receiver."""
    if isinstance(party, kind):
        return
    expected = "sync.DIDCommMessaging" if "sync" in kind.__module__ else "DIDCommMessaging"
    module = type(party).__module__.removesuffix(".messaging")
    message = (
        f"`party` must be a `pydidcomm.{expected}`, got {module}.{type(party).__name__}: use `{other}` for it"
    )
    raise TypeError(message)


def refusal(
    method: str,
    headers: Sequence[tuple[str, str]],
    *,
    max_bytes: int,
    accept_v1: bool,
    accept_any_type: bool = False,
) -> Reply | None:
    """The reply to a request that is refused before its body is read; None for any other request."""
    if method != "POST":
        return NOT_POST
    accepted = _EITHER_TYPES if accept_v1 else _TYPES
    types = 0
    wrong = compressed = too_large = False
    # one pass, for each message
    for name, value in headers:
        if name == "content-type":
            types += 1
            wrong = wrong or (value not in accepted and value.split(";")[0].strip().lower() not in accepted)
        elif name == "content-encoding":
            compressed = compressed or value.lower() != "identity"
        elif name == "content-length":
            too_large = too_large or not value.isascii() or not value.isdigit() or int(value[:19]) > max_bytes
    if compressed or ((wrong or types != 1) and not accept_any_type):
        return _WRONG_TYPE
    return TOO_LARGE if too_large else None


def invitation_of(query: str, invitations: Mapping[str, str]) -> Reply | None:
    """The redirect from a short URL to its invitation; None if the query has no `_oobid`.

    DIDComm v2.1, section "Short URL Message Retrieval".
    """
    names = [part.partition("=")[2] for part in query.split("&") if part.startswith("_oobid=")]
    if not names:
        return None
    url = invitations.get(names[0])
    return _NOT_FOUND if url is None else Reply(302, extra=(("location", url),))


def reply_to(error: BaseException) -> Reply:
    """The reply for an exception of `unpack` or `accept`."""
    if isinstance(error, ReplayedMessageError):
        # the sender did not get the first answer
        return ACCEPTED
    if isinstance(error, DIDCommError) and error.code not in _LATER:
        LOG.info("a message was not accepted: %s", error)
        return NOT_ACCEPTED
    # a resolver or a store failed: the sender should send the message again
    LOG.warning("a message could not be unpacked: %s", error, exc_info=error)
    return BUSY


def _asks_for_answer(message: Message) -> bool:
    """Whether the message requests an answer on its connection; the header may be any JSON."""
    route = message.custom_headers.get("return_route")
    return isinstance(route, str) and route in {"all", "thread"}


def wants_answer(received: Any) -> bool:  # noqa: ANN401, of DIDComm v2 or v1
    """Whether the message requests an answer on its connection, and its sender is proved.

    DIDComm v2.1, extension "Return-Route".
    """
    return (
        isinstance(received, UnpackResult)
        and received.sender is not None
        and _asks_for_answer(received.message)
    )


def find_returnable(answer: object, received: Any) -> Packed | None:  # noqa: ANN401, of DIDComm v2 or v1
    """The handler's answer if it is for the sender, else None: only that may go back on the connection."""
    if answer is None:
        return None
    if not isinstance(answer, Packed):
        log_failure(f"the handler must return what `pack` returned or None, got {type(answer).__name__}")
        return None
    if not all(same_party(kid.partition("#")[0], received.sender) for kid in answer.to_kids):
        log_failure("the handler's answer is for another DID than the sender's: send it by a transport")
        return None
    return answer


def log_failure(text: str) -> None:
    """Log a failure of the program's handler, with the current exception; see `pydidcomm._failures`."""
    _failures.log_failure(LOG, logging.ERROR, text, error=sys.exc_info()[1])
