"""The end of the pipe of a peer in Python; knows nothing of pydidcomm.

The first line in is the fixture. Each further one is a count and the name of an operation; the answer is the
median time in nanoseconds, or with the count 0 what the operation results in, as a JSON string.
"""

from __future__ import annotations

import asyncio
import json
import sys
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Call = Callable[[], Awaitable[Any]]
    Prepare = Callable[[dict[str, Any], dict[str, Any]], Call]
    Show = Callable[[Any], str]


async def answer(call: Call, show: Show, count: int) -> float | str:
    """The median, or the result."""
    if count == 0:
        return show(await call())
    times = []
    for _ in range(count):
        start = perf_counter_ns()
        await call()
        times.append(perf_counter_ns() - start)
    return median(times)


async def serve(prepare: Prepare, show: Show) -> None:
    """Answers each line of standard input until it ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a package prints is no answer
    fixture = json.loads(sys.stdin.readline())
    calls: dict[str, Call] = {}
    for line in sys.stdin:
        count, _, name = line.strip().partition(" ")
        reply: Any
        try:
            if name not in calls:
                calls[name] = prepare(fixture, fixture["operations"][name])
            reply = await answer(calls[name], show, int(count))
        except Exception as error:  # noqa: BLE001, every error of the peer is an answer
            reply = {"error": f"{type(error).__name__}: {str(error)[:200]}"}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


def run(prepare: Prepare, show: Show) -> None:
    """Serves on an event loop."""
    asyncio.run(serve(prepare, show))
