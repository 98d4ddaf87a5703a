"""The inbox: store a message before its sender gets 2xx, and reject repeats."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush
from typing import ClassVar, Final

from pydidcomm import ReplayedMessageError, UnpackResult, short_form
from pydidcomm.agent.effects import outbox_item
from pydidcomm.agent.limits import Limits
from pydidcomm.agent.relationships import Relationships
from pydidcomm.agent.return_routes import ReturnRoutes, connection_of
from pydidcomm.errors import DIDCommError
from pydidcomm.protocols import Received, received_from
from pydidcomm.protocols.acknowledgment import acknowledgment, ids_to_acknowledge
from pydidcomm.stores import Done, Incoming, Relationship, Store

__all__ = ["BusyError", "Inbox", "MessageTooOldError"]


AGAIN_SECONDS: Final = 15
"""Seconds in which repeats of one message are acknowledged once: senders retry after a longer pause."""

_AGAIN: Final = uuid.UUID("7f0c3d5e-6a4b-5c1d-8e2f-90a1b2c3d4e5")
"""The UUID namespace for the ids of these acknowledgments."""


class MessageTooOldError(DIDCommError):
    """`created_time` is older than `Limits.window`, or missing where the limits require it.

    The message may be a repeat of one that was forgotten.
    """

    code: ClassVar[str] = "e.p.req.time"


class BusyError(Exception):
    """Too many messages wait for a handler; the sender must retry later."""


class Inbox:
    """Stores incoming messages.

    Args:
        store: The store.
        relationships: Finds the relationship of each message.
        limits: The limits.
        clock: Returns the time, in seconds since the epoch.
        routes: The connections that wait for an answer.
    """

    def __init__(
        self,
        store: Store,
        relationships: Relationships,
        limits: Limits,
        clock: Callable[[], float],
        routes: ReturnRoutes,
    ) -> None:
        self._store = store
        self._relationships = relationships
        self._limits = limits
        self._clock = clock
        self._routes = routes
        self._counted: dict[str, str] = {}
        self._waiting: Counter[str] = Counter()
        self._expiring: list[tuple[int, str]] = []
        self._counted_at = 0
        self.changed: Callable[[], None] = lambda: None
        self.outbox_changed: Callable[[], None] = lambda: None

    async def accept(self, result: UnpackResult) -> None:
        """Store a message; once this returns, the transport may acknowledge it.

        Args:
            result: The result of `unpack`, without a replay window: the inbox itself detects repeats.

        Raises:
            ReplayedMessageError: The message was stored before; the transport may acknowledge it again.
            MessageTooOldError: `created_time` is older than `Limits.window`, or missing where the limits
                require it.
            BusyError: Too many messages wait for a handler.
        """
        now = int(self._clock())
        created = result.message.created_time
        oldest = now - self._limits.window
        if created < oldest if created is not None else self._limits.require_created_time:
            raise MessageTooOldError
        received = received_from(result, at=now)
        relationship = await self._relationships.meet(received, now)
        peer = "" if relationship is None else relationship.id
        if self._is_full(peer, now) and not await self._is_free_again(now):
            raise BusyError
        key = _key(received, relationship)
        connection = connection_of(result) if received.return_route != "none" else None
        received = replace(received, relationship=peer or None, connection=connection)
        incoming = Incoming(
            key=key,
            lane=f"{peer or received.sender or ''} {_root(received)}",
            received=received.as_json(),
            at=now,
            relationship=peer or None,
            expires=received.message.expires_time,
        )
        counts = self._count(incoming, peer, now)
        try:
            new = await self._store.accept(incoming)
        except BaseException:
            if counts:
                self.finish(key)
            raise
        if not new:
            if counts:
                self.finish(key)
            await self._acknowledge_again(received, key, now)
            raise ReplayedMessageError(received.message.id, received.sender)
        if connection is not None:
            self._routes.open(connection)
        self.changed()

    def finish(self, key: str) -> None:
        """Stop counting a message as waiting; a message that is not counted is ignored.

        Args:
            key: The key of the message.
        """
        peer = self._counted.pop(key, None)
        if peer is not None:
            self._waiting[peer] -= 1
            if not self._waiting[peer]:
                del self._waiting[peer]

    def _count(self, incoming: Incoming, peer: str, now: int) -> bool:
        """Count a message as waiting, unless it is counted or has expired; return whether it is new."""
        expires = incoming.expires
        if incoming.key in self._counted or (expires is not None and expires <= now):
            return False
        self._counted[incoming.key] = peer
        self._waiting[peer] += 1
        if expires is not None:
            heappush(self._expiring, (expires, incoming.key))
        return True

    def _is_full(self, peer: str, now: int) -> bool:
        """Return whether too many messages wait, in all or of the peer."""
        while self._expiring and self._expiring[0][0] <= now:
            self.finish(heappop(self._expiring)[1])
        return (
            self._waiting.total() >= self._limits.waiting
            or self._waiting[peer] >= self._limits.waiting_per_peer
        )

    async def _is_free_again(self, now: int) -> bool:
        """Reset the counts if no message waits in the store: other processes may have handled all."""
        if now == self._counted_at:
            return False
        self._counted_at = now
        if await self._store.waiting(now, 1):
            return False
        self._counted.clear()
        self._waiting.clear()
        self._expiring.clear()
        return True

    async def _acknowledge_again(self, received: Received, key: str, now: int) -> None:
        """Send an acknowledgment again, which the sender of a repeat has not received."""
        outgoing = acknowledgment(received, ids_to_acknowledge(received, {}), now=now)
        if outgoing is not None and received.relationship is not None:
            # one id for repeats in a row: an observer who replays the envelope must not cause many messages
            again = str(uuid.uuid5(_AGAIN, f"{key} {now // AGAIN_SECONDS}"))
            outgoing = replace(outgoing, message=outgoing.message.replace(id=again))
            item = outbox_item(outgoing, received.relationship)
            await self._store.commit(Done(outbox=(item,)))
            self.outbox_changed()


def _key(received: Received, relationship: Relationship | None) -> str:
    """Return the key of a message; it uses the peer's first DID, which a rotation does not change."""
    sender = received.sender
    if relationship is not None:
        sender = (*relationship.their_history, relationship.theirs)[0] or sender
    if sender is None:
        return f"anonymous {hashlib.sha256(received.message.as_json().encode()).hexdigest()}"
    with suppress(ValueError):
        sender = short_form(sender)
    return f"{sender} {received.message.id.lower()}"


def _root(received: Received) -> str:
    return (received.message.pthid or received.message.thread).lower()
