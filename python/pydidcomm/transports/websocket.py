"""Send and receive messages over one WebSocket. Extra: `http`. DIDComm v2.1, section "WebSockets"."""

import random
from collections.abc import Sequence
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydidcomm._core import Packed
from pydidcomm._http.addresses import Address, Network
from pydidcomm._http.client import AUTHORITIES, GuardedClient, RequestFailedError
from pydidcomm._http.guard import Lookup
from pydidcomm._http.sockets import open_session
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
"""The longest message that is received, in bytes."""

MOST_WAITING: Final = 64
"""The maximum number of received messages that wait for the program; at it, reading pauses."""

FIRST_PAUSE: Final = 0.5
"""The pause before the first reconnection, in seconds; it doubles with each that fails."""

LONGEST_PAUSE: Final = 60.0
"""The longest pause before a reconnection, in seconds."""


class WebSocketTransport:
    """One connection to an endpoint, for messages in both directions.

    It connects when it is entered, and reconnects when the connection ends, after a pause that grows and has
    a random part. Each message is one frame, text or binary like the last frame of the peer; before the first
    one `binary` decides. A message is sent at most once: if the connection fails during it, `send` raises.

    The connection does not authenticate messages: the sender is the one that `unpack` proves.

    Args:
        uri: The endpoint, a ws or wss URL.
        binary: Whether frames are binary until the peer has sent one.
        reconnect: Whether to reconnect when the connection ends; otherwise the iteration ends then.
        allow: Networks that are allowed although they are not public, as for `HttpTransport`.
        ca: Certificate authorities to verify the server with, as for `HttpTransport`.
        timeout: The time limit of a connection attempt and of `send`, in seconds.
        max_bytes: The longest message that is received, in bytes.
        lookup: A coroutine function that looks up hosts, as for `HttpTransport`.

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
            # without the exception of the block, which would be raised again in an exception group
            await self._tasks.__aexit__(None, None, None)
        finally:
            # also if the task that entered it is cancelled
            self._put.close()
            self._incoming.close()
            with anyio.CancelScope(shield=True):
                await self._client.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next message of the peer, packed."""
        try:
            return await self._incoming.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def send(self, packed: Packed | Sendable) -> None:
        """Send a message as one frame, as soon as there is a connection.

        Args:
            packed: The result of `pack`. If one of its `deliveries` is for this endpoint, that one is sent.

        Raises:
            DeliveryError: There was no connection in time, or it failed, and the peer may have the message.
        """
        text = _text_for(packed, self._uri)
        while True:
            session = await self._open_session()
            frame = BytesMessage(data=text.encode()) if self._binary else TextMessage(data=text)
            try:
                with anyio.fail_after(self._timeout):
                    await session.send(frame)
            except LocalProtocolError:
                # the connection is closing, and nothing of the frame was written
                self._drop_session(session)
                continue
            except BaseException as error:
                # a part of the frame may be on the wire, after which nothing else can follow
                self._drop_session(session)
                with anyio.CancelScope(shield=True):
                    await session.stream.aclose()
                if isinstance(error, (TimeoutError, websockets.HTTPXWSException)):
                    raise DeliveryError([(self._uri, "broken off")]) from error
                raise
            return

    async def _open_session(self) -> websockets.AsyncWebSocketSession:
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

    def _drop_session(self, session: object) -> None:
        if self._session is session:
            self._session = None

    def _change(self, session: websockets.AsyncWebSocketSession | None) -> None:
        self._session = session
        self._changed.set()
        self._changed = anyio.Event()

    async def _run(self) -> None:
        """Connect, read, and reconnect."""
        failures = 0
        while True:
            try:
                async with open_session(self._client, self._uri, max_bytes=self._max_bytes) as session:
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
        """Pass on received messages, until the connection ends."""
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
