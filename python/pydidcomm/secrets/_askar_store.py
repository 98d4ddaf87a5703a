"""An Askar store: opened, reopened, and used in short sessions with retries and time limits."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from aries_askar import AskarError, AskarErrorCode, Store

from pydidcomm.secrets.errors import SecretsLockedError, SecretsUnavailableError

__all__ = ["AskarStore", "Opening", "Session"]


_Answer = TypeVar("_Answer")

Session = Any
"""A session of Askar, whose annotations do not allow the None that its functions accept."""

_SESSIONS = 8
"""The maximum number of sessions: fewer than the 10 connections of Askar's pool, whose waiters fail."""

_MOST_ATTEMPTS = 12
"""The maximum number of attempts: each of the pool's 10 connections fails once after a server restart."""

_OPENING_ATTEMPTS = 3
"""The maximum number of attempts to open: several processes may be creating the same database."""

_PAUSE_SECONDS = 0.01
"""The first pause between attempts, in seconds; each further one is longer by the same amount."""

_RETRIED = (AskarErrorCode.BACKEND, AskarErrorCode.BUSY)
_POSTGRES = ("postgres://", "postgresql://")
_RAW_KEY = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
"""32 bytes in base58."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The arguments to open a store, and to open it again if its connections hang."""

    location: str
    passphrase: str | None = field(repr=False)
    raw_key: str | None = field(repr=False)
    create: bool
    timeout: float

    def __post_init__(self) -> None:
        """Check the arguments before any I/O."""
        if (self.passphrase is None) == (self.raw_key is None):
            message = "either `passphrase` or `raw_key` must be set, and not both"
            raise ValueError(message)
        if self.passphrase == "":
            message = "`passphrase` must not be empty"
            raise ValueError(message)
        if self.raw_key is not None and not _RAW_KEY.fullmatch(self.raw_key):
            message = (
                "`raw_key` must be 32 bytes in base58, as `AskarSecrets.generate_raw_key()` returns, got "
                f"{len(self.raw_key)} characters"
            )
            raise ValueError(message)
        if not self.location.startswith(_POSTGRES) and re.search("[?#%]", self.location):
            message = "`location` must be a path without ?, # and %, or a URL that begins with postgres://"
            raise ValueError(message)

    @property
    def kind(self) -> str:
        """The kind of database, for `repr`, since a URL may contain a password."""
        return "PostgreSQL" if self.location.startswith(_POSTGRES) else "SQLite"

    @property
    def path(self) -> Path:
        """The absolute path of an SQLite file."""
        return Path(self.location).absolute()

    async def open(self) -> Store:
        """Open the store; create it if it does not exist and `create` is set."""
        method = "raw" if self.passphrase is None else "kdf:argon2i:mod"
        key: Any = self.raw_key if self.passphrase is None else self.passphrase
        if self.kind == "SQLite":
            if self._is_missing:
                await self._create(lambda uri: Store.provision(uri, method, key))
            self._check_file()
            uri = f"sqlite://{self.path}"
        else:
            url = urlsplit(self.location)
            query = {**self._limits(), **dict(parse_qsl(url.query, keep_blank_values=True))}
            uri = urlunsplit(
                url._replace(
                    query=urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
                )
            )
        for attempt in range(1, _OPENING_ATTEMPTS + 1):
            try:
                # provisioning would create tables in the SQLite file of another program
                if self.create and self.kind != "SQLite":
                    return await Store.provision(uri, method, key)
                return await Store.open(uri, method, key)
            except AskarError as error:
                # two processes may be creating one database
                if attempt == _OPENING_ATTEMPTS or error.code not in (*_RETRIED, AskarErrorCode.DUPLICATE):
                    raise self._refusal(error) from error
            await asyncio.sleep(_PAUSE_SECONDS * 10 * attempt)
        raise AssertionError

    def _limits(self) -> dict[str, str]:
        """Limits of half the time of a call, so that a second attempt is possible.

        Askar's default of 30 s for a connection would exceed the limit of the call. A transaction of Askar
        locks its profile: a client that hangs would block every writer until the server drops it.
        """
        seconds = max(1, int(self.timeout / 2))
        names = ("idle_in_transaction_session_timeout", "lock_timeout")
        options = " ".join(f"-c {name}={seconds * 1000}" for name in names)
        return {"connect_timeout": str(seconds), "options": options}

    @property
    def _is_missing(self) -> bool:
        """Whether the file must be created; a dangling link counts as present, as SQLite follows it."""
        return self.create and not os.path.lexists(self.path)

    async def _create(self, provision: Callable[[str], Awaitable[Store]]) -> None:
        from pydidcomm.secrets._askar_creation import create  # noqa: PLC0415, for a new store alone

        try:
            # the other half is for opening it
            await create(self.path, provision, self.timeout / 2)
        except OSError as error:
            message = f"the file of the secrets store cannot be created: {error.strerror or error}"
            raise SecretsUnavailableError(message) from error
        except AskarError as error:
            raise self._refusal(error) from error

    def _check_file(self) -> None:
        from pydidcomm.secrets._askar_creation import is_foreign  # noqa: PLC0415, as in `_create`

        if is_foreign(self.path):
            raise self._not_a_store()

    def _not_a_store(self) -> Exception:
        return SecretsUnavailableError(
            f"{self.path} cannot be opened as a secrets store: it may be a folder, a file of another "
            "program, in use, or not readable; check `location`"
        )

    def _refusal(self, error: AskarError) -> Exception:
        name = "raw_key" if self.passphrase is None else "passphrase"
        if error.code == AskarErrorCode.ENCRYPTION:
            return SecretsLockedError(f"`{name}` is not that of this secrets store in {self.kind}")
        if error.code == AskarErrorCode.INPUT:
            other = "passphrase" if self.passphrase is None else "raw_key"
            return SecretsLockedError(
                f"`{name}` does not open this secrets store: it may have been created with `{other}`"
            )
        if self.kind == "SQLite" and os.path.lexists(self.path):
            return self._not_a_store()
        if error.code == AskarErrorCode.NOT_FOUND:
            return SecretsUnavailableError(
                "there is no secrets store at `location`: pass `create=True` to create it"
            )
        return SecretsUnavailableError(
            f"the secrets store in {self.kind} cannot be opened: check `location` and the server"
        )


