"""A thread with a connection to SQLite, many commands to a transaction."""

import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, cast

MOST_IN_A_COMMIT: Final = 128
"""Commands that share one commit: at 128 the disk is no longer the limit, and a commit takes some 12 ms."""

MOST_WAITING: Final = 4_096
"""Commands that wait for the thread; a mediator refuses work before that."""

Command = Callable[[sqlite3.Connection], Any]
Run = Callable[[Command], Awaitable[Any]]
"""Runs a command in the thread, and returns its result after the commit."""
Grouped = Callable[[sqlite3.Connection, list[Any]], list[Any]]
_Group = list[tuple[object, "Future[Any]"]]


@dataclass(frozen=True, slots=True)
class _Item:
    """Work that is done together with others of its kind."""

    value: Any


class CommandThread:
    """Runs commands in the order of arrival; the result of each is set after its commit.

    While one commit is on its way to the disk, the commands of the next gather. A thread that reads runs
    each command in a transaction of its own.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], name: str, *, grouped: Grouped | None = None
    ) -> None:
        # a write takes its lock at once: a transaction that reads first may fail when it writes
        self._begin = "BEGIN IMMEDIATE" if grouped else "BEGIN"
        self._most = MOST_IN_A_COMMIT if grouped else 1
        self._grouped = grouped
        self._waiting: queue.Queue[tuple[object, Future[Any]] | None] = queue.Queue(MOST_WAITING)
        self._connect = connect
        self._opened: Future[None] = Future()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self._opened.result()

    def submit(self, command: Command) -> "Future[Any]":
        """Run a command in the next transaction; what it raises undoes the command alone.

        Raises:
            RuntimeError: The store is closed.
            BlockingIOError: Too many commands wait.
        """
        return self._submit(command)

    def submit_grouped(self, item: object) -> "Future[Any]":
        """Hand an item to `grouped`, with the others of the next transaction.

        Raises:
            RuntimeError: The store is closed.
            BlockingIOError: Too many commands wait.
        """
        return self._submit(_Item(item))

    def _submit(self, work: object) -> "Future[Any]":
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                message = "the store of the mediator is closed"
                raise RuntimeError(message)
            try:
                self._waiting.put_nowait((work, future))
            except queue.Full:
                message = "the store of the mediator has too much to write: try again"
                raise BlockingIOError(message) from None
        return future

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
        finally:
            connection.close()

    def _gather(self) -> tuple[_Group, bool]:
        """The next group, and whether more may follow."""
        group: _Group = []
        entry = self._waiting.get()
        while entry is not None:
            group.append(entry)
            if len(group) == self._most:
                return group, True
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _run_group(self, connection: sqlite3.Connection, group: _Group) -> None:
        results: list[tuple[Future[Any], Any, Exception | None]] = []
        items = [(work.value, future) for work, future in group if isinstance(work, _Item)]
        try:
            connection.execute(self._begin)
            for work, future in group:
                if not isinstance(work, _Item):
                    results.append((future, *_attempt(connection, cast("Command", work))))
            grouped = self._grouped
            if items and grouped is not None:
                values = [value for value, _ in items]
                answers, failure = _attempt(connection, lambda connection: grouped(connection, values))
                for place, (_, future) in enumerate(items):
                    results.append((future, None if failure else answers[place], failure))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # the disk is full or gone: nothing of the group was stored
            if connection.in_transaction:
                connection.rollback()
            for _, future in group:
                _settle(future, None, error)
            return
        for future, result, failure in results:
            _settle(future, result, failure)


def _attempt(connection: sqlite3.Connection, command: Command) -> tuple[Any, Exception | None]:
    """What a command returns, or what it raises: it is undone alone then."""
    connection.execute("SAVEPOINT command")
    try:
        result, failure = command(connection), None
    except Exception as error:  # noqa: BLE001, that of one command
        connection.execute("ROLLBACK TO command")
        result, failure = None, error
    connection.execute("RELEASE command")
    return result, failure


def _settle(future: "Future[Any]", result: object, failure: Exception | None) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)
