"""Ordered handling: the messages of one lane in sequence, several lanes concurrently. The store is the queue.

Memory holds a bounded number of messages of each lane and peer; the others are read from the store when there
is room.
"""

import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import anyio
from anyio.abc import TaskGroup

from pydidcomm._failures import FAILURES, is_failure, log_failure
from pydidcomm.agent.events import Events, Signal
from pydidcomm.agent.limits import Limits
from pydidcomm.protocols import Event
from pydidcomm.stores import InboxItem, Page, Store, StoreConflictError, StoreUnavailableError

__all__ = ["Lanes"]

LOG: Final = logging.getLogger("pydidcomm.agent")

PAGE: Final = 32
"""Messages per read of the store: each may have a megabyte."""

IDLE_SECONDS: Final = 5.0
"""Seconds between two reads of the store without a signal: another process may have added messages."""

LANE_AHEAD: Final = 8
"""Messages of one lane in memory, so that a long lane leaves room for other lanes."""


class _Passed(NamedTuple):
    """A peer or a lane whose further messages were skipped for lack of room; `lane` is None for a peer."""

    peer: str
    lane: str | None


def _passed_lanes(item: InboxItem) -> tuple[_Passed, _Passed]:
    """Return the lane and the peer of a message."""
    peer = item.relationship or ""
    return _Passed(peer, item.lane), _Passed(peer, None)


