"""Measure a mediator against its two limits: its web server answering 202 to nothing, and its store alone.

    python tests/benches/bench_mediator.py --messages 4000 [--postgres URL] [--processes 2]

Forwards a second with full durability, and the share of the nearer limit; then the time of a forward at half
of that rate, while the recipient is in live mode. The generator sends what was packed before.
"""

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from load.process import MEDIATOR, cpu_of, free_port, initialized, running
from load.recipients import Recipient
from load.senders import CONNECTIONS, forwards, paced, percentile, posted
from pydidcomm.mediator import (
    Action,
    Arrival,
    Limits,
    MediatorStore,
    RouteChange,
    SqliteMediatorStore,
)
from pydidcomm.mediator.postgres import PostgresMediatorStore

LIVE_SECONDS = 10
EMPTY = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
"""


class Row(NamedTuple):
    """What was measured: its name, how many a second, the seconds of each."""

    name: str
    rate: float
    times: list[float]


async def stored(store: MediatorStore, count: int, size: int) -> float:
    """Envelopes a second of the store alone, as many at a time as there are connections."""
    bob = await store.grant("did:example:bob", 1.0)
    await store.change_routes(bob, [RouteChange("did:example:bob", Action.ADD)], 1.0)
    left = iter([secrets.token_bytes(size) for _ in range(count)])

    async def put() -> None:
        for envelope in left:
            await store.place(Arrival(next="did:example:bob", envelope=envelope, at=1.0))

    begun = time.perf_counter()
    await asyncio.gather(*(put() for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - begun)


async def store_alone(folder: str, postgres: str | None, count: int, size: int) -> float:
    limits = Limits(messages=10**8, bytes=10**12)
    if postgres is None:
        async with SqliteMediatorStore(f"{folder}/alone.db", limits=limits) as store:
            return await stored(store, count, size)
    async with await PostgresMediatorStore.open(postgres, limits=limits) as store:
        return await stored(store, count, size)


async def half(port: int, bodies: list[bytes], rate: float, bob: Recipient) -> tuple[list[float], int]:
    """The seconds of the forwards at half of the rate, and how many were delivered."""
    count = 0

    async def receive() -> None:
        nonlocal count
        socket = await bob.live(port)
        while True:
            count += len(await bob.delivered(socket))

    receiving = asyncio.create_task(receive())
    await asyncio.sleep(1)
    times = await paced(port, bodies, rate / 2)
    await asyncio.sleep(1)
    receiving.cancel()
    return times, count


def measured(count: int, postgres: str | None, processes: int) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        Path(folder, "empty.py").write_text(EMPTY)
        ports = [free_port() for _ in range(processes)]
        mediator = initialized(folder, ports[0], postgres)
        with ExitStack() as servers:
            pids = [servers.enter_context(running([*MEDIATOR, "run"], port, folder)) for port in ports]
            bob = Recipient(mediator)
            bob.register(f"http://127.0.0.1:{ports[0]}/")
            bodies = forwards(mediator, bob.did, count)
            before = sum(map(cpu_of, pids))
            rows.append(Row("mediator", *asyncio.run(posted(ports, bodies))))
            spent = (sum(map(cpu_of, pids)) - before) / count * 1e6
            print(f"processor time of the mediator: {spent:.0f} us a forward")
            if processes > 1:
                rows.append(Row("one process of it", *asyncio.run(posted(ports[:1], bodies))))
            live_at_half(ports[0], mediator, rows[-1].rate)
        rows.append(empty_server(folder, bodies))
        size = sum(map(len, bodies)) // len(bodies) // 2
        rows.append(Row("store alone", asyncio.run(store_alone(folder, postgres, count, size)), []))
    return rows


def live_at_half(port: int, mediator: str, rate: float) -> None:
    carol = Recipient(mediator)
    carol.register(f"http://127.0.0.1:{port}/")
    bodies = forwards(mediator, carol.did, int(rate / 2 * LIVE_SECONDS))
    times, delivered = asyncio.run(half(port, bodies, rate, carol))
    middle, most = percentile(times, 50), percentile(times, 99)
    print(f"forwards at half of the rate: p50 {middle:.1f} ms, p99 {most:.1f} ms")
    print(f"delivered in live mode meanwhile: {delivered} of {len(bodies)}")


def empty_server(folder: str, bodies: list[bytes]) -> Row:
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", "empty:app", "--port", str(port), "--log-level", "error"]
    with running(words, port, folder) as pid:
        before = cpu_of(pid)
        row = Row("server answering 202", *asyncio.run(posted([port], bodies)))
        spent = (cpu_of(pid) - before) / len(bodies) * 1e6
        print(f"processor time of the empty server: {spent:.0f} us a request")
        return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--postgres")
    parser.add_argument("--processes", type=int, default=1)
    arguments: Any = parser.parse_args()
    rows = measured(arguments.messages, arguments.postgres, arguments.processes)
    nearer = min(row.rate for row in rows if row.name in {"server answering 202", "store alone"})
    for name, rate, times in rows:
        late = f"  p50 {percentile(times, 50):6.1f} ms  p99 {percentile(times, 99):6.1f} ms" if times else ""
        print(f"{name:22} {rate:8.0f}/s  {rate / nearer:5.2f} of the nearer limit{late}")


if __name__ == "__main__":
    main()
