"""Receive messages over HTTP and WebSocket, as an ASGI application. DIDComm v2.1, section "Transports"."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, Final

from pydidcomm._core import UnpackResult
from pydidcomm._failures import FAILURES
from pydidcomm.config import UnpackConfig
from pydidcomm.messaging import DIDCommMessaging
from pydidcomm.transports import _requests as requests
from pydidcomm.transports._body import read_body
from pydidcomm.transports._requests import Reply
from pydidcomm.transports._timing import call_later, run_within

__all__ = ["Receiver", "receiver"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Handler = Callable[[UnpackResult], Awaitable[Any]]
Accept = Callable[[Any], Awaitable[object]]

NO_INVITATIONS: Final[Mapping[str, str]] = MappingProxyType({})

_READ: Final = {name.encode(): name for name in ("content-type", "content-length", "content-encoding")}
"""The header fields that `refusal` reads."""

# status codes of WebSocket, RFC 6455, section 7.4.1
_POLICY: Final = 1008
_TOO_BIG: Final = 1009
_TRY_AGAIN: Final = 1013


class Receiver:
    """An ASGI application that receives messages; see `receiver`."""

    def __init__(  # noqa: PLR0913, all but two are named
        self,
        party: DIDCommMessaging,
        handler: Handler,
        *,
        accept: Accept | None = None,
        config: UnpackConfig | None = None,
        invitations: Mapping[str, str] = NO_INVITATIONS,
        accept_v1: bool = False,
        accept_any_type: bool = False,
        max_bytes: int = requests.MAX_BYTES,
        max_concurrency: int = requests.MOST_AT_ONCE,
        answer_seconds: float = requests.ANSWER_SECONDS,
        body_seconds: float = requests.BODY_SECONDS,
    ) -> None:
        requests.require_party(party, DIDCommMessaging, "pydidcomm.transports.wsgi.wsgi_receiver")
        if min(max_bytes, max_concurrency) < 1 or min(answer_seconds, body_seconds) <= 0:
            message = "`max_bytes`, `max_concurrency`, `answer_seconds` and `body_seconds` must be positive"
            raise ValueError(message)
        self._unpack = party.receive if accept_v1 else party.unpack
        self._handler = handler
        self._accept = accept
        self._config = config
        self._invitations = invitations
        self._accept_v1 = accept_v1
        self._accept_any_type = accept_any_type
        self._max_bytes = max_bytes
        self._places = _Places(max_concurrency)
        self._answer_seconds = answer_seconds
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one WebSocket, or the start and end of the server."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (known, value.decode("latin-1"))
            for name, value in scope["headers"]
            if (known := _READ.get(name.lower())) is not None
        ]
        short = None
        if scope["method"] in {"GET", "HEAD"}:
            short = requests.invitation_of(
                scope.get("query_string", b"").decode("latin-1"), self._invitations
            )
        refused = short or requests.refusal(
            scope["method"],
            headers,
            max_bytes=self._max_bytes,
            accept_v1=self._accept_v1,
            accept_any_type=self._accept_any_type,
        )
        if refused is None and self._places.free == 0:
            refused = requests.BUSY
        if refused is not None:
            await _respond(send, refused)
            return
        place = _Place(self._places)
        try:
            await self._message(receive, send, place)
        finally:
            place.leave()

    async def _message(self, receive: Receive, send: Send, place: "_Place") -> None:
        try:
            body = await run_within(self._body_seconds, read_body(receive, self._max_bytes))
        except TimeoutError:
            await _respond(send, requests.TOO_SLOW)
            return
        if not isinstance(body, bytes):
            if body is not None:
                await _respond(send, body)
            return
        try:
            received = await self._accept_message(body)
        except FAILURES as error:  # whatever a resolver or a store raises
            await _respond(send, requests.reply_to(error))
            return
        if not requests.wants_answer(received):
            # the sender only waits until the message has arrived; the server waits for the handler
            await _respond(send, requests.ACCEPTED)
            await self._handle(received)
            return
        once = _Once(send)
        async with call_later(self._answer_seconds, once.accept):
            answer = requests.find_returnable(await self._handle(received), received)
            # the next message on the connection may arrive before this coroutine has ended
            place.leave()
            if answer is None:
                await once.accept()
            else:
                await once.respond(Reply(200, answer.text.encode(), answer.media_type))

    async def _accept_message(self, body: bytes) -> Any:  # noqa: ANN401, of DIDComm v2 or v1
        """Unpack and `accept` a message; after that its sender may get 2xx."""
        received: Any = await self._unpack(body, config=self._config)
        if self._accept is not None:
            await self._accept(received)
        return received

    async def _handle(self, received: Any) -> object:  # noqa: ANN401, of DIDComm v2 or v1
        """The result of the handler; None if it fails, which does not concern the sender."""
        try:
            return await self._handler(received)
        except FAILURES:  # that of the program
            requests.log_failure("the handler of a received message failed")
            return None

    async def _websocket(self, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        await send({"type": "websocket.accept"})
        while True:
            event = await receive()
            if event["type"] != "websocket.receive":
                return
            text, data = event.get("text"), event.get("bytes")
            body = data if text is None else text.encode()
            code = await self._frame(body or b"", send, as_text=text is not None)
            if code is not None:
                await send({"type": "websocket.close", "code": code})
                return

    async def _frame(self, body: bytes, send: Send, *, as_text: bool) -> int | None:
        """Receive one message; return the code to close the connection with, or None to keep it open."""
        if len(body) > self._max_bytes:
            return _TOO_BIG
        if self._places.free == 0:
            return _TRY_AGAIN
        self._places.free -= 1
        try:
            try:
                received = await self._accept_message(body)
            except FAILURES as error:  # whatever a resolver or a store raises
                reply = requests.reply_to(error)
                return {requests.NOT_ACCEPTED: _POLICY, requests.BUSY: _TRY_AGAIN}.get(reply)
            answer = await self._handle(received)
            if requests.wants_answer(received):
                packed = requests.find_returnable(answer, received)
                if packed is not None:
                    shown = {"text": packed.text} if as_text else {"bytes": packed.text.encode()}
                    await send({"type": "websocket.send", **shown})
        finally:
            self._places.free += 1
        return None


def receiver(  # noqa: PLR0913, all but two are named
    party: DIDCommMessaging,
    handler: Handler,
    *,
    accept: Accept | None = None,
    config: UnpackConfig | None = None,
    invitations: Mapping[str, str] = NO_INVITATIONS,
    accept_v1: bool = False,
    accept_any_type: bool = False,
    max_bytes: int = requests.MAX_BYTES,
    max_concurrency: int = requests.MOST_AT_ONCE,
    answer_seconds: float = requests.ANSWER_SECONDS,
    body_seconds: float = requests.BODY_SECONDS,
) -> Receiver:
    """Create an ASGI application that receives messages over HTTP and WebSocket.

    It runs under uvicorn, hypercorn (asyncio and trio) and granian, alone or mounted into Starlette, FastAPI
    or Litestar. An unpacked message is answered with 202 before the handler runs. uvicorn and hypercorn wait
    for the handler when they are stopped. granian does not, and neither does a server that is killed: pass
    `accept` to store messages that must not be lost. Failures of the handler are logged by
    `pydidcomm.receiver`, and printed on stderr if the program has not configured logging.

    | status | request |
    |---|---|
    | 202 | an unpacked message, or one that was received before (`replay_window`) |
    | 200 with an answer | an unpacked message with `return_route`, a proved sender and an answer for it |
    | 302, 404 | GET with `_oobid`: the invitation, or an unknown id |
    | 400 | anything that is not a message for this party, with one text for every cause |
    | 405 | another method than POST |
    | 408, 413 | a body that takes too long, or is too long |
    | 415 | another media type, or a compressed body |
    | 503 with `Retry-After` | too many messages at once; a DID or a store that is not available now |

    Over WebSocket each frame is a message, text or binary. The connection is closed with 1008 in place of
    400, with 1009 in place of 413, and with 1013 in place of 503. DIDComm v2.1, sections "HTTPS" and
    "WebSockets".

    Args:
        party: The party that unpacks the messages.
        handler: A coroutine function that is called with each result of `unpack`. If the message requests an
            answer on its connection (header `return_route`), it may return a message that `pack` returned for
            the sender; otherwise None.
        accept: A coroutine function that is called with each result before its sender gets 2xx, for instance
            to store it. If it raises ReplayedMessageError, the message was stored before: the sender gets
            202, and the handler is not called. With another DIDCommError the sender gets 400, and with any
            other exception or an unavailable store 503, after which it sends the message again.
        config: The options of `unpack`.
        invitations: The long invitation URLs that a GET with `_oobid` is redirected to, by their ids.
        accept_v1: Whether to read DIDComm v1 too; the handler then gets a `V1Message`.
        accept_any_type: Whether to ignore the `Content-Type`, for clients that send none or `text/plain`;
            otherwise such a request gets 415.
        max_bytes: The longest message, in bytes.
        max_concurrency: The maximum number of messages that are received and handled at the same time.
        answer_seconds: The seconds that the sender of a message with `return_route` waits for the handler.
        body_seconds: The time limit for the body of a request, in seconds.

    Returns:
        The application.

    Raises:
        TypeError: `party` is one of `pydidcomm.sync`.
        ValueError: A limit is not positive.

    Example:
        >>> from pydidcomm import DIDCommMessaging
        >>> from pydidcomm.transports.receiver import receiver
        >>> async def handler(received):
        ...     print(received.message.body)
        >>> app = receiver(DIDCommMessaging(), handler)  # uvicorn.run(app, port=8000)
    """
    return Receiver(
        party,
        handler,
        accept=accept,
        config=config,
        invitations=invitations,
        accept_v1=accept_v1,
        accept_any_type=accept_any_type,
        max_bytes=max_bytes,
        max_concurrency=max_concurrency,
        answer_seconds=answer_seconds,
        body_seconds=body_seconds,
    )


class _Places:
    """Counts the messages that may still be received and handled at the same time."""

    def __init__(self, free: int) -> None:
        self.free = free


class _Place:
    """The place that one message takes in `_Places`."""

    def __init__(self, places: _Places) -> None:
        self._places: _Places | None = places
        places.free -= 1

    def leave(self) -> None:
        if self._places is not None:
            self._places.free += 1
            self._places = None


class _Once:
    """Sends the first reply, and drops any other."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._done = False

    async def accept(self) -> None:
        await self.respond(requests.ACCEPTED)

    async def respond(self, reply: Reply) -> None:
        if self._done:
            if reply.status == 200:  # noqa: PLR2004, the one with an answer
                requests.LOG.warning("the answer came too late for the connection: send it by a transport")
            return
        self._done = True
        await _respond(self._send, reply)


async def _respond(send: Send, reply: Reply) -> None:
    try:
        # a new list each time, because middleware may add to it
        await send({"type": "http.response.start", "status": reply.status, "headers": [*reply.encoded]})
        await send({"type": "http.response.body", "body": reply.body})
    except OSError:
        # a server raises this after the sender has disconnected
        return


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
