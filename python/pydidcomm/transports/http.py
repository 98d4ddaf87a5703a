"""Send messages over HTTPS and WebSocket. Extra: `http`. DIDComm v2.1, section "Transports"."""

import random
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

from pydidcomm._core import Delivery, Packed
from pydidcomm._http.addresses import Address, Network
from pydidcomm._http.client import AUTHORITIES, GuardedClient, RequestFailedError, redirect_target
from pydidcomm._http.guard import Lookup
from pydidcomm.errors import DeliveryError
from pydidcomm.transports._exchange import MessageRefusedError, exchange
from pydidcomm.transports._statuses import Meaning, meaning, reason, wait_of

__all__ = ["HttpTransport", "Sendable", "Sent"]

TIMEOUT: Final = 30.0
"""The time limit of one request, in seconds."""

MAX_ANSWER: Final = 1_048_576
"""The longest answer over `return_route`, in bytes."""

MOST_REDIRECTS: Final = 3
"""The maximum number of redirects of one message; more are a loop."""

SCHEMES: Final = ("https", "http", "wss", "ws")
"""The schemes of endpoints that messages are sent to."""

SWITCHED: Final = 101
"""The status of a connection that became a WebSocket."""

BLOCK: Final = 65_536
"""The number of bytes between two reports of progress."""

Progress = Callable[[int, int], object]


class Sendable(Protocol):
    """A packed message without endpoints, such as the result of `wrap_in_forward`."""

    @property
    def text(self) -> str:
        """The packed message."""
        ...

    @property
    def media_type(self) -> str:
        """The media type of the packed message."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of sending a message that an endpoint has accepted.

    Attributes:
        uri: The endpoint.
        status: The HTTP status, 2xx; 101 for a WebSocket, which has no status.
        answer: The packed message in the answer; None without `return_route`, or if the answer is empty.
        media_type: The media type of `answer`; empty if there is none, and for a WebSocket.
        tried: The failed attempts before, each with its URI and the reason.
    """

    uri: str
    status: int
    answer: bytes | None = None
    media_type: str = ""
    tried: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


