"""Send and receive messages over one WebSocket. Extra: `http`. DIDComm v2.1, section "WebSockets"."""

import random
from collections.abc import Sequence
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydidcomm._core import Packed
from pydidcomm._http.addresses import Address, Network
from pydidcomm._http.client import AUTHORITIES, GuardedClient, RequestFailedError
from pydidcomm._http.guard import Lookup
from pydidcomm._http.sockets import opened
from pydidcomm.errors import DeliveryError
from pydidcomm.transports.http import TIMEOUT, Sendable

try:
    import anyio
    from httpx2 import websockets
    from wsproto.events import BytesMessage, TextMessage
    from wsproto.utilities import LocalProtocolError, ProtocolError
except ImportError as error:
    message = f"{error.name} is not installed: pip install 'pydidcomm[http]'"
    raise ImportError(message, name=error.name) from None

__all__ = ["WebSocketTransport"]

MAX_BYTES: Final = 1_048_576
"""The longest message that is received."""

MOST_WAITING: Final = 64
"""How many received messages wait for the program; then the connection is read no further."""

FIRST_PAUSE: Final = 0.5
"""Seconds before the first new connection, doubled for each that fails."""

LONGEST_PAUSE: Final = 60.0
"""Seconds after which a new connection is tried however many failed."""


class WebSocketTransport:
    """One connection to an endpoint, for messages in both directions.

    It connects when it is entered, and again, after a pause that grows and has a random part, when the
    connection ends. Each message is a frame of its own, text or binary: as the peer sends, and before that as
    `binary` says. A message is sent at most once: where the connection breaks in its middle, `send` raises.

    What arrives proves nothing by its connection: the sender is the one that `unpack` proves.

    Args:
        uri: The endpoint, ws or wss.
        binary: Whether frames are binary before the peer has sent one.
        reconnect: Whether it connects again when the connection ends; otherwise iterating ends then.
        allow: Networks that are allowed although they are not public, as for `HttpTransport`.
        ca: Certificate authorities to verify the server with, as for `HttpTransport`.
        timeout: Seconds to connect, and for `send`.
        max_bytes: The longest message that is received.
        lookup: Looks up hosts, as for `HttpTransport`.

    Raises:
        ValueError: `uri` is not a ws or wss URL, or a limit is not positive.

    Example:
        >>> from pydidcomm.transports.websocket import WebSocketTransport
        >>> async def talk(party, packed):
        ...     async with WebSocketTransport("wss://mediator.example/") as socket:
        ...         await socket.send(packed)
        ...         async for body in socket:
        ...             print(await party.unpack(body))
    """

    def __init__(  # noqa: PLR0913, all but the first are named
        self,
        uri: str,
        *,
        binary: bool = False,
        reconnect: bool = True,
        allow: Sequence[str | Network | Address] = (),
        ca: AUTHORITIES = None,
        timeout: float = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        lookup: Lookup | None = None,
    ) -> None:
        if urlsplit(uri).scheme.lower() not in {"ws", "wss"} or not urlsplit(uri).hostname:
            message = f"`uri` must be a ws or wss URL, got {uri!r}"
            raise ValueError(message)
        if max_bytes < 1:
            message = f"`max_bytes` must be positive, got {max_bytes!r}"
            raise ValueError(message)
        self._uri = uri
        self._binary = binary
        self._reconnect = reconnect
        self._client = GuardedClient(allow=allow, ca=ca, timeout=timeout, lookup=lookup)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._failure = "not connected"
        self._ended = False

    async def __aenter__(self) -> Self:
        self._session: websockets.AsyncWebSocketSession | None = None
        self._changed = anyio.Event()
        self._put, self._incoming = anyio.create_memory_object_stream[bytes](MOST_WAITING)
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._tasks.cancel_scope.cancel()
        try:
            # without the exception of the block, which would come back in a group
            await self._tasks.__aexit__(None, None, None)
        finally:
            # also where the task that entered it is cancelled
            self._put.close()
            self._incoming.close()
            with anyio.CancelScope(shield=True):
                await self._client.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next message that the peer sends."""
        try:
            return await self._incoming.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def send(self, packed: Packed | Sendable) -> None:
        """Send a message as one frame, as soon as there is a connection.

        Args:
            packed: What `pack` returned; where one of its `deliveries` is for this endpoint, that one.

        Raises:
            DeliveryError: There was no connection in time, or it broke, and the peer may have the message.
        """
        text = _text_for(packed, self._uri)
        while True:
            session = await self._connected()
            frame = BytesMessage(data=text.encode()) if self._binary else TextMessage(data=text)
            try:
                with anyio.fail_after(self._timeout):
                    await session.send(frame)
            except LocalProtocolError:
                # the connection is being closed, and nothing of the frame was written
                self._lost(session)
                continue
            except BaseException as error:
                # half a frame may be on the wire, after which nothing else can follow
                self._lost(session)
                with anyio.CancelScope(shield=True):
                    await session.stream.aclose()
                if isinstance(error, (TimeoutError, websockets.HTTPXWSException)):
                    raise DeliveryError([(self._uri, "broken off")]) from error
                raise
            return

    async def _connected(self) -> websockets.AsyncWebSocketSession:
        """The session, once there is one."""
        try:
            with anyio.fail_after(self._timeout):
                while self._session is None and not self._ended:
                    await self._changed.wait()
        except TimeoutError as error:
            raise DeliveryError([(self._uri, self._failure)]) from error
        if self._session is None:
            raise DeliveryError([(self._uri, self._failure)])
        return self._session

    def _lost(self, session: object) -> None:
        if self._session is session:
            self._session = None

    def _change(self, session: websockets.AsyncWebSocketSession | None) -> None:
        self._session = session
        self._changed.set()
        self._changed = anyio.Event()

    async def _run(self) -> None:
        """Connects, reads, and connects again."""
        failures = 0
        while True:
            try:
                async with opened(self._client, self._uri, max_bytes=self._max_bytes) as session:
                    failures = 0
                    self._change(session)
                    await self._read(session)
            except RequestFailedError as error:
                failures += 1
                self._failure = (
                    f"{error.reason.value}: {error.detail}" if error.detail else error.reason.value
                )
            if not self._reconnect:
                break
            self._change(None)
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10))
            await anyio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311, no secret
        self._ended = True
        self._change(None)
        self._put.close()

    async def _read(self, session: websockets.AsyncWebSocketSession) -> None:
        """Passes on what arrives, until the connection ends."""
        while True:
            try:
                event: Any = await session.receive()
            except websockets.WebSocketDisconnect as error:
                self._failure = f"closed by the peer: {error.code}"
                return
            except (websockets.HTTPXWSException, ProtocolError):
                self._failure = "broken off"
                return
            data: str | bytes = event.data
            self._binary = not isinstance(data, str)
            await self._put.send(data.encode() if isinstance(data, str) else bytes(data))


def _text_for(packed: Packed | Sendable, uri: str) -> str:
    if isinstance(packed, Packed):
        return next((one.text for one in packed.deliveries if one.uri == uri), packed.text)
    return packed.text
