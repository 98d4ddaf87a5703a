"""Live mode: a WebSocket on which the mediator pushes envelopes as they arrive."""

from typing import TYPE_CHECKING, Final

import anyio

from pydidcomm.protocols import Body, Thread
from pydidcomm.transports.websocket import WebSocketTransport

if TYPE_CHECKING:
    from pydidcomm.agent.mediation import Mediation

__all__ = ["Live"]

QUIET_SECONDS: Final = 45.0
"""Seconds without a frame until a status request: a mobile network may drop a connection silently."""

AGAIN_SECONDS: Final = 2.0
"""Seconds until envelopes that could not be stored are fetched again."""

ANSWER_SECONDS: Final = 20.0
"""Seconds to wait for an answer before the connection is closed."""


class Live:
    """One connection in live mode.

    Args:
        mediation: The mediator.
        uri: Its WebSocket endpoint.
        allow: Networks that are not public and that may be connected to.
    """

    def __init__(self, mediation: "Mediation", uri: str, allow: tuple[str, ...]) -> None:
        self._mediation = mediation
        self._uri = uri
        self._allow = allow
        self._threads: dict[str, Thread] = {}
        self._left_over = False

    async def run(self) -> None:
        """Receive until the connection ends, or the mediator refuses live mode."""
        pickup = self._mediation.pickup
        async with WebSocketTransport(self._uri, reconnect=False, allow=self._allow) as socket:
            await self._ask(socket, pickup.live())
            asked = False
            while True:
                quiet = AGAIN_SECONDS if self._left_over else QUIET_SECONDS
                frame = await _next_frame(socket, ANSWER_SECONDS if asked else quiet)
                if frame is None and self._left_over and not asked:
                    self._left_over = False
                    await self._ask(socket, pickup.fetch())
                    continue
                if frame == b"" or (frame is None and asked):
                    return
                asked = frame is None
                if frame is None:
                    await self._ask(socket, pickup.status())
                elif not await self._frame(socket, frame):
                    return

    async def _frame(self, socket: WebSocketTransport, frame: bytes) -> bool:
        """Handle one frame; return False if the mediator has refused live mode."""
        mediation, pickup = self._mediation, self._mediation.pickup
        events = await mediation.read(pickup.protocol, self._threads, frame)
        if events is None:
            await mediation.take_bare(frame)
            return True
        for event in events:
            asked = self._threads.pop(event.thid or "", None) is not None
            if event.name == "polling":
                return False
            if event.name == "live":
                # envelopes from before live mode are not pushed
                await self._ask(socket, pickup.fetch())
            elif event.name == "delivered":
                stored = await mediation.store(event.data)
                # envelopes that were not stored are not pushed again
                self._left_over |= len(stored) < len(event.data)
                if stored:
                    await self._ask(socket, pickup.received(stored))
                if stored and asked:
                    # the queue may have more
                    await self._ask(socket, pickup.fetch())
        return True

    async def _ask(self, socket: WebSocketTransport, body: Body) -> None:
        packed, thread = await self._mediation.pack_request(self._mediation.pickup.protocol, body)
        if thread is not None:
            # a request may never be answered
            while len(self._threads) >= _MOST_THREADS:
                del self._threads[next(iter(self._threads))]
            self._threads[thread.thid] = thread
        await socket.send(packed)


async def _next_frame(socket: WebSocketTransport, seconds: float) -> bytes | None:
    """Return the next frame, empty at the end of the connection; None after a timeout."""
    with anyio.move_on_after(seconds):
        return await anext(socket, b"")
    return None


_MOST_THREADS: Final = 32
"""Pending requests on one connection."""