class AskarStore:
    """Runs operations in sessions of a store, in one event loop."""

    def __init__(
        self, store: Store | None, opening: Opening | None, profile: str | None, timeout: float
    ) -> None:
        self._store = store
        self._opening = opening
        self._profile = profile
        self._timeout = timeout
        self._doubtful = False
        self._make_places()
        self._is_opening: asyncio.Future[Any] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    def _make_places(self) -> None:
        self._slots = asyncio.Semaphore(_SESSIONS)
        # SQLite allows one writer at a time. If a transaction fails to begin (another process locks the
        # database) or to commit (a full disk), Askar 0.5 leaves it open in its connection, and the next
        # commit there is lost. So no write may begin before the store is opened again.
        self._writing = asyncio.Semaphore(_SESSIONS if self._is_postgres else 1)

    @property
    def opening(self) -> Opening | None:
        """The arguments of the opening; None for a store that the program has opened."""
        return self._opening

    @property
    def _is_postgres(self) -> bool:
        return self._opening is not None and self._opening.kind == "PostgreSQL"

    def _background(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Start a task that is never cancelled: a session cancelled while it opens keeps its connection."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._end)
        return task

    async def read(self, operation: Callable[[Session], Awaitable[_Answer]]) -> _Answer:
        """Run the operation, and return its result; it is retried if a connection fails."""
        answer: _Answer = await self._run_limited(operation, write=False)
        return answer

    async def write(self, operation: Callable[[Session], Awaitable[_Answer]]) -> _Answer:
        """Run the operation in a transaction; it may run again although it was committed before."""
        answer: _Answer = await self._run_limited(operation, write=True)
        return answer

    async def _run_limited(self, operation: Callable[[Session], Awaitable[Any]], *, write: bool) -> Any:  # noqa: ANN401
        task = self._background(self._attempt(operation, write=write))
        await asyncio.wait({task}, timeout=self._timeout)
        if not task.done():
            self._doubtful = True
            message = f"the secrets store did not answer within {self._timeout:g} s"
            raise SecretsUnavailableError(message)
        return task.result()

    def _end(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        # retrieve the exception of an abandoned task, so that asyncio does not log it
        if not task.cancelled():
            task.exception()

    async def _attempt(self, operation: Callable[[Session], Awaitable[Any]], *, write: bool) -> Any:  # noqa: ANN401
        loop = asyncio.get_running_loop()
        end = loop.time() + self._timeout
        retried = (*_RETRIED, AskarErrorCode.DUPLICATE) if write else _RETRIED
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._run_once(operation, write=write)
            except AskarError as error:
                if error.code not in retried or attempt == _MOST_ATTEMPTS or loop.time() >= end:
                    raise _failure(error) from error
            await asyncio.sleep(_PAUSE_SECONDS * attempt)

    async def _run_once(self, operation: Callable[[Session], Awaitable[Any]], *, write: bool) -> Any:  # noqa: ANN401
        # before waiting for a place: calls that hang keep those of the old store, a reopened one has new ones
        await self.ensure_open()
        async with self._writing if write else nullcontext(), self._slots:
            store = await self.ensure_open()
            if not write:
                return await self._in_session(store, operation)
            try:
                return await self._in_transaction(store, operation)
            except AskarError as error:
                if error.code in _RETRIED:
                    self._doubtful = True
                raise

    async def _in_session(self, store: Any, operation: Callable[[Session], Awaitable[Any]]) -> Any:  # noqa: ANN401
        session = await store.session(self._profile)
        try:
            return await operation(session)
        finally:
            with suppress(AskarError):
                await session.close()

    async def _in_transaction(self, store: Any, operation: Callable[[Session], Awaitable[Any]]) -> Any:  # noqa: ANN401
        session = await store.transaction(self._profile)
        try:
            answer = await operation(session)
            await session.commit()
        finally:
            # a transaction that was not committed is rolled back
            try:
                await session.close()
            except AskarError:
                self._doubtful = True
        return answer

    async def ensure_open(self) -> Any:  # noqa: ANN401, as for sessions
        """The open store; opens it, or opens it again after a failure, once for all callers."""
        if self._store is not None and not self._doubtful:
            return self._store
        if self._opening is None:
            message = "a write to the secrets store failed: open the store again and pass the new one"
            raise SecretsUnavailableError(message)
        if self._is_opening is None:
            self._is_opening = asyncio.ensure_future(self._open(self._opening))
        return await self._is_opening

    async def _open(self, opening: Opening) -> Store:
        try:
            store = await opening.open()
            await self._add_profile(store, create=opening.create)
            if self._store is not None:
                # calls that hang keep their places in the old store
                self._make_places()
                _ = self._background(self._store.close())
            self._store, self._doubtful = store, False
            return store
        finally:
            self._is_opening = None

    async def _add_profile(self, store: Store, *, create: bool) -> None:
        if self._profile is None or self._profile in await store.list_profiles():
            return
        if not create:
            message = f"the secrets store has no profile {self._profile!r}: pass `create=True` to create it"
            raise SecretsUnavailableError(message)
        try:
            await store.create_profile(self._profile)
        except AskarError as error:
            # another process has created it meanwhile
            if error.code != AskarErrorCode.DUPLICATE:
                raise

    async def open(self) -> None:
        """Open the store within the time limit."""
        task = self._background(self.ensure_open())
        await asyncio.wait({task}, timeout=self._timeout)
        if not task.done():
            message = f"the secrets store did not open within {self._timeout:g} s"
            raise SecretsUnavailableError(message)
        task.result()

    async def close(self) -> None:
        """Wait for the calls under way, and close the store unless the program has opened it."""
        if self._under_way:
            await asyncio.wait([*self._under_way], timeout=self._timeout)
        if self._opening is not None and self._store is not None:
            closing = asyncio.ensure_future(self._store.close())
            await asyncio.wait({closing}, timeout=self._timeout)
            self._store = None


def _failure(error: AskarError) -> Exception:
    if error.code == AskarErrorCode.WRAPPER:
        return SecretsUnavailableError("the secrets store was closed")
    if error.code == AskarErrorCode.NOT_FOUND:
        return SecretsUnavailableError("the secrets store has no such profile, or the key was removed")
    if error.code == AskarErrorCode.ENCRYPTION:
        return SecretsLockedError("an entry of the secrets store does not decrypt")
    return SecretsUnavailableError(
        "the database of the secrets store failed: it may be unavailable, full or read-only"
    )
