"""How late a ticker on the same event loop is while large messages are packed and unpacked.

Every millisecond the ticker wants its turn; what it waits beyond is the longest that the loop was held.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from pydidcomm import DIDCommMessaging, Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUNDS = 20
SIZES = {"1 KiB": 1 << 10, "64 KiB": 1 << 16, "256 KiB": 1 << 18, "1 MiB": 1 << 20, "10 MiB": 10 << 20}
TICK = 0.001
TARGET = 10


class Ticker:
    """Counts how late its turns come."""

    def __init__(self) -> None:
        self.latest = 0.0

    async def run(self) -> None:
        while True:
            due = perf_counter() + TICK
            await asyncio.sleep(TICK)
            self.latest = max(self.latest, perf_counter() - due)

    def taken(self) -> float:
        """The latest turn since the last call, in milliseconds."""
        latest, self.latest = self.latest, 0.0
        return latest * 1000


async def lateness(ticker: Ticker, run: Callable[[], Awaitable[object]]) -> list[float]:
    """The latest turn of the ticker in each of several runs."""
    rows: list[float] = []
    for _ in range(ROUNDS):
        await asyncio.sleep(3 * TICK)
        ticker.taken()
        await run()
        await asyncio.sleep(3 * TICK)
        rows.append(ticker.taken())
    return rows


async def main() -> None:
    """Prints one row for each size and operation."""
    party = DIDCommMessaging()
    alice, bob = await party.create_peer_did(), await party.create_peer_did()
    ticker = Ticker()
    ticking = asyncio.create_task(ticker.run())
    await asyncio.sleep(10 * TICK)
    idle = await lateness(ticker, lambda: asyncio.sleep(30 * TICK))
    print(f"milliseconds late: {'median':>14}{'worst':>8}    (the target is {TARGET} on an idle machine)")
    print(f"{'nothing to do':19}{statistics.median(idle):>14.1f}{max(idle):>8.1f}")
    for name, size in SIZES.items():
        message = Message(type="https://example.org/bench/1.0/message", body={"text": "x" * size})
        packed = (await party.pack(message, to=bob, frm=alice)).message
        operations: dict[str, Callable[[], Awaitable[object]]] = {
            "pack": partial(party.pack, message, to=bob, frm=alice),
            "unpack": partial(party.unpack, packed),
        }
        for operation, run in operations.items():
            rows = await lateness(ticker, run)
            print(f"{operation + ' ' + name:19}{statistics.median(rows):>14.1f}{max(rows):>8.1f}")
    ticking.cancel()


if __name__ == "__main__":
    if "uvloop" in sys.argv:
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main())
