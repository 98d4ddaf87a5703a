"""The outbox: pack messages when they are sent, and retry until they are sent or expire."""

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import anyio
from anyio.abc import TaskGroup

from pydidcomm import (
    DeliveryError,
    DIDCommError,
    DIDCommMessaging,
    EndpointNotFoundError,
    Message,
    Packed,
    ResolutionError,
)
from pydidcomm._failures import FAILURES
from pydidcomm.agent.claims import Claims
from pydidcomm.agent.events import Events, Signal
from pydidcomm.agent.limits import Limits
from pydidcomm.agent.profiles import Profiles, pack_config
from pydidcomm.agent.relationships import announcement
from pydidcomm.agent.return_routes import ReturnRoutes
from pydidcomm.agent.sending import NotSentError
from pydidcomm.protocols import Event
from pydidcomm.secrets import SecretsUnavailableError
from pydidcomm.stores import OutboxItem, Store, StoreUnavailableError
from pydidcomm.stores.records import OutboxState
from pydidcomm.stores.store import MOST_ITEMS
from pydidcomm.transports.http import Sent

__all__ = ["Outbox", "Transport"]

LOG: Final = logging.getLogger("pydidcomm.agent")

PAGE: Final = 64
"""Messages per read of the store."""

IDLE_SECONDS: Final = 1.0
"""Seconds between two reads of the store without a signal: due times are whole seconds."""

ACK_SECONDS: Final = 30
"""Seconds until a message that requests an acknowledgment is sent again, doubled each time."""

SLOW_SECONDS: Final = 1.0
"""Seconds until a peer at its limit of deliveries counts as slow; its messages wait for `SLOW_PAUSE`."""

SLOW_PAUSE: Final = 30
"""Maximum number of seconds that a message to a slow peer waits: each postponement is a write."""

ACK_ATTEMPTS: Final = 5
"""How often a message that requests an acknowledgment is sent before it is unconfirmed."""


class Transport(Protocol):
    """Sends packed messages, as `HttpTransport` does."""

    async def send(self, packed: Packed, *, return_route: bool = False) -> Sent:
        """Send a message to the first endpoint that accepts it, and read a requested answer.

        Args:
            packed: The message.
            return_route: Whether the message requests an answer on its connection.

        Raises:
            DeliveryError: No endpoint accepted the message.
        """
        ...


def _peer(item: OutboxItem) -> tuple[str | None, str | None]:
    """Return the relationship of a message, or else its recipient."""
    return item.relationship, None if item.relationship is not None else item.to


class _Sending:
    """A message that is being sent."""

    def __init__(self, item: OutboxItem) -> None:
        self.relationship, self.to = _peer(item)
        self._since = anyio.current_time()

    @property
    def age(self) -> float:
        """The seconds since the delivery began."""
        return anyio.current_time() - self._since


_UNCLEAR: Final = ("timed out", "broken off")
"""Parts of the text of a `DeliveryError` whose endpoint may have received the message."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The outcome of an attempt."""

    state: OutboxState
    error: str | None = None
    final: bool = True


