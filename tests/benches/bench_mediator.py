"""Measure a mediator against its two limits: its web server answering 202 to nothing, and its store alone.

    python tests/benches/bench_mediator.py --messages 2000 --rounds 5 [--postgres URL] [--processes 2]

Forwards a second with full durability, medians of interleaved rounds, and the share of the nearer limit. A
third line, the same server that opens each forward and stores none, shows what decryption leaves. All have as
many processes and the same processors; the generator sends what was packed before. At the end, the time of a
forward at half of the rate, while a recipient is in live mode.
"""

import argparse
import asyncio
import os
import tempfile
import time
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from load.accounting import Spent, process_of_database, spent
from load.limits import EMPTY, UNPACKING, serving, store_alone
from load.process import MEDIATOR, free_port, initialized, running
from load.recipients import Recipient
from load.senders import forwards, paced, percentile, posted
from pydidcomm.mediator import Action, MediatorStore, RouteChange, SqliteMediatorStore
from pydidcomm.mediator.postgres import PostgresMediatorStore
from pydidcomm.sync import DIDCommMessaging

LIVE_SECONDS = 10
SERVER, STORE, UNPACKED = "server answering 202", "store alone", "server that unpacks"
MEDIATED, BY_ONE = "mediator", "one process of it"
SAME = 0.1
"""The difference of the processor time of a forward up to which two processes do not hinder each other."""


class Measured(NamedTuple):
    """What one round measured."""

    rate: float
    times: list[float]
    spent: Spent


class Row(NamedTuple):
    """The medians of all rounds; the times are those of all rounds, in order of size."""

    rate: float
    times: list[float]
    spent: Spent

    @classmethod
    def of(cls, rounds: list[Measured]) -> "Row":
        databases = [each.spent.database for each in rounds if each.spent.database is not None]
        costs = Spent(
            median(each.spent.servers for each in rounds),
            median(databases) if databases else None,
            median(each.spent.generator for each in rounds),
        )
        return cls(
            median(each.rate for each in rounds),
            sorted(one for each in rounds for one in each.times),
            costs,
        )


async def registered(folder: str, postgres: str | None, dids: list[str]) -> None:
    """Register recipients in the store: requests for each would take longer than what is measured."""

    async def register(store: MediatorStore, did: str) -> None:
        owner = await store.grant(did, time.time())
        await store.change_routes(owner, [RouteChange(did, Action.ADD)], time.time())

    async def all_of(store: MediatorStore) -> None:
        await asyncio.gather(*(register(store, did) for did in dids))

    if postgres is None:
        async with SqliteMediatorStore(f"{folder}/mediator.db") as store:
            await all_of(store)
        return
    async with await PostgresMediatorStore.open(postgres) as shared:
        await all_of(shared)


def sent(ports: list[int], pids: list[int], bodies: list[bytes], database: int | None) -> Measured:
    before = spent(pids, database)
    rate, times = asyncio.run(posted(ports, bodies))
    return Measured(rate, times, spent(pids, database).since(before).each(len(bodies)))


