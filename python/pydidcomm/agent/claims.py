"""Several processes on one store: each message is handled by the process that has claimed it."""

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from pydidcomm.stores import (
    ClaimingStore,
    InboxItem,
    Store,
    StoreConflictError,
    StoreUnavailableError,
)

__all__ = ["Claims"]

LOG: Final = logging.getLogger("pydidcomm.agent")

LEASE_SECONDS: Final = 15
"""How long the messages of a process that was killed wait; clocks of machines have to agree much better."""

RENEW_SECONDS: Final = 5.0
"""How often the claims of messages in work are extended: two of three may fail."""


class Claims:
    """Claims a message before it is handled, where the store is shared.

    A process that has lost its claims, since it did not reach the store for too long, stores nothing: the
    first commit of a message counts.

    Args:
        store: Where messages wait.
        handle: Handles one.
        clock: The time, in seconds since the epoch.
    """

    def __init__(
        self, store: Store, handle: Callable[[InboxItem], Awaitable[None]], clock: Callable[[], float]
    ) -> None:
        self._store = store if isinstance(store, ClaimingStore) and store.is_shared else None
        self._handle = handle
        self._clock = clock
        self._process = str(uuid.uuid4())
        self._held: set[str] = set()

    async def handle(self, item: InboxItem) -> None:
        """Handle a message, if no other process does.

        Args:
            item: The message.

        Raises:
            StoreConflictError: Another process has claimed or handled it.
            Exception: What the handler raises.
        """
        if self._store is None:
            await self._handle(item)
            return
        if not await self._claim(self._store, item.key, LEASE_SECONDS):
            problem = "another process handles the message"
            raise StoreConflictError(problem)
        self._held.add(item.key)
        try:
            await self._handle(item)
        except anyio.get_cancelled_exc_class():
            # the agent stops: others need not wait for the end of the claim
            with anyio.CancelScope(shield=True):
                await self._claim(self._store, item.key, 0)
            raise
        finally:
            self._held.discard(item.key)

    async def run(self) -> None:
        """Extend the claims of messages in work until cancelled."""
        while self._store is not None:
            await anyio.sleep(RENEW_SECONDS)
            for key in tuple(self._held):
                try:
                    if key in self._held and not await self._claim(self._store, key, LEASE_SECONDS):
                        LOG.warning("another process has taken over message %s", key)
                except StoreUnavailableError:
                    LOG.exception("the store does not answer; claims are extended later")

    async def _claim(self, store: ClaimingStore, key: str, seconds: int) -> bool:
        now = int(self._clock())
        return await store.claim(key, by=self._process, now=now, until=now + seconds)