class HttpTransport:
    """Sends messages over HTTPS and WebSocket; without TLS to endpoints with http or ws.

    It keeps HTTP connections open between messages, connects only to public addresses, and uses no proxy.
    A message is sent to https and http by POST, and to wss and ws over a connection of its own; see
    `pydidcomm.transports.websocket` for one connection for many messages.

    Endpoints are tried in order. A status of 2xx means that the endpoint has the message. After a failed
    connection, or a status of 404, 408, 410, 421, 425, 429 or 5xx, the next endpoint is tried; when all have
    failed, they are tried again after a pause. With any other status the endpoint's service refuses the
    message. The peer of a WebSocket has read the message when it answers a ping that follows; the protocol
    does not show whether it accepts the message. A request that timed out may have been received: receivers
    recognize repeated messages by their replay window.

    Args:
        allow: Networks that are allowed although they are not public, for instance `["10.0.0.0/8"]`.
        ca: Certificate authorities to verify servers with: the path of a PEM file, or an `ssl.SSLContext`;
            None for the system's trust store.
        timeout: The time limit of one request in seconds, from the lookup of the host to the last byte of the
            answer.
        rounds: The number of times that all endpoints are tried.
        pause: The longest pause before the second round, in seconds, doubled before each further one; a
            random part of up to a half is taken off.
        max_answer: The longest answer over `return_route`, in bytes.
        lookup: A coroutine function that takes a host and a port and returns addresses, in place of the
            system's resolver.

    Raises:
        TypeError: `allow` is a single str.
        ValueError: A limit is not positive, or `allow` lists something that is not a network.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, DeliveryError, Message
        >>> from pydidcomm.transports.http import HttpTransport
        >>> async def main():
        ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
        ...     bob_did = await bob.create_peer_did(service_endpoint="http://127.0.0.1:1/")
        ...     hello = Message(type="https://example.org/greeting/1.0/hello")
        ...     async with HttpTransport(rounds=1) as transport:
        ...         try:
        ...             sent = await transport.send(await alice.pack(hello, to=bob_did))
        ...         except DeliveryError as error:
        ...             return error.tried[0][1].split(":")[0]
        >>> asyncio.run(main())
        'refused address'
    """

    def __init__(  # noqa: PLR0913, all are named
        self,
        *,
        allow: Sequence[str | Network | Address] = (),
        ca: AUTHORITIES = None,
        timeout: float = TIMEOUT,
        rounds: int = 2,
        pause: float = 1.0,
        max_answer: int = MAX_ANSWER,
        lookup: Lookup | None = None,
    ) -> None:
        if rounds < 1 or max_answer < 1 or pause < 0:
            message = "`rounds` and `max_answer` must be positive, `pause` must not be negative"
            raise ValueError(message)
        self._client = GuardedClient(allow=allow, ca=ca, timeout=timeout, lookup=lookup)
        self._rounds = rounds
        self._pause = pause
        self._max_answer = max_answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the running event loop.

        Example:
            >>> import asyncio
            >>> from pydidcomm.transports.http import HttpTransport
            >>> asyncio.run(HttpTransport().aclose())
        """
        await self._client.aclose()

    async def send(
        self,
        packed: Packed | Sendable,
        *,
        uri: str | None = None,
        return_route: bool = False,
        progress: Progress | None = None,
    ) -> Sent:
        """Send a message to the first endpoint that accepts it.

        Args:
            packed: The result of `pack`, whose `deliveries` are tried in order.
            uri: A single endpoint to use instead; required if `packed` has no endpoints.
            return_route: Whether to read an answer, for a message that requests one with
                `custom_headers={"return_route": "all"}`. At most one answer is read, and only over a delivery
                without routing keys; over a WebSocket `send` waits for it until `timeout`. Otherwise the body
                of an answer is ignored.
            progress: Called with the number of bytes written and of all bytes, after each 64 KiB; for a
                WebSocket, where a message is one frame, only at the end.

        Returns:
            The endpoint that has the message, and the answer.

        Raises:
            DeliveryError: No endpoint accepted the message.
            EndpointNotFoundError: The recipient has no endpoint for HTTP or WebSocket.
            ValueError: `packed` has no endpoints, and `uri` is None.
        """
        ways = list(_destinations(packed, uri))
        tried: list[tuple[str, str]] = []
        refused: set[str] = set()
        wait = 0.0
        for attempt in range(self._rounds):
            if attempt:
                pause = self._pause * 2 ** (attempt - 1)
                await self._client.pause(max(wait, pause * random.uniform(0.5, 1)))  # noqa: S311, no secret
            wait = 0.0
            for way in ways:
                if way.service in refused:
                    continue
                by = self._frame if way.over_websocket else self._post
                outcome = await by(way, return_route=return_route and way.direct, progress=progress)
                if isinstance(outcome, Sent):
                    return Sent(outcome.uri, outcome.status, outcome.answer, outcome.media_type, tried)
                tried.append((way.uri, outcome.text))
                wait = max(wait, outcome.wait)
                if outcome.final:
                    refused.add(way.service)
            if all(way.service in refused for way in ways):
                raise DeliveryError(tried, refused=True)
        raise DeliveryError(tried)

    async def _post(  # noqa: PLR0911, one per outcome
        self, way: "_Way", *, return_route: bool, progress: Progress | None
    ) -> "Sent | _Failure":
        body = way.text.encode()
        uri = way.uri
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = await self._client.request(
                    "POST",
                    uri,
                    headers={"content-type": way.media_type, "content-length": str(len(body))},
                    content=body if progress is None else _blocks(body, progress),
                    max_bytes=self._max_answer if return_route else None,
                )
            except RequestFailedError as error:
                if error.status is not None and meaning(error.status) is Meaning.SENT:
                    # the message has arrived; only the answer is unusable
                    return Sent(uri, error.status)
                detail = f": {error.detail}" if error.detail else ""
                return _Failure(f"{error.reason.value}{detail}")
            match meaning(answer.status):
                case Meaning.SENT:
                    return Sent(
                        uri, answer.status, answer.body or None, answer.media_type if answer.body else ""
                    )
                case Meaning.MOVED:
                    location = answer.headers.get("location", "")
                    target = redirect_target(uri, location)
                    if target is None:
                        return _Failure(f"status 307 to another host or port: {location}", final=True)
                    uri = target
                case Meaning.RETRY:
                    return _Failure(reason(answer.status), wait_of(answer.headers.get("retry-after")))
                case Meaning.REFUSED:
                    return _Failure(reason(answer.status), final=True)
        return _Failure(f"status 307 more than {MOST_REDIRECTS} times", final=True)

    async def _frame(
        self, way: "_Way", *, return_route: bool, progress: Progress | None
    ) -> "Sent | _Failure":
        try:
            answer = await exchange(
                self._client, way.uri, way.text, wants_answer=return_route, max_bytes=self._max_answer
            )
        except RequestFailedError as error:
            detail = f": {error.detail}" if error.detail else ""
            # with such a status the endpoint refuses WebSockets
            refused = error.status is not None and meaning(error.status) is not Meaning.RETRY
            final = refused or isinstance(error, MessageRefusedError)
            return _Failure(f"{error.reason.value}{detail}", final=final)
        if progress is not None:
            length = len(way.text.encode())
            progress(length, length)
        return Sent(way.uri, SWITCHED, answer)


@dataclass(frozen=True, slots=True)
class _Way:
    """One request that delivers the message."""

    uri: str
    text: str
    media_type: str
    service: str
    direct: bool

    @property
    def over_websocket(self) -> bool:
        """Whether the message is sent as a frame of a WebSocket, and not by POST."""
        return urlsplit(self.uri).scheme.lower() in {"wss", "ws"}


@dataclass(frozen=True, slots=True)
class _Failure:
    text: str
    wait: float = 0.0
    final: bool = False


def _destinations(packed: Packed | Sendable, uri: str | None) -> Iterable[_Way]:
    if uri is not None:
        return [_Way(uri, packed.text, packed.media_type, uri, direct=True)]
    if not isinstance(packed, Packed):
        message = "`packed` has no endpoints: pass `uri='https://...'`"
        raise ValueError(message)  # noqa: TRY004, its type is right with a `uri`
    # raises EndpointNotFoundError if there is none
    packed.delivery(*SCHEMES)
    return [_destination(one) for one in packed.deliveries if urlsplit(one.uri).scheme.lower() in SCHEMES]


def _destination(delivery: Delivery) -> _Way:
    direct = not delivery.route
    return _Way(delivery.uri, delivery.text, delivery.media_type, delivery.service_id, direct)


async def _blocks(body: bytes, progress: Progress) -> AsyncGenerator[bytes]:
    for start in range(0, len(body), BLOCK):
        yield body[start : start + BLOCK]
        progress(min(start + BLOCK, len(body)), len(body))
