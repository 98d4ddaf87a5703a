"""Measure what a long queue costs: memory, the time of a forward, the time of a delivery.

    python tests/benches/bench_mediator_queue.py --queue 1000000 --rounds 200 [--postgres URL]

One mediator has a recipient with an empty queue and one with a long queue; a second mediator, whose store is
empty, shows what the size of the store costs. Each request to one is followed by the same request to the
others, in another order each time, so that whatever else the machine does meets all alike.
"""

import argparse
import asyncio
import secrets
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from load.process import MEDIATOR, free_port, initialized, memory_of, running
from load.recipients import PICKUP, Recipient
from load.senders import Sender, enclosed, forwards, percentile
from pydidcomm.mediator import Arrival, Limits, MediatorStore, SqliteMediatorStore
from pydidcomm.mediator.postgres import PostgresMediatorStore

AT_ONCE = 10
"""Forwards to each recipient in a round, which the delivery after them takes out again."""

LIMITS = Limits(messages=10**8, bytes=10**12)
WARM = 10
WRITERS = 256
"""As many as fill the groups of the store."""


class Queue:
    """A recipient with a queue, at a mediator, and the seconds of what was measured."""

    def __init__(self, name: str, port: int, pid: int, mediator: str, recipient: Recipient) -> None:
        self.name = name
        self.pid = pid
        self._url = f"http://127.0.0.1:{port}/"
        self._mediator = mediator
        self._recipient = recipient
        self._sender = Sender(port)
        self.forwards: list[float] = []
        self.deliveries: list[float] = []

    def packed(self) -> list[bytes]:
        """The forwards of a round."""
        return forwards(self._mediator, [self._recipient.did] * AT_ONCE)

    async def forward(self, body: bytes) -> None:
        """Send one forward."""
        self.forwards.append(await self._sender.send(body))

    def deliver(self) -> None:
        """Take as many messages out of the queue as a round puts in."""
        bob = self._recipient
        text = bob.packed(f"{PICKUP}/delivery-request", {"limit": AT_ONCE})
        begun = time.perf_counter()
        answer = bob.asked(self._url, text)
        self.deliveries.append(time.perf_counter() - begun)
        ids = [each.id for each in answer.attachments or ()]
        bob.asked(self._url, bob.packed(f"{PICKUP}/messages-received", {"message_id_list": ids}))

    def waiting(self) -> int:
        """The messages in the queue."""
        status = self._recipient.asked(self._url, self._recipient.packed(f"{PICKUP}/status-request", {}))
        return int(status.body["message_count"])

    def forget(self) -> None:
        """Measure anew."""
        self.forwards.clear()
        self.deliveries.clear()


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
    async with SqliteMediatorStore(f"{folder}/mediator.db", limits=LIMITS) as file:
        await filled(file, did, count, envelope)


def registered(mediator: str, port: int) -> Recipient:
    bob = Recipient(mediator)
    bob.register(f"http://127.0.0.1:{port}/")
    return bob


async def measure(queues: list[Queue], count: int) -> None:
    """Run so many rounds."""
    for number in tqdm(range(count + WARM), desc="rounds", disable=None):
        if number == WARM:
            # connections, caches and statements are made
            for queue in queues:
                queue.forget()
        bodies = [queue.packed() for queue in queues]
        for place in range(AT_ONCE):
            for turn in range(len(queues)):
                which = (number + place + turn) % len(queues)
                await queues[which].forward(bodies[which][place])
        for turn in range(len(queues)):
            queues[(number + turn) % len(queues)].deliver()


def show(queues: list[Queue]) -> None:
    """Print medians and lower quartiles, and how they relate to those of the first queue."""
    for title, kind in (("forward", "forwards"), ("delivery of 10", "deliveries")):
        for queue in queues:
            cells: list[str] = []
            for name, hundredth in (("lower quartile", 25), ("median", 50), ("p99", 99)):
                mine, first = (
                    percentile(sorted(getattr(each, kind)), hundredth) for each in (queue, queues[0])
                )
                cells.append(f"{name} {mine:6.2f} ms ({mine / first:.2f})")
            print(f"{title:14}  {queue.name:32} {', '.join(cells)}")
    for queue in queues:
        print(f"memory with {queue.waiting():>9} waiting, {queue.name}: {memory_of(queue.pid):.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queue", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--postgres")
    arguments: Any = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        port = free_port()
        mediator = initialized(folder, port, arguments.postgres)
        with running([*MEDIATOR, "run"], port, folder):
            quick, slow = registered(mediator, port), registered(mediator, port)
        envelope = enclosed(slow.did)
        asyncio.run(fill(folder, arguments.postgres, slow.did, arguments.queue, envelope))
        if not arguments.postgres:
            size = sum(file.stat().st_size for file in Path(folder).glob("mediator.db*"))
            each = size / arguments.queue
            print(f"an envelope of {len(envelope)} bytes takes {each:.0f} in the files of the store")
        pid = servers.enter_context(running([*MEDIATOR, "run"], port, folder))
        queues = [
            Queue("empty queue, next to a long one", port, pid, mediator, quick),
            Queue("long queue", port, pid, mediator, slow),
        ]
        if not arguments.postgres:
            # in PostgreSQL both would have the same tables
            other = servers.enter_context(tempfile.TemporaryDirectory(suffix=secrets.token_hex(2)))
            free = free_port()
            fresh = initialized(other, free, None)
            process = servers.enter_context(running([*MEDIATOR, "run"], free, other))
            queues.insert(0, Queue("empty queue, empty store", free, process, fresh, registered(fresh, free)))
        asyncio.run(measure(queues, arguments.rounds))
        show(queues)


if __name__ == "__main__":
    main()
