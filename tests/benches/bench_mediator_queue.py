"""Measure what a long queue costs: memory, the time of a forward, the time of a delivery.

    python tests/benches/bench_mediator_queue.py --queue 1000000 [--postgres URL]

The same requests with an empty queue and with a long one, of the recipient that they concern.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from load.process import MEDIATOR, free_port, initialized, memory_of, running
from load.recipients import PICKUP, Recipient
from load.senders import enclosed, forwards, paced, percentile
from pydidcomm.mediator import Arrival, Limits, MediatorStore, SqliteMediatorStore
from pydidcomm.mediator.postgres import PostgresMediatorStore

PROBES = 400
RATE = 100.0
LIMITS = Limits(messages=10**8, bytes=10**12)
WRITERS = 256
"""As many as fill the groups of the store."""


def probed(port: int, pid: int, mediator: str, bob: Recipient) -> None:
    """Print the times of forwards to the recipient and of its deliveries, and the memory of the mediator."""
    url = f"http://127.0.0.1:{port}/"
    forwarded = asyncio.run(paced(port, forwards(mediator, bob.did, PROBES), RATE))
    delivered: list[float] = []
    for _ in range(PROBES // 4):
        text = bob.packed(f"{PICKUP}/delivery-request", {"limit": 10})
        begun = time.perf_counter()
        answer = bob.asked(url, text)
        delivered.append(time.perf_counter() - begun)
        ids = [each.id for each in answer.attachments or ()]
        bob.asked(url, bob.packed(f"{PICKUP}/messages-received", {"message_id_list": ids}))
    delivered.sort()
    status = bob.asked(url, bob.packed(f"{PICKUP}/status-request", {}))
    print(
        f"{status.body['message_count']:9} waiting: forward p50 {percentile(forwarded, 50):.2f} ms, "
        f"p99 {percentile(forwarded, 99):.2f} ms; delivery of 10 p50 {percentile(delivered, 50):.2f} ms, "
        f"p99 {percentile(delivered, 99):.2f} ms; memory {memory_of(pid):.0f} MB"
    )


async def filled(store: MediatorStore, did: str, count: int, envelope: bytes) -> None:
    """Store so many envelopes for the recipient."""
    numbers = iter(tqdm(range(count), desc="envelopes", disable=None))

    async def put() -> None:
        for number in numbers:
            different = envelope[:-9] + f"{number:09}".encode()
            await store.place(Arrival(next=did, envelope=different, at=time.time()))

    await asyncio.gather(*(put() for _ in range(WRITERS)))


async def fill(folder: str, postgres: str | None, did: str, count: int, envelope: bytes) -> None:
    if postgres is not None:
        async with await PostgresMediatorStore.open(postgres, limits=LIMITS) as store:
            await filled(store, did, count, envelope)
        return
    async with SqliteMediatorStore(f"{folder}/mediator.db", limits=LIMITS) as store:
        await filled(store, did, count, envelope)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queue", type=int, default=1_000_000)
    parser.add_argument("--postgres")
    arguments: Any = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        mediator = initialized(folder, port, arguments.postgres)
        words = [*MEDIATOR, "run"]
        bob = Recipient(mediator)
        with running(words, port, folder) as pid:
            bob.register(f"http://127.0.0.1:{port}/")
            probed(port, pid, mediator, bob)
        envelope = enclosed(bob.did)
        asyncio.run(fill(folder, arguments.postgres, bob.did, arguments.queue, envelope))
        if not arguments.postgres:
            size = sum(file.stat().st_size for file in Path(folder).glob("mediator.db*"))
            each = size / arguments.queue
            print(f"an envelope of {len(envelope)} bytes takes {each:.0f} in the files of the store")
        with running(words, port, folder) as pid:
            probed(port, pid, mediator, bob)


if __name__ == "__main__":
    main()
