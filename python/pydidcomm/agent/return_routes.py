"""Return routes: connections on which an answer is sent. DIDComm v2.1, extension "Return-Route"."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import anyio

from pydidcomm import Packed, UnpackResult

__all__ = ["ReturnRoutes", "connection_of"]

MOST_ROUTES: Final = 1000
"""Connections that wait for an answer; the oldest one is evicted."""


@dataclass(slots=True)
class _Route:
    event: anyio.Event = field(default_factory=anyio.Event)
    message_ids: frozenset[str] = frozenset()
    answer: Packed | None = None


class ReturnRoutes:
    """The connections that wait, each for one answer.

    Args:
        seconds: The maximum wait of each, in seconds.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: OrderedDict[str, _Route] = OrderedDict()
        self._by_message: dict[str, str] = {}

    def open(self, connection: str) -> None:
        """Register a connection that waits for an answer.

        Args:
            connection: The id of the connection.
        """
        self._open[connection] = _Route()
        if len(self._open) > MOST_ROUTES:
            self._close(next(iter(self._open)))

    def __contains__(self, connection: str | None) -> bool:
        """Return whether a connection waits for an answer."""
        return connection in self._open

    def bind(self, connection: str | None, message_ids: Iterable[str]) -> None:
        """Set the messages that may be sent on a connection; with none, the wait ends.

        Args:
            connection: The id of the connection.
            message_ids: The ids of the messages.
        """
        route = self._open.get(connection or "")
        if route is None or connection is None:
            return
        route.message_ids = frozenset(message_ids)
        if not route.message_ids:
            self._close(connection)
        self._by_message |= dict.fromkeys(route.message_ids, connection)

    def waits_for(self, message_id: str) -> bool:
        """Return whether a connection waits for a message.

        Args:
            message_id: The id of the message.
        """
        return self._by_message.get(message_id) in self._open

    def offer(self, message_id: str, packed: Packed) -> bool:
        """Send a message on the connection that waits for it; return whether there is one.

        Args:
            message_id: The id of the message.
            packed: The packed message.
        """
        connection = self._by_message.get(message_id)
        route = None if connection is None else self._open.get(connection)
        if route is None or connection is None:
            return False
        route.answer = packed
        self._close(connection)
        return True

    async def answer(self, connection: str | None) -> Packed | None:
        """Wait for the answer to send on a connection; return None if there is none in time.

        Args:
            connection: The id of the connection.
        """
        route = self._open.get(connection or "")
        if route is None or connection is None:
            return None
        try:
            with anyio.move_on_after(self._seconds):
                await route.event.wait()
        finally:
            # `offer` returns False for a later answer, which is then sent to an endpoint
            self._close(connection)
        return route.answer

    def _close(self, connection: str) -> None:
        route = self._open.pop(connection, None)
        if route is not None:
            for one in route.message_ids:
                self._by_message.pop(one, None)
            route.event.set()


def connection_of(result: UnpackResult) -> str | None:
    """Return the id of the connection that brought a message; None for an anonymous message.

    Args:
        result: The result of `unpack`.
    """
    return None if result.sender is None else f"{result.sender} {result.message.id}"
