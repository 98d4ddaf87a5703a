"""A thread with an SQLite connection, which runs many commands per transaction."""

import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from time import sleep
from typing import Any, Final, NamedTuple, cast

from pydidcomm._driver.outcomes import Outcome, Waiting, new_waiting, settle

__all__ = ["CommandThread", "Run"]


_MOST_IN_A_COMMIT: Final = 128
"""Commands per commit: with 128 the disk is not the bottleneck any more, and a commit takes about 12 ms."""

_MOST_WAITING: Final = 4_096
"""Commands that wait for the thread; `max_concurrency` of the server is lower."""

_SEVERAL: Final = 4
"""Commands that must have arrived during a commit before the next group waits for more: a transaction costs
as much as ten commands."""

_GATHERED: Final = 0.001
"""Seconds between two checks for more commands: the event loop opens some ten messages at a time."""

_MOST_LOOKS: Final = 5
"""Checks before a commit; they end when one finds no more commands."""

_Command = Callable[[sqlite3.Connection], Any]
Run = Callable[[_Command], Awaitable[Any]]
"""Runs a command in the thread, and returns its result after the commit."""
_Grouped = Callable[[sqlite3.Connection, list[Any]], list[Any]]
_Group = list[tuple[object, Waiting | None]]


class _Item(NamedTuple):
    """An item for `grouped`, which handles all items of a transaction together."""

    value: Any


class CommandThread:
    """Runs commands in the order of arrival; each returns after its commit.

    Commands that arrive during a commit form the next group. Without `grouped` the thread only reads, and
    runs each command in a separate transaction.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], name: str, *, grouped: _Grouped | None = None
    ) -> None:
        # takes the write lock at once: a transaction that reads first may fail at its first write
        self._begin = "BEGIN IMMEDIATE" if grouped else "BEGIN"
        self._most = _MOST_IN_A_COMMIT if grouped else 1
        self._grouped = grouped
        self._waiting: queue.SimpleQueue[tuple[object, Waiting | None] | None] = queue.SimpleQueue()
        self._connect = connect
        self._opened: Future[None] = Future()
        self._closed = False
        self._lock = threading.Lock()
        self._before = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self._opened.result()

    async def run(self, command: _Command) -> Any:  # noqa: ANN401, what the command returns
        """Run a command in the next transaction; if it raises, only its own changes are undone.

        Raises:
            RuntimeError: The store is closed.
            BlockingIOError: Too many commands wait.
        """
        waiter = new_waiting()
        self._submit(command, waiter)
        return await waiter

    async def put(self, item: object) -> Any:  # noqa: ANN401, what `grouped` returns
        """Pass an item to `grouped`, together with the other items of the next transaction.

        Raises:
            RuntimeError: The store is closed.
            BlockingIOError: Too many commands wait.
        """
        waiter = new_waiting()
        self._submit(_Item(item), waiter)
        return await waiter

    def post(self, command: _Command) -> None:
        """Run a command in a later transaction, without waiting for its outcome.

        Raises:
            RuntimeError: The store is closed.
            BlockingIOError: Too many commands wait.
        """
        self._submit(command, None)

    def _submit(self, work: object, waiter: Waiting | None) -> None:
        with self._lock:
            if self._closed:
                message = "the store of the mediator is closed"
                raise RuntimeError(message)
            if self._waiting.qsize() >= _MOST_WAITING:
                message = f"the store of the mediator has {_MOST_WAITING} waiting commands: try again later"
                raise BlockingIOError(message)
            self._waiting.put((work, waiter))

    def close(self) -> None:
        """Finish the waiting commands, and end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except BaseException as error:  # noqa: BLE001, handed to the opener
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            going = True
            while going:
                group, going = self._gather()
                if group:
                    self._run_group(connection, group)
                    # envelopes and event loops are not kept while the next group is waited for
                    group.clear()
        finally:
            connection.close()

    def _gather(self) -> tuple[_Group, bool]:
        """Return the next group, and whether the thread continues."""
        group: _Group = []
        going = self._take(group)
        if going and not group:
            # the queue is empty: block until a command arrives
            entry = self._waiting.get()
            going = entry is not None
            if entry is not None:
                group.append(entry)
                going = self._take(group)
        # after a large group the answers to it are on their way, and what follows them comes one by one
        looks = _MOST_LOOKS if max(len(group), self._before) >= _SEVERAL else 0
        while going and looks and len(group) < self._most:
            looks -= 1
            before = len(group)
            sleep(_GATHERED)
            going = self._take(group)
            if len(group) == before:
                break
        self._before = len(group)
        return group, going

    def _take(self, group: _Group) -> bool:
        """Add the waiting commands to a group; return whether the thread continues."""
        while len(group) < self._most:
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                return True
            if entry is None:
                return False
            group.append(entry)
        return True

    def _run_group(self, connection: sqlite3.Connection, group: _Group) -> None:
        results: list[tuple[Waiting | None, Outcome]] = []
        items = [(work.value, waiter) for work, waiter in group if isinstance(work, _Item)]
        try:
            connection.execute(self._begin)
            for work, waiter in group:
                if not isinstance(work, _Item):
                    results.append((waiter, _attempt(connection, cast("_Command", work))))
            grouped = self._grouped
            if items and grouped is not None:
                values = [value for value, _ in items]
                outcome = _attempt(connection, lambda connection: grouped(connection, values))
                for place, (_, waiter) in enumerate(items):
                    one = outcome if outcome.failure else Outcome(outcome.result[place])
                    results.append((waiter, one))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # for instance a full disk: nothing of the group was stored
            if connection.in_transaction:
                connection.rollback()
            results = [(waiter, Outcome(failure=error)) for _, waiter in group]
        settle([(waiter, outcome) for waiter, outcome in results if waiter is not None])


def _attempt(connection: sqlite3.Connection, command: _Command) -> Outcome:
    """Return the outcome of a command; if it raises, only its own changes are undone."""
    connection.execute("SAVEPOINT command")
    try:
        outcome = Outcome(command(connection))
    except Exception as error:  # noqa: BLE001, that of one command
        connection.execute("ROLLBACK TO command")
        outcome = Outcome(failure=error)
    connection.execute("RELEASE command")
    return outcome
