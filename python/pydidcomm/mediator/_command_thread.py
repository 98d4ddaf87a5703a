"""A thread with a connection to SQLite, many commands to a transaction."""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

MOST_IN_A_COMMIT: Final = 128
"""Commands that share one commit: at 128 the disk is no longer the limit, and a commit takes some 12 ms."""

MOST_WAITING: Final = 4_096
"""Commands that wait for the thread; a mediator refuses work before that."""

Command = Callable[[sqlite3.Connection], Any]
_Group = list[tuple[Command, "Future[Any]"]]


class CommandThread:
    """Runs commands in the order of arrival; the result of each is set after its commit.

    While one commit is on its way to the disk, the commands of the next gather. A thread that reads runs
    each command in a transaction of its own.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], name: str, *, writes: bool) -> None:
        # a write takes its lock at once: a transaction that reads first may fail when it writes
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        self._most = MOST_IN_A_COMMIT if writes else 1
        self._waiting: queue.Queue[tuple[Command, Future[Any]] | None] = queue.Queue(MOST_WAITING)
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
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                message = "the store of the mediator is closed"
                raise RuntimeError(message)
            try:
                self._waiting.put_nowait((command, future))
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
                    _run_group(connection, self._begin, group)
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


def _run_group(connection: sqlite3.Connection, begin: str, group: _Group) -> None:
    results: list[tuple[Future[Any], Any, Exception | None]] = []
    try:
        connection.execute(begin)
        for command, future in group:
            connection.execute("SAVEPOINT command")
            try:
                result, failure = command(connection), None
            except Exception as error:  # noqa: BLE001, that of one command
                connection.execute("ROLLBACK TO command")
                result, failure = None, error
            connection.execute("RELEASE command")
            results.append((future, result, failure))
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


def _settle(future: "Future[Any]", result: object, failure: Exception | None) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)
