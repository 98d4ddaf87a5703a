"""Writes to the store of a mediator until it is killed, and prints each envelope that was acknowledged."""

import os
import sys

import anyio

from pydidcomm.mediator import Arrival, Limits, Placement, SqliteMediatorStore

TASKS = 8
MOST = 100_000


async def main(path: str) -> None:
    store = SqliteMediatorStore(path, limits=Limits(messages=1_000_000))

    async def put(task: int) -> None:
        for number in range(MOST):
            envelope = f"{os.getpid()} {task} {number}".encode()
            arrival = Arrival(next="did:example:bob", envelope=envelope, at=1_700_000_000.0)
            if (await store.place(arrival)).outcome is Placement.STORED:
                os.write(1, envelope + b"\n")

    async with anyio.create_task_group() as group:
        for task in range(TASKS):
            group.start_soon(put, task)


anyio.run(main, sys.argv[1])
