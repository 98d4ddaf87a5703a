"""The inbox of a store in memory."""

from dataclasses import replace

from pydidcomm.stores._expected import not_first, not_waiting
from pydidcomm.stores._in_order import InOrder
from pydidcomm.stores.records import CLOCK_SECONDS, InboxItem, Incoming, Page

__all__ = ["Inbox", "page"]


class Inbox:
    """Rows by key, and the waiting ones in order and by lane."""

    def __init__(self) -> None:
        self._rows: dict[str, InboxItem] = {}
        self._places: dict[str, int] = {}
        self._done_at: dict[str, int] = {}
        self._waiting: InOrder[str] = InOrder()
        self._parked: InOrder[str] = InOrder()
        self._lanes: dict[str, InOrder[str]] = {}
        # by key: when it was postponed
        self._postponed: dict[str, int] = {}
        self._last = 0

    def accept(self, incoming: Incoming) -> bool:
        if incoming.key in self._rows:
            return False
        self._rows[incoming.key] = InboxItem(
            key=incoming.key,
            lane=incoming.lane,
            body=incoming.received,
            at=incoming.at,
            relationship=incoming.relationship,
            expires=incoming.expires,
        )
        self._append(incoming.key)
        return True

    def _append(self, key: str) -> None:
        self._last += 1
        self._places[key] = self._last
        self._waiting.put(self._last, key)
        self._lanes.setdefault(self._rows[key].lane, InOrder()).put(self._last, key)

    def check(self, key: str, at: int) -> None:
        """Raise unless the message is the first waiting one of its lane."""
        row = self._rows.get(key)
        if row is None or row.state != "waiting":
            state = "not in the inbox" if row is None else row.state
            raise not_waiting(state)
        for _, other in self._lanes[row.lane].after(0):
            if other == key:
                return
            if not _is_expired(self._rows[other], at):
                raise not_first()

    def finish(self, key: str, at: int) -> None:
        self._leave(key, replace(self._rows[key], state="done", body=b"", error=None))
        self._done_at[key] = at

    def postpone(self, key: str, attempts: int, next_at: int, error: str | None, at: int) -> None:
        row = self._rows.get(key)
        if row is not None and row.state == "waiting":
            self._rows[key] = replace(row, attempts=attempts, next_at=next_at, error=error)
            self._postponed[key] = at

    def park(self, key: str, error: str) -> None:
        row = self._rows.get(key)
        if row is not None and row.state == "waiting":
            self._leave(key, replace(row, state="parked", error=error))
            self._parked.put(self._places[key], key)

    def _leave(self, key: str, row: InboxItem) -> None:
        lane = self._lanes[row.lane]
        lane.drop(self._places[key])
        if not lane:
            del self._lanes[row.lane]
        self._waiting.drop(self._places[key])
        self._postponed.pop(key, None)
        self._rows[key] = row

    def read_parked(self, after: int, limit: int) -> list[tuple[int, InboxItem]]:
        found = [(place, self._rows[key]) for place, key in self._parked.after(after)]
        return found[:limit]

    def replay(self, key: str) -> bool:
        row = self._rows.get(key)
        if row is None or row.state != "parked":
            return False
        self._parked.drop(self._places[key])
        self._rows[key] = replace(row, state="waiting", attempts=0, next_at=0, error=None, expires=None)
        self._append(key)
        return True

    def read_waiting(self, now: int, limit: int, after: int) -> list[tuple[int, InboxItem]]:
        # what was postponed later than now was so before the clock was set back
        postponed = [self._rows[key] for key, at in self._postponed.items() if at <= now + CLOCK_SECONDS]
        stopped = {row.lane for row in postponed if row.next_at > now and not _is_expired(row, now)}
        found: list[tuple[int, InboxItem]] = []
        for place, key in self._waiting.after(after):
            row = self._rows[key]
            if row.lane not in stopped and not _is_expired(row, now):
                found.append((place, row))
                if len(found) == limit:
                    break
        return found

    def forget_before(self, time: int) -> int:
        old = [key for key, at in self._done_at.items() if at < time]
        for key in old:
            del self._done_at[key]
        expired = [key for _, key in self._waiting.after(0) if _is_expired(self._rows[key], time)]
        for key in expired:
            self._leave(key, self._rows[key])
        for key in (*old, *expired):
            del self._rows[key], self._places[key]
        return len(old) + len(expired)


def _is_expired(row: InboxItem, now: int) -> bool:
    return row.expires is not None and row.expires <= now


def page(found: list[tuple[int, InboxItem]], after: str | None) -> Page[InboxItem]:
    return Page([row for _, row in found], str(found[-1][0]) if found else after)