class Outbox:
    """Sends the messages of the store.

    Args:
        store: The store with the outbox.
        messaging: Packs messages.
        transport: Sends messages.
        routes: The connections that wait for an answer.
        profiles: The envelope profiles of peers.
        take: Stores an envelope that was returned on the connection of a sent message.
        claims: Prevents other processes from sending the same message.
        limits: The limits.
        events: Receives the outcomes.
        clock: Returns the time, in seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913, the parts that it joins
        self,
        *,
        store: Store,
        messaging: DIDCommMessaging,
        transport: Transport,
        routes: ReturnRoutes,
        profiles: Profiles,
        take: Callable[[bytes], Awaitable[object]],
        claims: Claims,
        limits: Limits,
        events: Events,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._messaging = messaging
        self._transport = transport
        self._routes = routes
        self._profiles = profiles
        self._take = take
        self._limits = limits
        self._events = events
        self._clock = clock
        self._signal = Signal()
        self.unsent: Callable[[str, Exception], None] = lambda _, __: None
        self._more = True
        self._busy: dict[str, _Sending] = {}
        self._claims = claims
        self._elsewhere: dict[str, float] = {}
        """The messages that other processes have claimed, each with the time of the next try by the loop."""

    def wake(self) -> None:
        """Read the outbox: a message was committed."""
        self._more = True
        self._signal.set()

    async def run(self) -> None:
        """Send messages until cancelled."""
        async with anyio.create_task_group() as tasks:
            while True:
                try:
                    await self._fill(tasks)
                except Exception:
                    # a store of the program may raise anything
                    LOG.exception("the store is unavailable; the outbox is read again")
                if not self._more:
                    await self._signal.within(IDLE_SECONDS)
                    self._more = True

    async def _fill(self, tasks: TaskGroup) -> None:
        self._more = False
        now = anyio.current_time()
        self._elsewhere = {one: until for one, until in self._elsewhere.items() if until > now}
        limit = min(PAGE + len(self._busy) + len(self._elsewhere), MOST_ITEMS)
        for item in await self._store.due(int(self._clock()), limit):
            if len(self._busy) >= self._limits.sends:
                return
            if item.id in self._busy or item.id in self._elsewhere:
                continue
            under_way = self._time_under_way(item)
            if under_way is None:
                self._busy[item.id] = _Sending(item)
                tasks.start_soon(self._send_item, item)
            elif under_way > SLOW_SECONDS:
                # postponed, as messages of a slow peer would fill each page
                await self._postpone(item)
                self._more = True

    def _time_under_way(self, item: OutboxItem) -> float | None:
        """Return the age of the oldest delivery to a peer at its limit; None for a peer below its limit."""
        known = item.relationship is not None
        ages = [one.age for one in self._busy.values() if (one.relationship, one.to) == _peer(item)]
        strangers = [one.age for one in self._busy.values() if one.relationship is None]
        if len(ages) >= self._limits.sends_per_peer:
            return max(ages)
        if not known and len(strangers) >= max(1, self._limits.sends // 2):
            return max(strangers)
        return None

    async def _postpone(self, item: OutboxItem) -> None:
        """Postpone a message to a slow peer, without counting an attempt."""
        now = int(self._clock())
        next_at = now + random.randint(SLOW_PAUSE // 2, SLOW_PAUSE)  # noqa: S311, no secret
        await self._store.settle(
            item.id, item.state, attempts=item.attempts, next_at=next_at, error=item.error, at=now
        )

    async def _send_item(self, item: OutboxItem) -> None:
        async def send() -> None:
            await self._settle(item, await self._attempt(item))

        try:
            if not await self._claims.send_claimed(item.id, send):
                self._elsewhere[item.id] = anyio.current_time() + IDLE_SECONDS
        except Exception:
            LOG.exception("the store is unavailable; message %s is sent again", item.id)
        finally:
            del self._busy[item.id]
            self.wake()

    async def _attempt(self, item: OutboxItem) -> _Outcome:  # noqa: PLR0911, an outcome each
        """Try once to send a message."""
        now = int(self._clock())
        if item.expires is not None and item.expires <= now:
            return _Outcome(_final_state(item.state, item.error), item.error or "expired")
        if item.state == "sent" and item.attempts >= ACK_ATTEMPTS:
            return _Outcome("unconfirmed", "not acknowledged")
        try:
            # a return route bypasses the mediators in the peer's DID document
            if self._routes.waits_for(item.id) and self._routes.offer(
                item.id, await self._pack(item, forward=False)
            ):
                # the peer may have closed its connection
                return _Outcome("unconfirmed")
            packed = await self._pack(item)
            wants_answer = _wants_answer(item)
            sent = await self._transport.send(packed, return_route=wants_answer)
            if sent.answer is not None:
                await self._take(sent.answer)
        except EndpointNotFoundError as error:
            return _Outcome("failed", str(error))
        except DeliveryError as error:
            return _Outcome("waiting", str(error), final=error.refused)
        except (ResolutionError, StoreUnavailableError, SecretsUnavailableError, OSError) as error:
            return _Outcome("waiting", str(error) or type(error).__name__, final=False)
        except (DIDCommError, ValueError, TypeError) as error:
            LOG.warning("message %s cannot be packed", item.id, exc_info=error)
            return _Outcome("failed", str(error))
        except FAILURES as error:
            LOG.exception("message %s is sent again: the program's resolver or transport failed", item.id)
            return _Outcome("waiting", type(error).__name__, final=False)
        return _Outcome("sent")

    async def _pack(self, item: OutboxItem, *, forward: bool = True) -> Packed:
        """Pack a message with the current DIDs of the relationship, and any unconfirmed rotation."""
        message = Message.from_json(item.message)
        relationship = None
        if item.relationship is not None:
            relationship = await self._store.relationship(item.relationship)
        to, frm = item.to, item.frm
        if relationship is not None and relationship.theirs is not None:
            to = relationship.theirs
            frm = None if frm is None else relationship.ours
            prior = announcement(relationship, anonymous=frm is None)
            message = message.replace(frm=frm, to=[to], from_prior=prior)
        protected = item.protect_sender and frm is not None
        profile = await self._profiles.of(to)
        config = pack_config(profile, protect_sender=protected, forward=forward)
        return await self._messaging.pack(
            message, to=to, frm=None if item.anonymous else frm, anonymous=item.anonymous, config=config
        )

    async def _settle(self, item: OutboxItem, outcome: _Outcome) -> None:
        now = int(self._clock())
        attempts = item.attempts + 1
        state, next_at = outcome.state, None
        if state == "sent" and item.wants_ack:
            next_at = now + ACK_SECONDS * 2 ** min(attempts - 1, 16)
        elif state == "waiting":
            created = Message.from_json(item.message).created_time
            late = created is not None and now - created >= self._limits.send_seconds
            if outcome.final or late:
                state = "failed" if outcome.final else _final_state(item.state, outcome.error)
            else:
                pause = self._limits.pause(attempts)
                next_at = now + random.randint(max(1, pause // 2), pause)  # noqa: S311, no secret
        if item.state == "sent" and state == "waiting":
            # a repeat for a missing acknowledgment failed: the message itself was sent before
            state = "sent"
        await self._store.settle(
            item.id, state, attempts=attempts, next_at=next_at, error=outcome.error, at=now
        )
        if state != "waiting":
            if state == "failed":
                LOG.warning("message %s failed: %s", item.id, outcome.error)
                self.unsent(item.id, NotSentError(state, outcome.error))
            self._events.emit(Event(state, item.id, peer=item.relationship or item.to))


def _wants_answer(item: OutboxItem) -> bool:
    route = Message.from_json(item.message).custom_headers.get("return_route")
    return isinstance(route, str) and route in {"all", "thread"}


def _final_state(state: OutboxState, error: str | None) -> OutboxState:
    """Return the final state of a message that is not retried."""
    unclear = state == "sent" or any(reason in (error or "") for reason in _UNCLEAR)
    return "unconfirmed" if unclear else "failed"