def stored(location: str, arguments: Any, size: int, database: int | None) -> Measured:  # noqa: ANN401, of argparse
    count, processes = arguments.messages, arguments.processes
    alone = store_alone(location, count, size, arguments.recipients, processes, database)
    cost = Spent(alone.cpu, None if database is None else alone.database, 0.0)
    return Measured(alone.rate, [], cost.each(count // processes * processes))


def measured(arguments: Any) -> dict[str, Row]:  # noqa: ANN401, of argparse
    rounds: dict[str, list[Measured]] = {}
    postgres, processes = arguments.postgres, arguments.processes
    database = process_of_database(postgres)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder, ExitStack() as servers:
        ports = [free_port() for _ in range(processes)]
        mediator = initialized(folder, ports[0], postgres)
        party = DIDCommMessaging()
        dids = [party.create_peer_did() for _ in range(arguments.recipients)]
        asyncio.run(registered(folder, postgres, dids))
        pids = [servers.enter_context(running([*MEDIATOR, "run"], port, folder)) for port in ports]
        empty = [servers.enter_context(serving(folder, EMPTY)) for _ in ports]
        unpacking = [servers.enter_context(serving(folder, UNPACKING)) for _ in ports]
        for _ in range(arguments.rounds):
            bodies = forwards(mediator, islice(cycle(dids), arguments.messages))
            rounds.setdefault(MEDIATED, []).append(sent(ports, pids, bodies, database))
            if processes > 1:
                new = forwards(mediator, islice(cycle(dids), arguments.messages))
                rounds.setdefault(BY_ONE, []).append(sent(ports[:1], pids[:1], new, database))
            for name, others in ((SERVER, empty), (UNPACKED, unpacking)):
                found = sent([port for port, _ in others], [pid for _, pid in others], bodies, None)
                rounds.setdefault(name, []).append(found)
            # an envelope in a forward is encrypted once more
            location = postgres or str(Path(folder, "alone.db"))
            rounds.setdefault(STORE, []).append(stored(location, arguments, len(bodies[0]) // 2, database))
        rows = {name: Row.of(each) for name, each in rounds.items()}
        show(rows)
        if processes > 1:
            show_processes(rows[MEDIATED], rows[BY_ONE], processes)
        live_at_half(ports[0], mediator, rows[BY_ONE if processes > 1 else MEDIATED].rate)
    return rows


def show(rows: dict[str, Row]) -> None:
    """Print the table, and the share of the nearer limit."""
    server, store = rows[SERVER].rate, rows[STORE].rate
    print(f"{'':21}       /s  of the server  of the store     p50     p99   us of processors for each")
    for name, row in rows.items():
        late = f"{percentile(row.times, 50):7.1f} {percentile(row.times, 99):7.1f}" if row.times else " " * 15
        costs = [f"server {row.spent.servers:.0f}"] if name != STORE else [f"store {row.spent.servers:.0f}"]
        if row.spent.database is not None and name in {MEDIATED, BY_ONE, STORE}:
            costs.append(f"database {row.spent.database:.0f}")
        if row.spent.generator:
            costs.append(f"generator {row.spent.generator:.0f}")
        shares = f"{row.rate / server:14.2f} {row.rate / store:13.2f}"
        print(f"{name:21} {row.rate:8.0f} {shares} {late}   {', '.join(costs)}")
    nearer = min((SERVER, STORE), key=lambda name: rows[name].rate)
    share = rows[MEDIATED].rate / rows[nearer].rate
    print(f"share of the nearer limit, which is the {nearer}: {share:.2f}")
    floor = rows[MEDIATED].rate / rows[UNPACKED].rate
    times = cost(rows[MEDIATED]) / cost(rows[nearer])
    print(f"processor time of a forward: {times:.1f} times that of this limit")
    # decryption is no part of the limits, and every mediator has it
    print(f"share of a server that opens each forward and stores none: {floor:.2f}")


def cost(row: Row) -> float:
    """Microseconds of processors for one, which depend less on what else runs than the rate."""
    return row.spent.servers + (row.spent.database or 0)


def show_processes(all_of: Row, one: Row, processes: int) -> None:
    """Print what more processes bring, here and where each has a processor."""
    print(
        f"{processes} processes: {all_of.rate / one.rate:.2f} times the forwards of one, on these processors"
    )
    ratio = all_of.spent.servers / one.spent.servers
    print(
        f"a second of a processor takes {1e6 / one.spent.servers:.0f} forwards in one process, "
        f"{1e6 / all_of.spent.servers:.0f} in {processes}: "
        f"{'no contention between them' if ratio <= 1 + SAME else 'they hinder each other'}"
    )
    print(f"with a processor for each, and enough for the database: {processes / ratio:.2f} times")
    if all_of.spent.database is not None:
        others = (all_of.spent.database + all_of.spent.generator) / all_of.spent.servers
        print(f"processors for that, with database and generator: {processes * (1 + others):.1f}")


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


def live_at_half(port: int, mediator: str, rate: float) -> None:
    carol = Recipient(mediator)
    carol.register(f"http://127.0.0.1:{port}/")
    bodies = forwards(mediator, [carol.did] * int(rate / 2 * LIVE_SECONDS))
    times, delivered = asyncio.run(half(port, bodies, rate, carol))
    middle, most = percentile(times, 50), percentile(times, 99)
    print(f"forwards at half of the rate: p50 {middle:.1f} ms, p99 {most:.1f} ms")
    print(f"delivered in live mode meanwhile: {delivered} of {len(bodies)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipients", type=int, default=1_000)
    parser.add_argument("--postgres")
    parser.add_argument("--processes", type=int, default=1)
    measured(parser.parse_args())


if __name__ == "__main__":
    main()
