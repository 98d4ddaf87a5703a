"""A store of an agent in an Askar store: an encrypted SQLite file, or PostgreSQL (extra `askar`).

The secret keys are in the same store. Askar encrypts keys, messages, DIDs, ids and states, and the names of
entries too; entries have no tags. The file reveals only the number and the lengths of its entries.

Concurrent writes share a transaction, and so one wait for the disk. Calls run in a private event loop in a
thread, so that a store works under asyncio and trio.

Example:
    >>> import asyncio, tempfile
    >>> from pydidcomm import DIDCommMessaging
    >>> from pydidcomm.stores.askar import AskarStore
    >>> async def main(folder):
    ...     key = AskarStore.generate_raw_key()
    ...     async with AskarStore.open(f"{folder}/alice.db", raw_key=key) as store:
    ...         alice = DIDCommMessaging(secrets=store.secrets)
    ...         did = await alice.create_peer_did()
    ...         return await store.find(did, None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(main(folder))
"""

import os
import secrets
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pydidcomm.protocols.thread import Thread
from pydidcomm.secrets import _needs_askar as _needs_askar  # noqa: PLC0414, before what needs it
from pydidcomm.secrets._askar_store import Opening
from pydidcomm.secrets.askar import AskarSecrets, secrets_of
from pydidcomm.secrets.errors import SecretsUnavailableError
from pydidcomm.stores import _askar_inbox, _askar_outbox, _askar_state
from pydidcomm.stores._arguments import check_limit, check_state, position
from pydidcomm.stores._askar_backend import StoreBackend, Work
from pydidcomm.stores._askar_unit import Unit
from pydidcomm.stores.errors import StoreUnavailableError
from pydidcomm.stores.records import (
    Done,
    InboxItem,
    Incoming,
    OutboxItem,
    OutboxState,
    Page,
    Record,
    Relationship,
)

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["AskarStore"]

TIMEOUT_SECONDS = 10.0
"""The time limit of a call, in seconds; a lost connection may never answer."""

REMEMBER = 1024
"""The maximum number of cached key handles."""

FORGET_STEP = 128
"""The maximum number of rows of one kind that one transaction of `forget_before` removes."""


