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
"""The number of bytes of a body that are read at a time."""


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
        # with a coroutine that is not awaited, messages would get 202 and be neither verified nor handled
        requests.require_party(party, DIDCommMessaging, "pydidcomm.transports.receiver.receiver")
        if iscoroutinefunction(handler):
            message = (
                "`handler` must be a plain function, got a coroutine function: use "
                "`pydidcomm.transports.receiver.receiver`, which awaits it"
            )
            raise TypeError(message)
        if max_bytes < 1:
            message = f"`max_bytes` must be positive, got {max_bytes!r}"
            raise ValueError(message)
        self._unpack = party.receive if accept_v1 else party.unpack
        self._handler = handler
        self._config = config
        self._invitations = invitations
        self._accept_v1 = accept_v1
        self._accept_any_type = accept_any_type
        self._max_bytes = max_bytes

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
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
        packed = requests.find_returnable(answer, received)
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
    """Create a WSGI application that receives messages.

    Its answers are those of `pydidcomm.transports.receiver.receiver`. WSGI cannot continue after an answer,
    so the handler runs before it: pass long work to a queue. The number of messages handled at once is
    limited by the server's threads, and slow senders by its time limits. DIDComm v2.1, section "HTTPS".

    Args:
        party: The party of `pydidcomm.sync` that unpacks the messages.
        handler: A function that is called with each result of `unpack`. If the message requests an answer on
            its connection (header `return_route`), it may return a message that `pack` returned for the
            sender; otherwise None.
        config: The options of `unpack`.
        invitations: The long invitation URLs that a GET with `_oobid` is redirected to, by their ids.
        accept_v1: Whether to read DIDComm v1 too; the handler then gets a `V1Message`.
        accept_any_type: Whether to ignore the `Content-Type`, for clients that send none or `text/plain`;
            otherwise such a request gets 415.
        max_bytes: The longest message, in bytes.

    Returns:
        The application.

    Raises:
        TypeError: `party` is not one of `pydidcomm.sync`, or `handler` is a coroutine function.
        ValueError: `max_bytes` is not positive.

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
    # the sender disconnected before the end of the body
    return requests.NOT_ACCEPTED if length and left else bytes(body)
