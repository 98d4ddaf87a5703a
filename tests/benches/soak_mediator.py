"""Load a mediator for a long time, and print its memory: it must stay flat.

    python tests/benches/soak_mediator.py --minutes 30 --rate 200 [--postgres URL]

A recipient in live mode takes what senders forward, and connects again when its connection ends; another
lets its queue grow and empties it each minute.
"""

import argparse
import asyncio
import time
from typing import Any

from websockets.exceptions import ConnectionClosed

from load.process import memory_of, on_a_mediator
from load.recipients import PICKUP, Recipient
from load.senders import forwards, paced, percentile

SECONDS = 60


async def live(port: int, bob: Recipient, counts: dict[str, int]) -> None:
    while True:
        try:
            socket = await bob.live(port)
            counts["connections"] += 1
            # what came meanwhile is not pushed
            late = await asyncio.to_thread(emptied, f"http://127.0.0.1:{port}/", bob)
            counts["delivered"] += late
            while True:
                found = await bob.delivered(socket)
                counts["delivered"] += len(found)
        except ConnectionClosed:
            # a client that answers no ping for 20 seconds, for instance
            continue


def emptied(url: str, carol: Recipient) -> int:
    """Take everything that waits."""
    count = 0
    while True:
        answer = carol.asked(url, carol.packed(f"{PICKUP}/delivery-request", {"limit": 100}))
        ids = [each.id for each in answer.attachments or ()]
        if not ids:
            return count
        carol.asked(url, carol.packed(f"{PICKUP}/messages-received", {"message_id_list": ids}))
        count += len(ids)


async def soak(port: int, pid: int, mediator: str, arguments: Any) -> None:  # noqa: ANN401, of argparse
    url = f"http://127.0.0.1:{port}/"
    bob, carol = Recipient(mediator), Recipient(mediator)
    counts = {"sent": 0, "delivered": 0, "connections": 0}
    receiving = asyncio.create_task(live(port, bob, counts))
    await asyncio.to_thread(carol.register, url)
    await asyncio.sleep(1)
    share = int(arguments.rate * SECONDS / 2)
    for minute in range(1, arguments.minutes + 1):
        begun = time.monotonic()
        bodies = await asyncio.to_thread(forwards, mediator, [bob.did] * share)
        bodies += await asyncio.to_thread(forwards, mediator, [carol.did] * share)
        times = await paced(port, bodies, arguments.rate)
        counts["sent"] += len(bodies)
        waited = await asyncio.to_thread(emptied, url, carol)
        counts["delivered"] += waited
        await asyncio.sleep(1)
        print(
            f"minute {minute}: {counts['sent']} sent, {counts['delivered']} delivered, "
            f"{counts['connections']} live connections, "
            f"p99 {percentile(times, 99):.1f} ms, memory {memory_of(pid):.1f} MB, "
            f"{time.monotonic() - begun:.0f} s",
            flush=True,
        )
    receiving.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--postgres")
    arguments: Any = parser.parse_args()
    on_a_mediator(soak, arguments)


if __name__ == "__main__":
    main()
