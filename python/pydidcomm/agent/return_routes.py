"""Connections whose senders wait for an answer on them. DIDComm v2.1, extension "Return-Route"."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import anyio

from pydidcomm import Packed, UnpackResult

__all__ = ["ReturnRoutes", "connection_of"]

MOST_ROUTES: Final = 1000
"""Connections that wait for an answer; the one that waits longest is given up first."""


@dataclass(slots=True)
class _Route:
    event: anyio.Event = field(default_factory=anyio.Event)
    message_ids: frozenset[str] = frozenset()
    answer: Packed | None = None


class ReturnRoutes:
    """The connections that wait, each for one answer.

    Args:
        seconds: How long each waits.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: OrderedDict[str, _Route] = OrderedDict()
        self._by_message: dict[str, str] = {}

    def open(self, connection: str) -> None:
        """Let an answer leave on a connection.

        Args:
            connection: The connection.
        """
        self._open[connection] = _Route()
        if len(self._open) > MOST_ROUTES:
            self._close(next(iter(self._open)))

    def __contains__(self, connection: str | None) -> bool:
        """Whether a connection waits for an answer."""
        return connection in self._open

    def bind(self, connection: str | None, message_ids: Iterable[str]) -> None:
        """Say which messages may leave on a connection; without any, the connection waits no more.

        Args:
            connection: The connection.
            message_ids: The messages.
        """
        route = self._open.get(connection or "")
        if route is None or connection is None:
            return
        route.message_ids = frozenset(message_ids)
        if not route.message_ids:
            self._close(connection)
        self._by_message |= dict.fromkeys(route.message_ids, connection)

    def waits_for(self, message_id: str) -> bool:
        """Whether a connection waits for a message.

        Args:
            message_id: The message.
        """
        return self._by_message.get(message_id) in self._open

    def offer(self, message_id: str, packed: Packed) -> bool:
        """Send a message on its connection; returns whether one waits for it.

        Args:
            message_id: The message.
            packed: The same, packed.
        """
        connection = self._by_message.get(message_id)
        route = None if connection is None else self._open.get(connection)
        if route is None or connection is None:
            return False
        route.answer = packed
        self._close(connection)
        return True

    async def answer(self, connection: str | None) -> Packed | None:
        """Wait for the answer that leaves on a connection; None where there is none.

        Args:
            connection: The connection.
        """
        route = self._open.get(connection or "")
        if route is None or connection is None:
            return None
        try:
            with anyio.move_on_after(self._seconds):
                await route.event.wait()
        finally:
            # a later answer is offered in vain, and sent to an endpoint
            self._close(connection)
        return route.answer

    def _close(self, connection: str) -> None:
        route = self._open.pop(connection, None)
        if route is not None:
            for one in route.message_ids:
                self._by_message.pop(one, None)
            route.event.set()


def connection_of(result: UnpackResult) -> str | None:
    """The id of the connection that brought a message; None where its sender is not proved.

    Args:
        result: What `unpack` returned.
    """
    return None if result.sender is None else f"{result.sender} {result.message.id}"
