"""A batch of messages unpacked on one thread and on two, and what the machine grants to two processes."""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm  # type: ignore[import-untyped]

from contestants import CoroutineBook, Program
from material import Book, make, read
from operations import Operation
from pydidcomm import DIDCommMessaging, Outgoing
from table import LIMIT, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydidcomm import Outcome

MESSAGES = 1000
THREADS = (1, 2)
LEAST_FACTOR = 1.85
"""How many times the throughput of one thread two have at least, where two processes have twice one's."""
MOST_SPREAD = 0.60
"""The most that one message to a hundred keys takes on two such processors, of the limit on one."""
UNPACK = Operation(name="unpack", kind="unpack", authcrypt=True)


Entry = TypeVar("Entry")


async def batch(rounds: int, folder: Path) -> tuple[dict[int, list[float]], list[float]]:
    """What a message takes in a batch, and what the machine grants to two processes in the same rounds.

    The first in microseconds by the number of threads; all have one sender. The second as `granted` has it.
    """
    unpacking = make("did:example", [UNPACK])
    programs = [Program(LIMIT, [str(folder / LIMIT)], unpacking) for _ in range(2)]
    grants: list[float] = []
    pack = Operation(name="pack", kind="pack", authcrypt=True)
    material = make("did:example", [pack])
    book = CoroutineBook(Book(material), dict(Book(material).documents))
    party = DIDCommMessaging(book, book)
    description = material.operations["pack"]
    message, to, frm = read(description["message"]), description["to"], description["frm"]
    outgoing = [Outgoing(message=message, to=to, frm=frm) for _ in range(MESSAGES)]
    packed = [packed.message for packed in taken(await party.pack_many(outgoing))]
    times: dict[int, list[float]] = {threads: [] for threads in THREADS}
    for _ in tqdm(range(rounds), desc="batches"):
        for threads in THREADS:
            start = perf_counter_ns()
            taken(await party.unpack_many(packed, threads=threads))
            times[threads].append((perf_counter_ns() - start) / MESSAGES / 1000)
        grants.append(granted(programs))
    for program in programs:
        program.close()
    return times, grants


def granted(programs: Sequence[Program]) -> float:
    """How many times the throughput of one process all of them have, which share nothing but the machine.

    What else the machine does takes its part of this as it does of our threads.
    """

    def elapsed(running: Sequence[Program]) -> int:
        start = perf_counter_ns()
        for program in running:
            program.begin(MESSAGES, UNPACK.name)
        for program in running:
            program.end()
        return perf_counter_ns() - start

    return len(programs) * elapsed(programs[:1]) / elapsed(programs)


def taken(outcomes: Sequence[Outcome[Entry]]) -> list[Entry]:
    """The values, none of which may be an exception."""
    return [outcome.unwrap() for outcome in outcomes]


def batch_row(times: dict[int, list[float]], grants: Sequence[float], limit: float) -> str:
    """A message of a batch as a multiple of the limit, and how much two threads gain of what is granted."""
    grant = median(grants)
    least = LEAST_FACTOR * grant / 2
    factor = median(one / two for one, two in zip(times[1], times[2], strict=True))
    shares = ", ".join(f"{median(times[threads]) / limit:.2f} on {threads}" for threads in THREADS)
    kept = "yes" if factor >= least else "NO"
    return (
        f"unpack_many of {MESSAGES} authcrypt X25519: multiples of the limit: {shares} threads\n"
        f"two threads have the throughput of one, at least {least:.2f} times: {factor:.2f} {kept}\n"
        f"(of the limit two processes have {grant:.2f} times the throughput of one: 2.00 on an idle machine)"
    )


def spread_row(
    name: str, times: Mapping[str, Sequence[float]], processors: int, grants: Sequence[float]
) -> str:
    """One message to many keys on all processors, as a multiple of the limit, which is on one."""
    most = MOST_SPREAD * 2 / median(grants)
    share = median(mine / limit for mine, limit in zip(times[OURS], times[LIMIT], strict=True))
    kept = "yes" if share <= most else "NO"
    return f"{name}, on {processors} processors: at most {most:.2f} of the limit on one: {share:.2f} {kept}"


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