class Lanes:
    """Passes the waiting messages to a handler.

    Args:
        store: The store with the inbox.
        handle: Handles a message, and commits its effects.
        finished: Called with the key of each message that does not wait any more.
        limits: The limits.
        events: Receives an event for each parked message.
        clock: Returns the time, in seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913, the parts that it joins
        self,
        *,
        store: Store,
        handle: Callable[[InboxItem], Awaitable[None]],
        finished: Callable[[str], None],
        limits: Limits,
        events: Events,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._handle = handle
        self._finished = finished
        self._limits = limits
        self._events = events
        self._clock = clock
        self._signal = Signal()
        self._ready: dict[str, InboxItem] = {}
        self._busy: dict[str, str] = {}
        self._of_peer: Counter[str] = Counter()
        self._passed: dict[_Passed, str | None] = {}
        """The `after` from which the skipped messages of each are read again."""
        self._read_after: dict[str, str | None] = {}
        self._left: set[str] = set()
        """The messages that were handled during a read, whose page may still contain them."""
        self._stopped: dict[str, float] = {}
        """The paused lanes, each with its end in the time of the event loop, which is monotonic."""
        self._after: str | None = None
        self._more = True
        self._again_at: float | None = 0.0

    def wake(self) -> None:
        """Read the inbox on: a message was accepted."""
        self._more = True
        self._signal.set()

    def rescan(self) -> None:
        """Read the inbox from its beginning: an earlier message may wait again."""
        self._again_at = 0.0
        self.wake()

    async def run(self) -> None:
        """Handle messages until cancelled."""
        async with anyio.create_task_group() as tasks:
            while True:
                try:
                    await self._fill(tasks)
                    pause = IDLE_SECONDS
                except Exception:
                    # a store of the program may raise anything
                    LOG.exception("the store is unavailable; the inbox is read again")
                    pause = 1.0
                if self._again_at is not None:
                    pause = min(pause, max(0.0, self._again_at - anyio.current_time()))
                if not await self._signal.within(max(pause, 0.01)) and self._again_at is None:
                    self._again_at = 0.0

    async def _fill(self, tasks: TaskGroup) -> None:
        """Start the handlers that may start; read pages while there is room."""
        now = anyio.current_time()
        if self._again_at is not None and self._again_at <= now:
            self._after, self._more, self._again_at = None, True, None
            self._passed.clear()
            self._stopped = {lane: until for lane, until in self._stopped.items() if until > now}
            if self._stopped:
                self._again_at = min(self._stopped.values())
        self._start(tasks)
        for passed in tuple(self._passed):
            few = 1 if passed.lane is not None else self._limits.lanes_per_peer
            if self._has_room() and self._count_in_memory(passed) < few:
                await self._resume(passed)
                self._start(tasks)
        if len(self._ready) >= 2 * self._limits.lanes > 2 * len(self._busy):
            self._trim()
        while self._more and self._has_room():
            # a message that arrives during the read sets it again
            self._more = False
            after = self._after
            page = await self._read(after)
            if len(page) == PAGE:
                self._more = True
            self._after = page.after
            for item in page:
                full = self._take(item, after)
                if full is not None:
                    self._passed[full] = after
            self._start(tasks)

    def _has_room(self) -> bool:
        return len(self._busy) < self._limits.lanes and len(self._ready) < 2 * self._limits.lanes

    async def _read(self, after: str | None) -> Page[InboxItem]:
        self._left.clear()
        return await self._store.waiting(int(self._clock()), PAGE, after=after)

    async def _resume(self, passed: _Passed) -> None:
        """Read the skipped messages of a lane or a peer, from the first one."""
        after = self._passed[passed]
        while passed in self._passed:
            page = await self._read(after)
            for item in page:
                if passed not in _passed_lanes(item):
                    continue
                full = self._take(item, after, resumed=passed)
                if full is None:
                    continue
                self._passed[full] = after
                if full == passed or full.lane is None:
                    # the peer has no room, so neither has its lane
                    self._passed[passed] = after
                    return
            if len(page) < PAGE:
                del self._passed[passed]
            after = page.after

    def _take(self, item: InboxItem, after: str | None, *, resumed: _Passed | None = None) -> _Passed | None:
        """Add a message to those in memory, unless it is there already or must wait.

        Returns the lane or the peer that has no room, if this is its first skipped message; else None.
        """
        if item.key in self._ready or item.key in self._left or item.key in self._busy.values():
            return None
        lane, peer = _passed_lanes(item)
        of_lane = lane in self._passed and resumed != lane
        if item.lane in self._stopped or of_lane or (peer in self._passed and resumed is None):
            # a later message must not overtake a skipped one
            return None
        for one in (lane, peer):
            if self._count_in_memory(one) >= self._limit_in_memory(one):
                return one
        self._ready[item.key] = item
        self._read_after[item.key] = after
        return None

    def _trim(self) -> None:
        """Keep one message of each lane, so that lanes with a slow handler do not take all the room."""
        lanes: set[str] = set()
        dropped: dict[_Passed, str | None] = {}
        for key, item in tuple(self._ready.items()):
            if item.lane in lanes:
                dropped.setdefault(_passed_lanes(item)[0], self._read_after[key])
                self._drop(key)
            lanes.add(item.lane)
        self._passed |= dropped

    def _drop(self, key: str) -> InboxItem:
        del self._read_after[key]
        return self._ready.pop(key)

    def _count_in_memory(self, passed: _Passed) -> int:
        """Return the number of messages of a lane or a peer in memory."""
        ready = sum(1 for one in self._ready.values() if passed in _passed_lanes(one))
        if passed.lane is not None:
            return ready
        return ready + self._of_peer[passed.peer]

    def _limit_in_memory(self, passed: _Passed) -> int:
        return 2 * self._limits.lanes_per_peer if passed.lane is None else LANE_AHEAD

    def _start(self, tasks: TaskGroup) -> None:
        passed: set[str] = set()
        for item in tuple(self._ready.values()):
            if len(self._busy) >= self._limits.lanes:
                return
            peer = item.relationship or ""
            if (
                item.lane in self._busy
                or item.lane in passed
                or self._of_peer[peer] >= self._limits.lanes_per_peer
            ):
                passed.add(item.lane)
                continue
            self._drop(item.key)
            self._busy[item.lane] = item.key
            self._of_peer[peer] += 1
            tasks.start_soon(self._handle_item, item, peer)

    async def _handle_item(self, item: InboxItem, peer: str) -> None:
        try:
            await self._attempt(item, peer)
        except Exception:
            # `_attempt` catches failures of the handler, so this one is of the store
            LOG.exception("the store is unavailable; message %s is handled again", item.key)
            self._stop(item.lane, 1.0)
        finally:
            del self._busy[item.lane]
            self._left.add(item.key)
            self._of_peer[peer] -= 1
            if not self._of_peer[peer]:
                del self._of_peer[peer]
            self._signal.set()

    async def _attempt(self, item: InboxItem, peer: str) -> None:
        try:
            with anyio.fail_after(self._limits.handler_seconds):
                await self._handle(item)
        except StoreConflictError:
            # another process has the message, or an earlier message of the lane waits again
            self._finished(item.key)
            self._stop(item.lane, 1.0)
            return
        except StoreUnavailableError:
            raise
        except (*FAILURES, BaseExceptionGroup) as error:
            # whatever a handler raises
            if not is_failure(error):
                raise
            await self._record_failure(item, peer, error)
            return
        self._finished(item.key)

    async def _record_failure(self, item: InboxItem, peer: str, error: BaseException) -> None:
        attempts = item.attempts + 1
        # only the class is stored: the text of the exception may quote the message
        reason = type(error).__name__
        pause = self._limits.pause(attempts) * random.uniform(1, 1.5)  # noqa: S311, no secret
        now = self._clock()
        self._stop(item.lane, pause)
        if attempts >= self._limits.attempts:
            text = "message %s is parked after %s attempts"
            log_failure(LOG, logging.ERROR, text, item.key, attempts, error=error)
            await self._store.park(item.key, reason)
            self._stopped.pop(item.lane, None)
            self._finished(item.key)
            self._events.emit(Event("parked", item.key, peer=peer or None))
            self.rescan()
            return
        log_failure(LOG, logging.WARNING, "the handler of message %s failed", item.key, error=error)
        await self._store.postpone(
            item.key, attempts=attempts, next_at=int(now + pause), error=reason, at=int(now)
        )

    def _stop(self, lane: str, seconds: float) -> None:
        """Pause a lane: drop its messages from memory, to read them again in order."""
        until = anyio.current_time() + seconds
        self._stopped[lane] = until
        self._again_at = until if self._again_at is None else min(self._again_at, until)
        for key in [key for key, one in self._ready.items() if one.lane == lane]:
            self._drop(key)
