"""Claims for a shared store: a message is handled, or sent, by the process that has claimed it."""

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
"""Seconds until the claims of a killed process expire; clocks of machines must differ by much less."""

RENEW_SECONDS: Final = 5.0
"""Seconds between two extensions of the active claims: two of three may fail."""


Handle = Callable[[InboxItem], Awaitable[None]]
"""Handles a message of the inbox."""


class Claim(Protocol):
    """A method of `ClaimingStore`: `claim` or `claim_outgoing`."""

    async def __call__(self, key: str, /, *, by: str, now: int, until: int) -> bool:
        """Claim a message, or extend a claim; return whether this process has it."""
        ...


class Claims:
    """Claims each message before it is handled or sent, if the store is shared.

    A claim can expire while its process cannot reach the store. Two processes may then handle one message;
    the first commit wins, and the other raises `StoreConflictError`.

    Args:
        store: The store.
        clock: Returns the time, in seconds since the epoch.
        worker: The name of the process; None for a random one.
    """

    def __init__(self, store: Store, clock: Callable[[], float], worker: str | None) -> None:
        self._store = store if isinstance(store, ClaimingStore) and store.is_shared else None
        self._clock = clock
        self._worker = worker or str(uuid.uuid4())
        self._held: dict[str, Claim] = {}

    def wrap_handler(
        self, handle: Callable[[InboxItem], Awaitable[None]]
    ) -> Callable[[InboxItem], Awaitable[None]]:
        """Wrap a function, to raise `StoreConflictError` if another process has claimed the message.

        Args:
            handle: Handles a message of the inbox.
        """
        store = self._store
        if store is None:
            return handle

        async def handle_claimed(item: InboxItem) -> None:
            if not await self._hold(store.claim, item.key, lambda: handle(item)):
                problem = "another process handles the message"
                raise StoreConflictError(problem)

        return handle_claimed

    async def send_claimed(self, outbox_id: str, send: Callable[[], Awaitable[None]]) -> bool:
        """Call a function, unless another process has claimed the message; return whether it was called.

        Args:
            outbox_id: The id of the message in the outbox.
            send: Sends and settles the message.
        """
        if self._store is None:
            await send()
            return True
        return await self._hold(self._store.claim_outgoing, outbox_id, send)

    async def _hold(self, claim: Claim, key: str, work: Callable[[], Awaitable[None]]) -> bool:
        if not await self._claim(claim, key, LEASE_SECONDS):
            return False
        self._held[key] = claim
        try:
            await work()
        except anyio.get_cancelled_exc_class():
            # the agent stops: release the claim, so that other processes need not wait for its end
            with anyio.CancelScope(shield=True):
                await self._claim(claim, key, 0)
            raise
        finally:
            del self._held[key]
        return True

    async def run(self) -> None:
        """Extend the active claims until cancelled."""
        while self._store is not None:
            await anyio.sleep(RENEW_SECONDS)
            for key, claim in tuple(self._held.items()):
                try:
                    if key in self._held and not await self._claim(claim, key, LEASE_SECONDS):
                        LOG.warning("another process has taken over message %s", key)
                except Exception:
                    LOG.exception("the store is unavailable; claims are extended later")

    async def _claim(self, claim: Claim, key: str, seconds: int) -> bool:
        now = int(self._clock())
        return await claim(key, by=self._worker, now=now, until=now + seconds)
