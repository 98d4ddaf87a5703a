"""HTTP and WebSocket of a mediator, as an ASGI application. DIDComm v2.1, section "Transports"."""

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from ipaddress import ip_address, ip_network
from time import monotonic
from typing import Any, Final

import anyio

from pydidcomm._failures import FAILURES
from pydidcomm.mediator.connection import Connection
from pydidcomm.mediator.deadlines import Block, Deadlines
from pydidcomm.mediator.mediator import Mediator
from pydidcomm.mediator.metrics import CONTENT_TYPE, PrometheusMetrics
from pydidcomm.mediator.page import page
from pydidcomm.mediator.rate import RateLimit, RateLimiter
from pydidcomm.mediator.tracing import is_recording, span
from pydidcomm.transports import _requests as requests
from pydidcomm.transports._body import read_body
from pydidcomm.transports._requests import Reply

__all__ = ["MediatorServer"]

LOG: Final = logging.getLogger("pydidcomm.mediator")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_SOCKETS: Final = 20_000
"""Open WebSockets of one process; each takes about 50 KiB."""

RATE: Final = RateLimit(per_second=200.0, burst=1_000)
"""Messages from one address; many senders may share an address behind NAT."""

ANSWER_SECONDS: Final = 60.0
"""Seconds to handle a message: longer than a network resolver and a commit take together."""

_POLICY: Final = 1008
_TOO_BIG: Final = 1009
_RESTART: Final = 1012
_TRY_AGAIN: Final = 1013

_CORS: Final = (
    ("access-control-allow-methods", "POST, GET, OPTIONS"),
    ("access-control-allow-headers", "content-type"),
    ("access-control-max-age", "86400"),
)


