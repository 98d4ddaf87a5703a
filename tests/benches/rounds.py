"""Measuring: everybody does the same operation in the same moment, again and again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING

from tqdm import tqdm  # type: ignore[import-untyped]

from contestants import NotDoneError
from material import Book, Material
from pydidcomm.sync import DIDCommMessaging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contestants import Contestant
    from operations import Operation

SAMPLE_US = 3000.0
"""How long a sample takes that has enough calls by then."""
ENOUGH = 15
"""Of so many calls few find the processor's caches cold."""
PATIENCE_US = 30_000.0
"""How long a sample may take to have enough of them."""
CALLS = range(1, 200)
"""How many calls a sample has in any case."""

Times = dict[str, dict[str, list[float]]]
"""By operation and contestant: a median of each round, in microseconds."""


def on_one_processor() -> None:
    """Keeps this process and those it starts on one processor: what else the machine does falls on all."""
    if hasattr(os, "sched_setaffinity"):
        # the threads for many keys, if there are some already, are each on their own
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setaffinity(int(thread.name), {min(os.sched_getaffinity(0))})


async def measure(operations: Sequence[Operation], contestants: Sequence[Contestant], rounds: int) -> Times:
    """The medians of so many rounds; who fails at an operation is left out of it."""
    calls: dict[tuple[str, str], int] = {}
    for operation in tqdm(operations, desc="verify", leave=False):
        for contestant in contestants:
            try:
                verify(contestant.material, operation.name, await contestant.result(operation.name))
                time = await contestant.median(operation.name, 3)
            except NotDoneError as error:
                tqdm.write(f"{contestant.name}: no {operation.name}: {error}", file=sys.stderr)
                continue
            calls[operation.name, contestant.name] = calls_of(time)
    times: Times = {operation.name: {} for operation in operations}
    for turn in tqdm(range(rounds), desc="rounds"):
        # no contestant always comes after the same one
        shift = turn % len(contestants)
        for operation in operations:
            for contestant in [*contestants[shift:], *contestants[:shift]]:
                count = calls.get((operation.name, contestant.name))
                if count is not None:
                    time = await contestant.median(operation.name, count)
                    times[operation.name].setdefault(contestant.name, []).append(time)
    return times


def calls_of(time: float) -> int:
    """How many calls a sample has of what takes so many microseconds."""
    wanted = max(SAMPLE_US / max(time, 0.1), min(ENOUGH, PATIENCE_US / max(time, 0.1)))
    return min(max(int(wanted), CALLS.start), CALLS.stop)


def verify(material: Material, operation: str, result: str) -> None:
    """Holds a result against what the operation is for.

    Raises:
        NotDoneError: It is something else.
    """
    description = material.operations[operation]
    book = Book(material)
    party = DIDCommMessaging(book, book)
    match description["kind"]:
        case "create":
            done = result.startswith("did:peer:2.")
        case "resolve":
            done = json.loads(result)["id"] == description["did"]
        case "pack" | "sign":
            plaintext, expected = party.unpack(result).message.as_dict(), description["message"]
            done = plaintext["body"] == expected["body"] and plaintext.get("from") == expected.get("from")
        case "wrap":
            forwarded = party.unpack_forward(result)
            done = json.loads(forwarded.messages[0]) == json.loads(description["packed"])
        case _:
            done = json.loads(result)["body"] == party.unpack(description["packed"]).message.body
    if not done:
        message = "the result is another one"
        raise NotDoneError(message)


def ratios(times: dict[str, list[float]], of: str, to: str) -> float | None:
    """The median over the rounds of one contestant's time as a multiple of another's."""
    if of not in times or to not in times:
        return None
    return median(one / other for one, other in zip(times[of], times[to], strict=True))


def import_time(statement: str, python: str = sys.executable, rounds: int = 20) -> float:
    """What an import takes beyond the interpreter's own start, in milliseconds."""

    def run(source: str) -> int:
        start = perf_counter_ns()
        subprocess.run([python, "-c", source], check=True)  # noqa: S603, an interpreter of this project
        return perf_counter_ns() - start

    run(statement)
    return median(run(statement) - run("pass") for _ in range(rounds)) / 1e6
