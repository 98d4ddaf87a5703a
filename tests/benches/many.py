"""A batch of messages unpacked on one thread and on two, and what the machine grants to two processes."""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm  # type: ignore[import-untyped]

from contestants import Program, ours, parsed_book
from material import make, read
from operations import TO_MANY, Operation
from pydidcomm import DIDCommMessaging, Outgoing
from rounds import measure
from table import LIMIT, OURS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydidcomm import Outcome
    from rounds import Times

MESSAGES = 1000
THREADS = (1, 2)
LEAST_FACTOR = 1.85
"""How many times the throughput of one thread two have at least, where two processes have twice one's."""
MOST_SPREAD = 0.60
"""The most that one message to a hundred keys takes on two such processors, of the limit on one."""
UNPACK = Operation(name="unpack", kind="unpack", authcrypt=True)


Entry = TypeVar("Entry")


class Grants:
    """What the machine grants to two processes during a measurement: other work takes its part of both."""

    def __init__(self, folder: Path) -> None:
        unpacking = make("did:example", [UNPACK])
        self._programs = [Program(LIMIT, [str(folder / LIMIT)], unpacking) for _ in range(2)]

    def measure(self) -> float:
        """How many times the throughput of one process two have, which share nothing but the machine."""
        return granted(self._programs)

    def close(self) -> None:
        """Ends the programs."""
        for program in self._programs:
            program.close()


async def batch(rounds: int, grants: Grants) -> tuple[dict[int, list[float]], list[float]]:
    """What a message takes in a batch, and what the machine grants to two processes in the same rounds.

    The first in microseconds by the number of threads; all have one sender.
    """
    pack = Operation(name="pack", kind="pack", authcrypt=True)
    material = make("did:example", [pack])
    book = parsed_book(material)
    party = DIDCommMessaging(book, book)
    description = material.operations["pack"]
    message, to, frm = read(description["message"]), description["to"], description["frm"]
    outgoing = [Outgoing(message=message, to=to, frm=frm) for _ in range(MESSAGES)]
    packed = [packed.message for packed in taken(await party.pack_many(outgoing))]
    times: dict[int, list[float]] = {threads: [] for threads in THREADS}
    granted_then: list[float] = []
    for _ in tqdm(range(rounds), desc="batches"):
        for threads in THREADS:
            start = perf_counter_ns()
            taken(await party.unpack_many(packed, threads=threads))
            times[threads].append((perf_counter_ns() - start) / MESSAGES / 1000)
        granted_then.append(grants.measure())
    return times, granted_then


async def spread(rounds: int, folder: Path, grants: Grants) -> tuple[Times, list[float]]:
    """One message to many keys by the limit on one processor and by pydidcomm on all; each round's grant."""
    material = make("did:example", [TO_MANY])
    program = Program(LIMIT, [str(folder / LIMIT)], material)
    contestants = [program, ours(material, make("did:peer", []))[0]]
    times: Times = {TO_MANY.name: {}}
    granted_then: list[float] = []
    for _ in tqdm(range(rounds), desc="many keys"):
        for one, found in (await measure([TO_MANY], contestants, 1))[TO_MANY.name].items():
            times[TO_MANY.name].setdefault(one, []).extend(found)
        granted_then.append(grants.measure())
    program.close()
    return times, granted_then


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
    factor = median(one / two for one, two in zip(times[1], times[2], strict=True))
    # each round by itself: what the machine grants changes from one to the next
    share = median(one / two / grant for one, two, grant in zip(times[1], times[2], grants, strict=True))
    shares = ", ".join(f"{median(times[threads]) / limit:.2f} on {threads}" for threads in THREADS)
    kept = "yes" if share >= LEAST_FACTOR / 2 else "NO"
    return (
        f"unpack_many of {MESSAGES} authcrypt X25519: multiples of the limit: {shares} threads\n"
        f"two threads have {factor:.2f} times the throughput of one, two processes of the limit "
        f"{median(grants):.2f} times (2.00 on an idle machine)\n"
        f"the threads' part of the processes': at least {LEAST_FACTOR / 2:.2f}: {share:.2f} {kept}"
    )


def spread_row(times: Times, grants: Sequence[float], processors: int) -> str:
    """One message to many keys on all processors, as a multiple of the limit, which is on one."""
    mine, limit = times[TO_MANY.name][OURS], times[TO_MANY.name][LIMIT]
    shares = [one / other for one, other in zip(mine, limit, strict=True)]
    granted_two = median(share * grant / 2 for share, grant in zip(shares, grants, strict=True))
    kept = "yes" if granted_two <= MOST_SPREAD else "NO"
    return (
        f"{TO_MANY.name}, on {processors} processors: {median(shares):.2f} of the limit on one\n"
        f"scaled to a grant of 2.00 in each round: at most {MOST_SPREAD:.2f}: {granted_two:.2f} {kept}"
    )


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
