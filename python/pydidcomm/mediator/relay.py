"""Onward delivery: take departures from the store, resolve, wrap, send and settle them."""

import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

import anyio
from anyio.abc import TaskGroup

from pydidcomm import (
    Delivery,
    DeliveryError,
    DIDCommError,
    DIDCommMessaging,
    Forwarded,
    Message,
    ResolutionError,
    same_party,
)
from pydidcomm._failures import FAILURES
from pydidcomm.mediator.breaker import SLOW_SECONDS, Hosts, Turn
from pydidcomm.mediator.departures import Departures, Fate, Outgoing, Settlement
from pydidcomm.mediator.metrics import Metrics
from pydidcomm.mediator.onward import (
    Onward,
    Result,
    decide_settlement,
    departure_of,
    host_of,
    is_final,
    may_resolve,
    origin_of,
)
from pydidcomm.mediator.records import Placed, Placement

if TYPE_CHECKING:
    from pydidcomm.transports.http import Sendable

__all__ = ["Relay"]

LOG: Final = logging.getLogger("pydidcomm.mediator")

MOST_AT_ONCE: Final = 64
"""Maximum number of messages in work, which are in memory; most wait for the network."""

MOST_BYTES: Final = 32 * 1_048_576
"""Maximum number of bytes per read of the store."""

ATTEMPT_SECONDS: Final = 60.0
"""Maximum time of an attempt with all endpoints of a recipient, in seconds."""

LEASE_SECONDS: Final = 120.0
"""Seconds until a message that a killed process has taken is due again: longer than an attempt."""

POLL_SECONDS: Final = 1.0
"""Seconds between two reads of the store without a signal: another process may have stored messages."""

STORE_PAUSE: Final = 1.0
"""Seconds until a store that failed is read again."""

CLOSE_SECONDS: Final = 2.0
"""Maximum wait for the store at the end, in seconds."""

PROBE: Final = Message(type="https://didcomm.org/empty/1.0/empty")
"""A message that is packed only to get the routes to a DID, by the same rules as for any sender."""

_LATER: Final = Result("later", Fate.LATER, failing=True)


