"""The two applications that are compared: a receiver, and one that answers 202 and does nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydidcomm import DIDCommMessaging, UnpackResult, sync
from pydidcomm.transports.receiver import receiver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_party = sync.DIDCommMessaging()
Path(os.environ["PARTS_DID"]).write_text(_party.create_peer_did())


async def handler(_received: UnpackResult) -> None:
    """Does nothing."""


app = receiver(DIDCommMessaging(_party.secrets, _party.resolver), handler)


async def nothing(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Reads the body, and answers 202."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
