"""Receive messages as a WSGI application, for Flask and Django. DIDComm v2.1, section "HTTPS"."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import Any, Final

from pydidcomm._core import UnpackResult
from pydidcomm.config import UnpackConfig
from pydidcomm.sync.messaging import DIDCommMessaging
from pydidcomm.transports import _requests as requests
from pydidcomm.transports._requests import Reply
from pydidcomm.transports.receiver import NO_INVITATIONS

__all__ = ["WsgiReceiver", "wsgi_receiver"]

Handler = Callable[[UnpackResult], Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

BLOCK: Final = 65_536
"""The bytes of a body that are read at a time."""


class WsgiReceiver:
    """A WSGI application that receives messages; see `wsgi_receiver`."""

    def __init__(  # noqa: PLR0913, all but two are named
        self,
        party: DIDCommMessaging,
        handler: Handler,
        *,
        config: UnpackConfig | None = None,
        invitations: Mapping[str, str] = NO_INVITATIONS,
        accept_v1: bool = False,
        accept_any_type: bool = False,
        max_bytes: int = requests.MAX_BYTES,
    ) -> None:
        # a coroutine that is not awaited would be answered with 202, and nothing verified or handled
        requests.require_party(party, DIDCommMessaging, "pydidcomm.transports.receiver.receiver")
        if iscoroutinefunction(handler):
            message = (
                "`handler` must be a plain function, got a coroutine function: use "
                "`pydidcomm.transports.receiver.receiver`, which awaits it"
            )
            raise TypeError(message)
        if max_bytes < 1:
            message = "`max_bytes` must be positive"
            raise ValueError(message)
        self._unpack = party.receive if accept_v1 else party.unpack
        self._handler = handler
        self._config = config
        self._invitations = invitations
        self._accept_v1 = accept_v1
        self._accept_any_type = accept_any_type
        self._max_bytes = max_bytes

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serves one request."""
        reply = self._reply(environ)
        status = f"{reply.status} {HTTPStatus(reply.status).phrase}"
        start_response(status, reply.headers())
        return [reply.body]

    def _reply(self, environ: dict[str, Any]) -> Reply:  # noqa: PLR0911, an answer each
        method: str = environ["REQUEST_METHOD"]
        if method in {"GET", "HEAD"}:
            short = requests.invitation_of(environ.get("QUERY_STRING", ""), self._invitations)
            if short is not None:
                return short
        refused = requests.refusal(
            method,
            _headers(environ),
            max_bytes=self._max_bytes,
            accept_v1=self._accept_v1,
            accept_any_type=self._accept_any_type,
        )
        if refused is not None:
            return refused
        body = _body(environ, self._max_bytes)
        if isinstance(body, Reply):
            return body
        try:
            received: Any = self._unpack(body, config=self._config)
        except Exception as error:  # noqa: BLE001, whatever a resolver raises
            return requests.reply_to(error)
        try:
            answer: object = self._handler(received)
        except Exception:  # noqa: BLE001, that of the program
            requests.log_failure("the handler of a received message failed")
            return requests.ACCEPTED
        if not requests.wants_answer(received):
            return requests.ACCEPTED
        packed = requests.returnable(answer, received)
        if packed is None:
            return requests.ACCEPTED
        return Reply(HTTPStatus.OK, packed.text.encode(), packed.media_type)


def wsgi_receiver(  # noqa: PLR0913, all but two are named
    party: DIDCommMessaging,
    handler: Handler,
    *,
    config: UnpackConfig | None = None,
    invitations: Mapping[str, str] = NO_INVITATIONS,
    accept_v1: bool = False,
    accept_any_type: bool = False,
    max_bytes: int = requests.MAX_BYTES,
) -> WsgiReceiver:
    """A WSGI application that receives messages.

    It answers as `pydidcomm.transports.receiver.receiver` does. WSGI has no way to go on after an answer, so
    the handler runs before it: hand long work to a queue. The server's threads bound how many messages are
    handled at once, and its time limits end slow senders. DIDComm v2.1, section "HTTPS".

    Args:
        party: Unpacks the messages: one of `pydidcomm.sync`.
        handler: A function that is called with each result of `unpack`. Where the message asks for an answer
            on its connection (`return_route`), what `pack` returned for its sender, or None.
        config: What to demand of messages.
        invitations: Long invitation URLs by the ids of their short form, to which a GET with `_oobid` leads.
        accept_v1: Whether DIDComm v1 is read too; the handler gets a `V1Message` then.
        accept_any_type: Whether a message is read whatever its `Content-Type`, as some clients send none or
            `text/plain`; otherwise such a request gets 415.
        max_bytes: The longest message, in bytes.

    Raises:
        TypeError: `party` is not one of `pydidcomm.sync`, or `handler` is a coroutine function.
        ValueError: The limit is not positive.

    Example:
        >>> from pydidcomm.sync import DIDCommMessaging
        >>> from pydidcomm.transports.wsgi import wsgi_receiver
        >>> app = wsgi_receiver(DIDCommMessaging(), lambda received: print(received.message.body))
        >>> environ = {"REQUEST_METHOD": "GET"}
        >>> _ = app(environ, lambda status, headers: print(status))
        405 Method Not Allowed
    """
    return WsgiReceiver(
        party,
        handler,
        config=config,
        invitations=invitations,
        accept_v1=accept_v1,
        accept_any_type=accept_any_type,
        max_bytes=max_bytes,
    )


def _headers(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = {
        "CONTENT_TYPE": "content-type",
        "CONTENT_LENGTH": "content-length",
        "HTTP_CONTENT_ENCODING": "content-encoding",
    }
    return [(name, environ[key]) for key, name in names.items() if environ.get(key)]


def _body(environ: Mapping[str, Any], max_bytes: int) -> bytes | Reply:
    stream: Any = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH")
    if not length and not environ.get("wsgi.input_terminated"):
        return requests.NOT_ACCEPTED
    left = int(length) if length else max_bytes + 1
    body = bytearray()
    while left:
        part: bytes = stream.read(min(left, BLOCK))
        if not part:
            break
        left -= len(part)
        body += part
    if len(body) > max_bytes:
        return requests.TOO_LARGE
    # a sender that went away in the middle
    return requests.NOT_ACCEPTED if length and left else bytes(body)