class MediatorServer:
    """Serves a mediator: `uvicorn.run(MediatorServer(mediator))`.

    `POST` and WebSockets accept messages on any path. `GET /` returns an HTML page, `/did` the DID and
    `/invitation` the URL of the invitation. `/verkey` and `/invitation-v1` return the key and the invitation
    for DIDComm v1, if it is enabled. `/livez` and `/readyz` are health checks. `/metrics` returns the
    metrics, if `metrics` of the mediator is a `PrometheusMetrics`.
    """

    def __init__(  # noqa: PLR0913, all but the first are named
        self,
        mediator: Mediator,
        *,
        max_bytes: int = requests.MAX_BYTES,
        max_concurrency: int = 1_000,
        max_sockets: int = MOST_SOCKETS,
        rate: RateLimit | None = RATE,
        trusted_proxies: Iterable[str] = (),
        cors_origin: str | None = None,
        frames: str = "mirror",
        accept_any_type: bool = False,
        body_seconds: float = requests.BODY_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Prepare the ASGI application; its lifespan runs the background tasks of the mediator.

        Args:
            mediator: The mediator.
            max_bytes: The maximum length of a message, in bytes.
            max_concurrency: The maximum number of messages in work; further ones get 503.
            max_sockets: The maximum number of open WebSockets; further ones are refused.
            rate: The rate limit for each client address; None for no limit.
            trusted_proxies: Networks of proxies whose `X-Forwarded-For` is trusted, for instance
                "10.0.0.0/8".
            cors_origin: The allowed origin of browser wallets, or "*"; None to send no CORS headers.
            frames: The type of WebSocket frames with envelopes: "text", "binary", or "mirror" for the type of
                the last frame of the client.
            accept_any_type: Whether to accept any `Content-Type`; otherwise other types get 415.
            body_seconds: The maximum time to receive the body of a request, in seconds.
            answer_seconds: The maximum time to handle a message, in seconds; then its sender gets 503.

        Raises:
            ValueError: `frames` is not one of these words, or a network is malformed.
        """
        if frames not in {"mirror", "text", "binary"}:
            message = f'`frames` must be "mirror", "text" or "binary", got {frames!r}'
            raise ValueError(message)
        self._mediator = mediator
        self._max_bytes = max_bytes
        self._max_concurrency = max_concurrency
        self._free = max_concurrency
        self._max_sockets = max_sockets
        self._sockets: set[anyio.Event] = set()
        self._limiter = None if rate is None else RateLimiter(rate)
        self._proxies = [ip_network(each) for each in trusted_proxies]
        cors = () if cors_origin is None else (("access-control-allow-origin", cors_origin), *_CORS)
        self._cors = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in cors)
        self._frames = frames
        self._accept_any_type = accept_any_type
        self._bodies = Deadlines(body_seconds)
        self._answers = Deadlines(answer_seconds)
        self._draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one WebSocket, or the lifespan of the server."""
        if scope["type"] == "http":
            reply = await self._http(scope, receive)
            if reply is not None:
                await _respond(send, reply, self._cors)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with anyio.create_task_group() as group:
            group.start_soon(self._mediator.run)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.drain()
            group.cancel_scope.cancel()
        await self._mediator.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def aclose(self) -> None:
        """Close the mediator, if no server ran the lifespan of the application."""
        await self._mediator.aclose()

    def drain(self) -> None:
        """Refuse new messages: `/readyz` fails, and WebSockets are closed with 1012, "service restart"."""
        self._draining = True
        for ended in self._sockets:
            ended.set()

    async def _http(self, scope: Scope, receive: Receive) -> Reply | None:
        if scope["method"] == "POST":
            return await self._post(scope, receive)
        if scope["method"] == "OPTIONS" and self._cors:
            return Reply(204)
        if scope["method"] not in {"GET", "HEAD"}:
            return requests.NOT_POST
        return await self._get(scope["path"].rstrip("/").rpartition("/")[2])

    async def _get(self, name: str) -> Reply:  # noqa: PLR0911, one a page
        mediator = self._mediator
        match name:
            case "livez":
                return Reply(200, b"ok\n")
            case "readyz":
                ready = not self._draining and await mediator.ready()
                return Reply(200, b"ok\n") if ready else Reply(503, b"not ready\n")
            case "metrics" if isinstance(mediator.metrics, PrometheusMetrics):
                return Reply(200, mediator.metrics.text(), CONTENT_TYPE)
            case "verkey" if mediator.verkey is not None:
                return Reply(200, mediator.verkey.encode())
            case "invitation-v1" if mediator.v1_invitation_url is not None:
                return Reply(200, mediator.v1_invitation_url.encode())
            case "did":
                return Reply(200, mediator.did.encode())
            case "invitation":
                return Reply(200, mediator.invitation.url.encode())
            case "":
                text = page(mediator.invitation, mediator.limits, self._max_bytes)
                return Reply(200, text.encode(), "text/html; charset=utf-8")
            case _:
                return Reply(404, b"not found\n")

    async def _post(self, scope: Scope, receive: Receive) -> Reply | None:
        headers = _headers(scope)
        accept_v1 = self._mediator.verkey is not None
        refused = requests.refusal(
            "POST",
            headers,
            max_bytes=self._max_bytes,
            accept_v1=accept_v1,
            accept_any_type=self._accept_any_type,
        )
        late = self._delay(scope, headers)
        if refused is None and late:
            refused = Reply(429, b"too many messages\n", extra=(("retry-after", str(1 + int(late))),))
        if refused is None and (self._free == 0 or self._draining):
            refused = requests.BUSY
        if refused is not None:
            return refused
        self._free -= 1
        try:
            body: bytes | Reply | None = requests.TOO_SLOW
            with self._bodies.block() as block:
                body = await read_body(receive, self._max_bytes)
            if not isinstance(body, bytes):
                return body
            return await self._receive(body, None, self._answers.block(block))
        finally:
            self._free += 1

    async def _receive(self, body: bytes, connection: Connection | None, block: Block) -> Reply:
        if not is_recording():
            return await self._reply(body, connection, block)
        with span("receive") as current:
            current.set_attribute("didcomm.size", len(body))
            current.set_attribute("didcomm.transport", "http" if connection is None else "websocket")
            reply = await self._reply(body, connection, block)
            current.set_attribute("http.response.status_code", reply.status)
            return reply

    async def _reply(self, body: bytes, connection: Connection | None, block: Block) -> Reply:
        with block:
            return await self._mediator.receive(body, connection)
        # a resolver or the store did not answer in time
        self._mediator.metrics.count("received", "too-slow")
        return requests.BUSY

    def _delay(self, scope: Scope, headers: Iterable[tuple[str, str]]) -> float:
        """Return the seconds until the client address may send."""
        if self._limiter is None:
            return 0.0
        return self._limiter.wait(_address(scope, headers, self._proxies), monotonic())

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        if len(self._sockets) >= self._max_sockets or self._draining:
            await send({"type": "websocket.close", "code": _TRY_AGAIN})
            return
        ended, waiting = anyio.Event(), [anyio.Event()]
        kind = ["text" if self._frames == "mirror" else self._frames]
        lock = anyio.Lock()

        async def write(envelope: str) -> None:
            shown = {"bytes": envelope.encode()} if kind[0] == "binary" else {"text": envelope}
            # a slow client delays only its own connection
            async with lock:
                try:
                    await send({"type": "websocket.send", **shown})
                except OSError:
                    # the client has disconnected; envelopes without an acknowledgment stay in the queue
                    ended.set()

        connection = Connection(write, lambda: waiting[0].set())  # noqa: PLW0108, it changes
        # before the first await, so that the limit counts this socket and `drain` closes it
        self._sockets.add(ended)
        self._mediator.metrics.level("sockets", len(self._sockets))
        codes: list[int | None] = []
        try:
            await send({"type": "websocket.accept"})
            async with anyio.create_task_group() as group:
                group.start_soon(_cancel_after, ended, group.cancel_scope)
                source = partial(self._delay, scope, _headers(scope))
                for task in (
                    partial(self._push, connection, waiting),
                    partial(self._frames_of, receive, connection, kind, source),
                ):
                    group.start_soon(_first_code, task, codes, group.cancel_scope)
        finally:
            self._sockets.discard(ended)
            self._mediator.disconnected(connection)
            self._mediator.metrics.level("sockets", len(self._sockets))
        code = next(iter(codes), None)
        if self._draining:
            code = _RESTART
        if code is not None:
            await _close(send, code)

    async def _push(self, connection: Connection, waiting: list[anyio.Event]) -> int:
        """Push to the live sessions whenever they are woken; return the close code after a failure."""
        while True:
            await waiting[0].wait()
            waiting[0] = anyio.Event()
            try:
                with span("push"):
                    await self._mediator.push(connection)
            except FAILURES as error:
                # the client reconnects, and fetches the rest of the queue
                LOG.warning("a live delivery failed: %s", error, exc_info=error)
                self._mediator.metrics.count("delivery", "failed")
                return _TRY_AGAIN

    async def _frames_of(
        self, receive: Receive, connection: Connection, kind: list[str], late: Callable[[], float]
    ) -> int | None:
        """Receive messages until the connection ends; return its close code, or None."""
        while True:
            event = await receive()
            if event["type"] != "websocket.receive":
                return None
            text, data = event.get("text"), event.get("bytes")
            body: bytes = (data or b"") if text is None else text.encode()
            if self._frames == "mirror":
                kind[0] = "binary" if text is None else "text"
            if len(body) > self._max_bytes:
                return _TOO_BIG
            if self._free == 0 or late():
                return _TRY_AGAIN
            self._free -= 1
            try:
                reply = await self._receive(body, connection, self._answers.block())
            finally:
                self._free += 1
            if reply.status == requests.BUSY.status:
                return _TRY_AGAIN
            if reply.status >= 400:  # noqa: PLR2004, an error
                return _POLICY
            if reply.body and connection.send is not None:
                await connection.send(reply.body.decode())


async def _first_code(
    task: Callable[[], Awaitable[int | None]], codes: list[int | None], scope: anyio.CancelScope
) -> None:
    """Run a task, record the close code that it returns, and end the connection."""
    codes.append(await task())
    scope.cancel()


async def _cancel_after(ended: anyio.Event, scope: anyio.CancelScope) -> None:
    await ended.wait()
    scope.cancel()


async def _close(send: Send, code: int) -> None:
    try:
        await send({"type": "websocket.close", "code": code})
    except (OSError, RuntimeError):
        # the client has disconnected
        return


def _headers(scope: Scope) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]


def _address(scope: Scope, headers: Iterable[tuple[str, str]], proxies: list[Any]) -> str:
    """Return the client address; behind trusted proxies the last untrusted one of `X-Forwarded-For`."""
    address: str = (scope.get("client") or ("unknown", 0))[0]
    if not proxies:
        return address
    named = [value for name, value in headers if name == "x-forwarded-for"]
    hops = [each.strip() for each in ",".join(named).split(",") if each.strip()]
    while hops and _is_in(address, proxies):
        address = hops.pop()
    return address


def _is_in(address: str, networks: list[Any]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


async def _respond(send: Send, reply: Reply, extra: tuple[tuple[bytes, bytes], ...]) -> None:
    headers = (*reply.encoded, *extra)
    try:
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})
    except OSError:
        # the sender has disconnected
        return
