"""Send one message over a WebSocket of its own, for `HttpTransport`."""

from typing import Any, Final

from pydidcomm._http.client import GuardedClient, Reason, RequestFailedError
from pydidcomm._http.sockets import open_session

try:
    import anyio
    from httpcore2 import NetworkError
    from httpx2 import websockets
    from wsproto.events import TextMessage
    from wsproto.utilities import ProtocolError
except ImportError as error:
    message = f"{error.name} is not installed: pip install 'pydidcomm[http]'"
    raise ImportError(message, name=error.name) from None

__all__ = ["MessageRefusedError", "exchange"]


_CLOSED: Final = frozenset({1000, 1001, 1005})
"""The close codes that do not refuse the message."""

_REFUSING: Final = frozenset({1003, 1007, 1008, 1009, 1010})
"""The close codes that refuse the message: it would be refused again. RFC 6455, section 7.4.1."""

_LEAST: Final = 1_024
"""The least number of bytes that an unwanted message counts for, since an empty one takes time too."""


class MessageRefusedError(RequestFailedError):
    """The peer closed the connection because of the message."""


async def exchange(
    client: GuardedClient, uri: str, text: str, *, wants_answer: bool, max_bytes: int
) -> bytes | None:
    """Send a message as one text frame over a connection of its own; return the answer, if one is wanted.

    A ping follows the message, and its pong shows that the peer has read it. WebSocket has no status: a peer
    that refuses a message closes with a code, which is noticed if it arrives before the pong or the answer.

    Raises:
        MessageRefusedError: The peer closed with a code that refuses the message.
        RequestFailedError: The connection failed, or the peer did not answer the ping.
    """
    outcome = _Outcome()
    deadline = anyio.current_time() + client.timeout
    async with open_session(client, uri, max_bytes=max_bytes) as session:
        try:
            with anyio.CancelScope(deadline=deadline):
                await _talk(session, text, outcome, wants_answer=wants_answer, most=max_bytes)
        finally:
            if not outcome.was_read:
                # no close frame: it would wait for a peer that does not read, and cannot be cancelled
                with anyio.CancelScope(shield=True):
                    await session.stream.aclose()
    if outcome.was_read and outcome.code in _CLOSED | {None}:
        return outcome.answer
    if outcome.code is not None:
        kind = MessageRefusedError if outcome.code in _REFUSING else RequestFailedError
        raise kind(Reason.BROKEN_OFF, f"closed with code {outcome.code}")
    raise RequestFailedError(outcome.failure)


class _Outcome:
    """The outcome of a connection."""

    def __init__(self) -> None:
        self.was_read = False
        self.answer: bytes | None = None
        self.code: int | None = None
        self.failure = Reason.TIMED_OUT


async def _talk(
    session: websockets.AsyncWebSocketSession, text: str, outcome: _Outcome, *, wants_answer: bool, most: int
) -> None:
    # an exception that leaves the session would be raised in an exception group
    async with anyio.create_task_group() as tasks:

        async def read() -> None:
            await _read(session, outcome, wants_answer=wants_answer, most=most)
            tasks.cancel_scope.cancel()

        tasks.start_soon(read)
        try:
            await session.send(TextMessage(data=text))
            pong = await session.ping()
        except (websockets.HTTPXWSException, ProtocolError, NetworkError):
            # the peer has closed the connection, and its close code may give the reason
            outcome.failure = Reason.BROKEN_OFF
            return
        await pong.wait()
        outcome.was_read = True
        if not wants_answer:
            tasks.cancel_scope.cancel()


async def _read(
    session: websockets.AsyncWebSocketSession, outcome: _Outcome, *, wants_answer: bool, most: int
) -> None:
    """Read up to the answer or the end of the connection; if no answer is wanted, at most `most` bytes."""
    unasked = 0
    while outcome.answer is None:
        try:
            event: Any = await session.receive()
        except websockets.WebSocketDisconnect as error:
            outcome.code, outcome.failure = error.code, Reason.BROKEN_OFF
            return
        except (websockets.HTTPXWSException, ProtocolError, anyio.EndOfStream, anyio.ClosedResourceError):
            outcome.failure = Reason.BROKEN_OFF
            return
        data: str | bytes = event.data
        unasked += max(len(data), _LEAST)
        if wants_answer:
            outcome.answer = data.encode() if isinstance(data, str) else bytes(data)
            outcome.was_read = True
        elif unasked > most:
            # a peer that sends without end and answers no ping would use up the time limit
            outcome.failure = Reason.TOO_LARGE
            return
