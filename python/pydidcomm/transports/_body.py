"""Read the body of a request from an ASGI server."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pydidcomm.transports import _requests as requests
from pydidcomm.transports._requests import Reply

__all__ = ["read_body"]


async def read_body(
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]], max_bytes: int
) -> bytes | Reply | None:
    """The body, or the reply to one that is too long; None if the sender disconnected."""
    parts: list[bytes] = []
    length = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        part: bytes = event.get("body", b"")
        length += len(part)
        if length > max_bytes:
            return requests.TOO_LARGE
        parts.append(part)
        if not event.get("more_body", False):
            return b"".join(parts)
