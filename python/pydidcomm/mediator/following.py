"""Apply rotations by other processes to live sessions, so that pushes are encrypted to the current DID."""

import logging
from typing import Final

import anyio

from pydidcomm.mediator.live import LiveSessions
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["Following"]

LOG: Final = logging.getLogger("pydidcomm.mediator")

POLL_SECONDS: Final = 2.0
"""Seconds between two polls of the store: notifications of other processes may be lost."""


class Following:
    """Reads the rotations in a store, in order, and applies them to the live sessions of this process."""

    def __init__(self, store: MediatorStore, live: LiveSessions) -> None:
        self._store = store
        self._live = live
        self._last = 0
        self._noticed = anyio.Event()

    def notice(self) -> None:
        """Read the store soon: another process has rotated the DID of a recipient."""
        self._noticed.set()

    async def catch_up(self) -> None:
        """Apply the rotations that other processes have stored."""
        found = await self._store.moves(self._last)
        while found:
            for move in found:
                # a concurrent call may have applied it
                if move.seq > self._last:
                    self._live.follow(move)
                    self._last = move.seq
            found = await self._store.moves(self._last)

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            with anyio.move_on_after(POLL_SECONDS):
                await self._noticed.wait()
            self._noticed = anyio.Event()
            try:
                await self.catch_up()
            except Exception as error:  # noqa: BLE001, of any store
                LOG.warning("rotations of other processes could not be read: %s", error)