class Relay:
    """Delivers envelopes to the endpoints of unregistered DIDs. Several processes may share a store.

    Args:
        party: Resolves DIDs, and wraps envelopes in forwards.
        queue: The queue of departures.
        onward: The options.
        own: The DIDs of the mediator: messages whose route leads back to it are dropped.
        metrics: Receives measurements.
        clock: Returns the time, in seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913, PLR0917, the parts that it joins
        self,
        party: DIDCommMessaging,
        queue: Departures,
        onward: Onward,
        own: Sequence[str],
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._party = party
        self._queue = queue
        self._onward = onward
        self._own = tuple(own)
        self._metrics = metrics
        self._clock = clock
        self._hosts = Hosts(random.random)
        # separate from `_hosts`: a sender chooses the hosts of documents, even with a list of hosts
        self._origins = Hosts(random.random)
        self._busy: dict[int, Outgoing] = {}
        self._resolved: set[int] = set()
        self._outcomes: list[Settlement] = []
        self._woken = anyio.Event()
        self._ended = anyio.Event()
        self._freed = anyio.Event()

    async def accept(self, forwarded: Forwarded, at: float) -> list[Placed]:
        """Queue the envelopes of a forward for an unregistered DID.

        Args:
            forwarded: The forward.
            at: The time, in seconds since the epoch.
        """
        placed: list[Placed] = []
        for envelope in forwarded.messages:
            departure = departure_of(
                forwarded.next,
                envelope.encode(),
                self._onward.limits,
                at=at,
                expires=forwarded.expires_time,
                delay_milli=forwarded.delay_milli,
                fraction=random.random(),  # noqa: S311, no secret
            )
            outcome = Placement.UNKNOWN
            if departure is not None:
                outcome = await self._queue.keep(departure, self._onward.limits)
                self._metrics.count("onward", outcome)
            placed.append(Placed(outcome))
        self._woken.set()
        return placed

    async def run(self) -> None:
        """Send until cancelled; then make unsent messages due again at once."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._settle)
                while True:
                    more = await self._fill(tasks)
                    if not more:
                        with anyio.move_on_after(min(POLL_SECONDS, self._onward.pause)):
                            await self._woken.wait()
                    self._woken = anyio.Event()
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(CLOSE_SECONDS), suppress(Exception):
                await self._release()

    async def expire(self, limit: int) -> int:
        """Delete at most `limit` expired messages; return how many.

        Args:
            limit: The maximum number of messages.
        """
        gone = await self._queue.expire(self._clock(), limit)
        self._metrics.count("onward", "expired", gone)
        self._metrics.level("onward_messages", (await self._queue.load())[0])
        self._metrics.level("onward_hosts_left_alone", self._hosts.count_paused(monotonic()))
        return gone

    async def _fill(self, tasks: TaskGroup) -> bool:
        """Start the attempts that are due, as far as there is room; return whether there may be more."""
        room = MOST_AT_ONCE - len(self._busy) - len(self._outcomes)
        if room < 1:
            return False
        now = self._clock()
        try:
            found = await self._queue.take(now, now + LEASE_SECONDS, room, MOST_BYTES)
        except Exception as error:  # noqa: BLE001, of any store
            LOG.warning("the store of the mediator failed: %s", error)
            await anyio.sleep(STORE_PAUSE)
            return False
        # `take` returns messages in work again if the clock was set back
        known = {*self._busy, *(each.seq for each in self._outcomes)}
        for item in found:
            if item.seq in known:
                continue
            self._busy[item.seq] = item
            tasks.start_soon(self._send_item, item)
        return bool(found)

    async def _send_item(self, item: Outgoing) -> None:
        try:
            with anyio.fail_after(ATTEMPT_SECONDS):
                result = await self._attempt(item)
        except FAILURES as error:  # of a resolver or a transport of the program
            LOG.info("an onward delivery failed: %s", type(error).__name__)
            result = _LATER
        self._metrics.count("onward", result.outcome)
        now, fraction = self._clock(), random.random()  # noqa: S311, no secret
        # before the outcome is stored, after which the message may be taken again
        del self._busy[item.seq]
        resolved = item.seq in self._resolved
        self._resolved.discard(item.seq)
        self._outcomes.append(
            decide_settlement(item, result, self._onward, resolved=resolved, now=now, fraction=fraction)
        )
        self._ended.set()

    async def _attempt(self, item: Outgoing) -> Result:  # noqa: PLR0911, an outcome each
        if item.ends <= self._clock():
            return Result("expired", Fate.DROPPED)
        try:
            origin = origin_of(item.next)
            begun, due = (0.0, None) if origin is None else await self._place(self._origins, origin)
            if due is not None:
                return Result("held", Fate.LATER, due)
            found = await self._deliveries(item.next, origin, begun)
            self._resolved.add(item.seq)
            if not found:
                return Result("unroutable", Fate.DROPPED)
            # a route through this mediator would loop, as the recipient is not registered here
            away = [each for each in found if not any(map(self._is_own, each.route))]
            if not away:
                return Result("own", Fate.DROPPED)
            ways = [each for each in away if self._onward.allows(each.uri)]
            if not ways:
                return Result("not-allowed", Fate.DROPPED)
            return await self._try_endpoints(item, ways)
        except (DIDCommError, ValueError) as error:
            if isinstance(error, ResolutionError) and may_resolve(error):
                return _LATER
            # a missing document or key, or an envelope that cannot be wrapped
            return Result("unroutable", Fate.DROPPED)

    async def _deliveries(self, to: str, origin: str | None, begun: float) -> Sequence[Delivery]:
        """Return the deliveries to a DID; record whether the host of its document answers."""
        up = False
        try:
            packed = await self._party.pack(PROBE, to=to, anonymous=True)
            up = True
        except DIDCommError as error:
            up = not isinstance(error, ResolutionError)
            raise
        finally:
            if origin is not None:
                self._origins.end(origin, begun, monotonic(), up=up)
                self._wake()
        return packed.deliveries

    def _is_own(self, name: str) -> bool:
        return any(same_party(name.partition("#")[0], own) for own in self._own)

    async def _try_endpoints(self, item: Outgoing, ways: list[Delivery]) -> Result:
        """Try the endpoints of a recipient, in its order of preference."""
        refused: set[str] = set()
        held: list[float] = []
        failed = False
        failing = True
        for way in ways:
            if way.service_id in refused:
                continue
            envelope = await self._wrap(item, way)
            host = host_of(way.uri) or ""
            begun, due = await self._place(self._hosts, host)
            if due is not None:
                held.append(due)
                failing = failing and self._hosts.is_failing(host)
                continue
            error = await self._send(envelope, way.uri, host, begun)
            if error is None:
                return Result("sent", Fate.SENT)
            if error.refused:
                refused.add(way.service_id)
            failed = failed or not is_final(error)
        if failed:
            return _LATER
        if held:
            return Result("held", Fate.LATER, min(held), failing=failing)
        return Result("refused", Fate.DROPPED)

    async def _wrap(self, item: Outgoing, way: Delivery) -> "Sendable":
        text = item.envelope.decode()
        if self._onward.rewrap:
            return await self._party.rewrap(text, item.next, way.route)
        if not way.route:
            return _Bare(text)
        return await self._party.wrap_in_forward(text, to=item.next, routing_keys=way.route)

    async def _place(self, hosts: Hosts, host: str) -> tuple[float, float | None]:
        """Reserve a place of a host; return its start time, and the time to retry if all places are taken."""
        while True:
            now = monotonic()
            turn, due = hosts.turn(host, now)
            if turn is Turn.LATER:
                return now, self._clock() + due - now
            if turn is Turn.GO:
                hosts.begin(host, now)
                return now, None
            with anyio.move_on_after(SLOW_SECONDS):
                await self._freed.wait()

    async def _send(self, envelope: "Sendable", uri: str, host: str, begun: float) -> DeliveryError | None:
        up = False
        try:
            await self._onward.sender.send(envelope, uri=uri)
            up = True
        except DeliveryError as error:
            up = is_final(error)
            return error
        finally:
            self._hosts.end(host, begun, monotonic(), up=up)
            self._wake()
        return None

    def _wake(self) -> None:
        """Wake the tasks that wait for a place."""
        self._freed.set()
        self._freed = anyio.Event()

    async def _settle(self) -> None:
        """Store outcomes until cancelled; those that arrive during a transaction go into the next one."""
        while True:
            await self._ended.wait()
            self._ended = anyio.Event()
            try:
                await self._note()
            except Exception as error:  # noqa: BLE001, of any store
                LOG.warning("the store of the mediator failed: %s", error)
                await anyio.sleep(STORE_PAUSE)
                self._ended.set()

    async def _note(self) -> None:
        outcomes = list(self._outcomes)
        if not outcomes:
            return
        crowded = await self._queue.settle(outcomes, self._clock(), self._onward.limits)
        self._metrics.count("onward", "crowded", crowded)
        del self._outcomes[: len(outcomes)]
        self._woken.set()

    async def _release(self) -> None:
        """Store the last outcomes, and make unsent messages due again."""
        now = self._clock()
        self._outcomes += [
            Settlement(each.seq, Fate.LATER, now, each.attempts) for each in self._busy.values()
        ]
        # their tasks have ended; another `run` takes them again
        self._busy.clear()
        self._resolved.clear()
        await self._note()


class _Bare:
    """An envelope that needs no forward."""

    media_type = "application/didcomm-encrypted+json"

    def __init__(self, text: str) -> None:
        self.text = text
