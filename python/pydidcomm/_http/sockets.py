"""WebSocket sessions over guarded connections."""

import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydidcomm._http.client import GuardedClient, Reason, RequestFailedError, parse_url, translate_errors

try:
    import anyio
    import httpcore2
    import httpx2
    from httpx2 import websockets
except ImportError as error:
    message = f"{error.name} is not installed: pip install 'pydidcomm[http]'"
    raise ImportError(message, name=error.name) from None

__all__ = ["open_session"]


_PING_SECONDS = 20.0
"""The interval of pings, and the time limit of a pong, in seconds: routers drop idle connections."""


@asynccontextmanager
async def open_session(
    client: GuardedClient, url: str, *, max_bytes: int
) -> AsyncGenerator[websockets.AsyncWebSocketSession]:
    """Open a WebSocket session; a message of more than `max_bytes` closes it.

    Raises:
        RequestFailedError: The session was not opened within the time limit of the client.
    """
    started: list[int] = []
    with (
        translate_errors(started),
        anyio.CancelScope(deadline=anyio.current_time() + client.timeout) as limit,
    ):
        async with httpx2.AsyncClient(transport=_Pool(client), trust_env=False, timeout=None) as http:
            try:
                async with http.websocket(
                    parse_url(url, "ws", "wss"),
                    max_message_size_bytes=max_bytes,
                    keepalive_ping_interval_seconds=_PING_SECONDS,
                    keepalive_ping_timeout_seconds=_PING_SECONDS,
                ) as session:
                    limit.deadline = math.inf
                    yield session
            except websockets.WebSocketUpgradeError as error:
                status = error.response.status_code
                started.append(status)
                raise RequestFailedError(Reason.BROKEN_OFF, f"status {status} instead of 101") from error
    if limit.cancelled_caught:
        raise RequestFailedError(Reason.TIMED_OUT)


class _Pool(httpx2.AsyncBaseTransport):
    """A transport over the guarded connections, since the client of httpx2 has no argument for the guard."""

    def __init__(self, client: GuardedClient) -> None:
        self._pool = client.pool()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer: Any = await self._pool.handle_async_request(
            httpcore2.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        )
        stream = _Stream(answer.stream)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions
        )


class _Stream(httpx2.AsyncByteStream):
    """The body of a response; closing it returns the connection to the pool."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401, that of httpcore2
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
