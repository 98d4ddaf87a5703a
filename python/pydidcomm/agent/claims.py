"""Several processes on one store: each message is handled, or sent, by the process that has claimed it."""

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import anyio

from pydidcomm.stores import (
    ClaimingStore,
    InboxItem,
    Store,
    StoreConflictError,
)

__all__ = ["Claims"]

LOG: Final = logging.getLogger("pydidcomm.agent")

LEASE_SECONDS: Final = 15
"""How long the messages of a process that was killed wait; clocks of machines have to agree much better."""

RENEW_SECONDS: Final = 5.0
"""How often the claims of messages in work are extended: two of three may fail."""


Handle = Callable[[InboxItem], Awaitable[None]]
"""Handles a message of the inbox."""


class Claim(Protocol):
    """A verb of `ClaimingStore`."""

    async def __call__(self, key: str, /, *, by: str, now: int, until: int) -> bool:
        """Claim a message, or extend a claim."""
        ...


class Claims:
    """Claims a message before it is handled or sent, where the store is shared.

    A process that has lost its claims, since it did not reach the store for too long, stores nothing of a
    message that it handles: the first commit counts.

    Args:
        store: Where messages wait.
        clock: The time, in seconds since the epoch.
        worker: The name of the process; None for a random one.
    """

    def __init__(self, store: Store, clock: Callable[[], float], worker: str | None) -> None:
        self._store = store if isinstance(store, ClaimingStore) and store.is_shared else None
        self._clock = clock
        self._worker = worker or str(uuid.uuid4())
        self._held: dict[str, Claim] = {}

    def handling(
        self, handle: Callable[[InboxItem], Awaitable[None]]
    ) -> Callable[[InboxItem], Awaitable[None]]:
        """Wrap the function: it raises `StoreConflictError` where another process has claimed the message.

        Args:
            handle: Handles a message of the inbox.
        """
        store = self._store
        if store is None:
            return handle

        async def claimed(item: InboxItem) -> None:
            if not await self._holding(store.claim, item.key, lambda: handle(item)):
                problem = "another process handles the message"
                raise StoreConflictError(problem)

        return claimed

    async def sending(self, outbox_id: str, send: Callable[[], Awaitable[None]]) -> bool:
        """Call a function, unless another process has claimed the message; returns whether it was called.

        Args:
            outbox_id: The message.
            send: Sends it, and settles it.
        """
        if self._store is None:
            await send()
            return True
        return await self._holding(self._store.claim_outgoing, outbox_id, send)

    async def _holding(self, claim: Claim, key: str, work: Callable[[], Awaitable[None]]) -> bool:
        if not await self._claim(claim, key, LEASE_SECONDS):
            return False
        self._held[key] = claim
        try:
            await work()
        except anyio.get_cancelled_exc_class():
            # the agent stops: others need not wait for the end of the claim
            with anyio.CancelScope(shield=True):
                await self._claim(claim, key, 0)
            raise
        finally:
            del self._held[key]
        return True

    async def run(self) -> None:
        """Extend the claims of messages in work until cancelled."""
        while self._store is not None:
            await anyio.sleep(RENEW_SECONDS)
            for key, claim in tuple(self._held.items()):
                try:
                    if key in self._held and not await self._claim(claim, key, LEASE_SECONDS):
                        LOG.warning("another process has taken over message %s", key)
                except Exception:
                    LOG.exception("the store does not answer; claims are extended later")

    async def _claim(self, claim: Claim, key: str, seconds: int) -> bool:
        now = int(self._clock())
        return await claim(key, by=self._worker, now=now, until=now + seconds)