class AskarStore:
    """A `Store` in an Askar store; open it with `AskarStore.open`.

    Several processes can use one store, also an SQLite file; each message is committed by only one of them.
    Askar does not survive a fork: open stores after it.
    """

    def __init__(self, backend: StoreBackend, *, shared: bool = False) -> None:
        self._backend = backend
        self._shared = shared
        self._secrets = secrets_of(backend)

    @classmethod
    def open(  # noqa: PLR0913, all but the location are named
        cls,
        location: "str | os.PathLike[str]",
        *,
        passphrase: str | None = None,
        raw_key: str | None = None,
        profile: str | None = None,
        create: bool = True,
        shared: bool | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> "AskarStore":
        """Create a store object, which `async with` opens.

        Args:
            location: The path of an SQLite file, created with mode 0600, or a URL
                `postgres://user:password@host:port/name`; see `AskarSecrets.open`.
            passphrase: The passphrase of the store. Argon2 derives the key from it in about half a second.
            raw_key: The key of the store, 32 bytes in base58 from `generate_raw_key`; needs no derivation.
            profile: The profile, for instance of a tenant; None for the default of the store.
            create: Whether to create the store or the profile if it does not exist.
            shared: Whether other processes use the store at the same time. An agent then claims each message
                before it handles it, which is one more write. None: True for PostgreSQL, False for SQLite.
            timeout: The time limit of a call, in seconds.

        Returns:
            The store, not open yet.

        Raises:
            ValueError: An argument is malformed, or not exactly one of `passphrase` and `raw_key` is set.
            SecretsLockedError: On opening: the passphrase or the key is not that of the store.
            StoreUnavailableError: On opening: the store does not exist, or its server does not answer.
            StoreVersionError: On opening: the store was written by a newer version of pydidcomm.
        """
        opening = Opening(os.fspath(location), passphrase, raw_key, create, timeout)
        in_postgres = opening.location.startswith(("postgres:", "postgresql:"))
        return cls(
            StoreBackend(None, opening, profile, REMEMBER, (), timeout),
            shared=in_postgres if shared is None else shared,
        )

    @staticmethod
    def generate_raw_key() -> str:
        """Generate a key for `open(raw_key=)`: 32 random bytes in base58, as secret as a private key."""
        return AskarSecrets.generate_raw_key()

    def __repr__(self) -> str:
        return f"AskarStore({self._backend!r})"

    async def __aenter__(self) -> "AskarStore":  # noqa: PYI034, a subclass is useless
        """Open the store, and bring its schema to the newest version."""
        await self._run("open")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: "TracebackType | None"
    ) -> None:
        """Close the store."""
        await self.aclose()

    @property
    def secrets(self) -> AskarSecrets:
        """The secret keys, a `SecretsStore` and `KeyMaker`; they are open as long as the store."""
        return self._secrets

    async def _run(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401, the result of the method
        try:
            return await self._backend.run(operation, *arguments)
        except SecretsUnavailableError as error:
            message = f"the store cannot be used: {error}"
            raise StoreUnavailableError(message) from error

    async def _read(self, work: Work) -> Any:  # noqa: ANN401, the result of the method
        return await self._run("read", work)

    async def _write(self, work: Work) -> Any:  # noqa: ANN401, the result of the method
        return await self._run("write", work)

    async def accept(self, incoming: Incoming) -> bool:
        """Store a message that arrived; see `Store.accept`."""
        call = secrets.token_hex(8)
        found: bool = await self._write(lambda unit: _askar_inbox.accept(unit, incoming, call))
        return found

    @property
    def is_shared(self) -> bool:
        """Whether other processes use the store; see `ClaimingStore.is_shared`."""
        return self._shared

    async def occupy(self) -> None:
        """Lock an SQLite file that is not shared against other agents; see `ClaimingStore.occupy`.

        Raises:
            StoreUnavailableError: Another agent uses the file.
        """
        if not self._shared:
            await self._run("occupy")

    async def claim(self, inbox_key: str, *, by: str, now: int, until: int) -> bool:
        """Claim a waiting message, or extend a claim; see `ClaimingStore.claim`."""
        claimed: bool = await self._write(lambda unit: _askar_inbox.claim(unit, inbox_key, by, now, until))
        return claimed

    async def claim_outgoing(self, outbox_id: str, *, by: str, now: int, until: int) -> bool:
        """Claim a message of the outbox, or extend a claim; see `ClaimingStore.claim_outgoing`."""
        claimed: bool = await self._write(lambda unit: _askar_outbox.claim(unit, outbox_id, by, now, until))
        return claimed

    async def commit(self, done: Done) -> None:
        """Store the effects of a message and mark it as done; see `Store.commit`.

        Raises:
            StoreConflictError: `done.inbox_key` is not waiting or not the first waiting message of its lane,
                or a record in `done.expected` has changed.
        """
        call = secrets.token_hex(8)
        at = int(time.time()) if done.at is None else done.at
        await self._write(lambda unit: _commit(unit, done, at, call))

    async def postpone(
        self, inbox_key: str, *, attempts: int, next_at: int, error: str | None, at: int | None = None
    ) -> None:
        """Postpone a waiting message until `next_at`; see `Store.postpone`."""
        when = int(time.time()) if at is None else at
        await self._write(lambda unit: _askar_inbox.postpone(unit, inbox_key, attempts, next_at, error, when))

    async def park(self, inbox_key: str, error: str) -> None:
        """Set a waiting message aside; see `Store.park`."""
        await self._write(lambda unit: _askar_inbox.park(unit, inbox_key, error))

    async def parked(self, after: str | None = None, limit: int = 100) -> Page[InboxItem]:
        """The parked messages; see `Store.parked`."""
        check_limit(limit)
        begin = position(after)
        return _page(await self._read(lambda unit: _askar_inbox.read_parked(unit, begin, limit)), after)

    async def replay(self, inbox_key: str) -> bool:
        """Put a parked message at the end of its lane; see `Store.replay`."""
        found: bool = await self._write(lambda unit: _askar_inbox.replay(unit, inbox_key))
        return found

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        """The messages that can be handled; see `Store.waiting`."""
        check_limit(limit)
        begin = position(after)
        return _page(await self._read(lambda unit: _askar_inbox.read_waiting(unit, now, limit, begin)), after)

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        """The messages that can be sent; see `Store.due`."""
        check_limit(limit)
        found: list[OutboxItem] = await self._read(lambda unit: _askar_outbox.due(unit, now, limit))
        return found

    async def outgoing(self, outbox_id: str) -> OutboxItem | None:
        """The message of the outbox with this id; None if there is none."""
        found: OutboxItem | None = await self._read(lambda unit: _askar_outbox.read_outgoing(unit, outbox_id))
        return found

    async def settle(  # noqa: PLR0913, all but the first two are named
        self,
        outbox_id: str,
        state: OutboxState,
        *,
        attempts: int = 0,
        next_at: int | None = None,
        error: str | None = None,
        at: int | None = None,
    ) -> None:
        """Store the outcome of an attempt to send a message; see `Store.settle`."""
        check_state(state)
        when = int(time.time()) if at is None else at
        await self._write(
            lambda unit: _askar_outbox.settle(unit, outbox_id, state, attempts, next_at, error, when)
        )

    async def thread(self, peer: str, protocol: str, thid: str) -> Thread | None:
        """The state of a thread; None if there is none."""
        found: Thread | None = await self._read(lambda unit: _askar_state.thread(unit, peer, protocol, thid))
        return found

    async def wakes(self, now: int, limit: int = 100) -> list[Thread]:
        """The threads whose `wake_at` has come; see `Store.wakes`."""
        check_limit(limit)
        found: list[Thread] = await self._read(lambda unit: _askar_state.wakes(unit, now, limit))
        return found

    async def relationship(self, id: str) -> Relationship | None:  # noqa: A002, the field's name
        """The relationship with this id; None if there is none."""
        found: Relationship | None = await self._read(lambda unit: _askar_state.relationship(unit, id))
        return found

    async def find(self, ours: str, theirs: str | None) -> Relationship | None:
        """The relationship between two DIDs; see `Store.find`."""
        found: Relationship | None = await self._read(lambda unit: _askar_state.find(unit, ours, theirs))
        return found

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        """All relationships; see `Store.relationships`."""
        check_limit(limit)
        begin = position(after)
        return _page(await self._read(lambda unit: _askar_state.relationships(unit, begin, limit)), after)

    async def record(self, kind: str, key: str) -> Record | None:
        """The record of a kind and key; None if there is none."""
        found: Record | None = await self._read(lambda unit: _askar_state.record(unit, kind, key))
        return found

    async def records(self, kind: str, after: str | None = None, limit: int = 100) -> Page[Record]:
        """The records of a kind; see `Store.records`."""
        check_limit(limit)
        begin = position(after)
        return _page(await self._read(lambda unit: _askar_state.records(unit, kind, begin, limit)), after)

    async def forget_before(self, time: int) -> int:
        """Remove everything that is over and older than `time`; see `Store.forget_before`."""
        count = 0
        for forget in (_askar_inbox.forget, _askar_outbox.forget, _askar_state.forget_threads):
            while step := await self._write(partial(forget, before=time, most=FORGET_STEP)):
                count += step
        return count

    async def aclose(self) -> None:
        """Finish the calls under way, and close the store and its secret keys."""
        await self._run("close")


async def _commit(unit: Unit, done: Done, at: int, call: str) -> None:
    if done.inbox_key is not None and not await _askar_inbox.finish(unit, done.inbox_key, at, call):
        return
    for expected in done.expected:
        if not await _askar_state.is_unchanged(unit, expected, call):
            return
    for thread in done.threads:
        await _askar_state.store_thread(unit, thread, at, call)
    for relationship in done.relationships:
        await _askar_state.store_relationship(unit, relationship, call)
    for item in done.outbox:
        await _askar_outbox.add(unit, item, at)
    for record in done.records:
        await _askar_state.store_record(unit, record, call)
    for kind, key in done.forget:
        await _askar_state.forget_record(unit, kind, key)


def _page(found: Sequence[tuple[int, Any]], after: str | None) -> Page[Any]:
    return Page([item for _, item in found], str(found[-1][0]) if found else after)
