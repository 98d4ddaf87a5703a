"""The outbox of a store in memory."""

from dataclasses import replace

from pydidcomm.stores._in_order import InOrder
from pydidcomm.stores.records import CLOCK_SECONDS, OutboxItem, OutboxState

__all__ = ["Outbox"]


class Outbox:
    """Items by id, and the waiting ones by lane, of which the first may be due."""

    def __init__(self) -> None:
        self._items: dict[str, OutboxItem] = {}
        self._places: dict[str, int] = {}
        self._settled_at: dict[str, int] = {}
        self._lanes: dict[str, InOrder[str]] = {}
        # messages that were sent and are not acknowledged, to send again
        self._again: set[str] = set()
        # by id: when the time of the next attempt was stored
        self._timed: dict[str, int] = {}
        self._last = 0

    def add(self, item: OutboxItem, at: int) -> None:
        if item.id in self._items:
            return
        self._last += 1
        self._items[item.id] = item
        self._places[item.id] = self._last
        if item.state == "waiting":
            self._lanes.setdefault(item.lane, InOrder()).put(self._last, item.id)
        else:
            self._settled_at[item.id] = at

    def item(self, outbox_id: str) -> OutboxItem | None:
        return self._items.get(outbox_id)

    def due(self, now: int, limit: int) -> list[OutboxItem]:
        heads = [next(lane.after(0)) for lane in self._lanes.values()]
        due = [head for head in heads if self._is_due(head[1], now)]
        due += [(self._places[key], key) for key in self._again if self._is_due(key, now)]
        return [self._items[key] for _, key in sorted(due)[:limit]]

    def _is_due(self, key: str, now: int) -> bool:
        # a time that was stored later than now is of a clock that was set back since
        return self._items[key].next_at <= now or self._timed.get(key, 0) > now + CLOCK_SECONDS

    def settle(  # noqa: PLR0913, PLR0917, those of the method
        self, key: str, state: OutboxState, attempts: int, next_at: int | None, error: str | None, at: int
    ) -> None:
        item = self._items.get(key)
        if item is None or item.state == "acknowledged":
            return
        lane = self._lanes.setdefault(item.lane, InOrder())
        lane.drop(self._places[key])
        self._again.discard(key)
        self._settled_at.pop(key, None)
        self._timed.pop(key, None)
        if next_at is not None:
            self._timed[key] = at
        self._items[key] = replace(item, state=state, attempts=attempts, next_at=next_at or 0, error=error)
        if state == "waiting":
            lane.put(self._places[key], key)
        elif state == "sent" and next_at is not None:
            self._again.add(key)
        else:
            self._settled_at[key] = at
        if not lane:
            del self._lanes[item.lane]

    def forget_before(self, time: int) -> int:
        old = [key for key, at in self._settled_at.items() if at < time]
        for key in old:
            del self._items[key], self._places[key], self._settled_at[key]
            self._timed.pop(key, None)
        return len(old)
