"""A batch of messages unpacked on one thread and on two."""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm  # type: ignore[import-untyped]

from contestants import CoroutineBook
from material import Book, make, read
from operations import Operation
from pydidcomm import DIDCommMessaging, Outgoing
from table import LIMIT, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydidcomm import Outcome

MESSAGES = 1000
THREADS = (1, 2)
LEAST_FACTOR = 1.85
"""How many times the throughput of one thread two have at least."""
MOST_SPREAD = 0.60
"""The most that one message to a hundred keys takes on two processors, of the limit on one."""


Entry = TypeVar("Entry")


async def batch(rounds: int) -> dict[int, list[float]]:
    """What a message takes in a batch, in microseconds, by the number of threads; all have one sender."""
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
    return times


def taken(outcomes: Sequence[Outcome[Entry]]) -> list[Entry]:
    """The values, none of which may be an exception."""
    return [outcome.unwrap() for outcome in outcomes]


def batch_row(times: dict[int, list[float]], limit: float) -> str:
    """A message of a batch as a multiple of the limit, and how much two threads gain."""
    factor = median(one / two for one, two in zip(times[1], times[2], strict=True))
    shares = ", ".join(f"{median(times[threads]) / limit:.2f} on {threads}" for threads in THREADS)
    kept = "yes" if factor >= LEAST_FACTOR else "NO"
    return (
        f"unpack_many of {MESSAGES} authcrypt X25519: multiples of the limit: {shares} threads\n"
        f"two threads have the throughput of one, at least {LEAST_FACTOR} times: {factor:.2f} {kept}"
    )


def spread_row(name: str, times: Mapping[str, Sequence[float]], processors: int) -> str:
    """One message to many keys on all processors, as a multiple of the limit, which is on one."""
    share = median(mine / limit for mine, limit in zip(times[OURS], times[LIMIT], strict=True))
    kept = "yes" if share <= MOST_SPREAD else "NO"
    return (
        f"{name}, on {processors} processors: at most {MOST_SPREAD} of the limit on one: {share:.2f} {kept}"
    )


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
