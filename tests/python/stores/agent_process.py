"""A process that accepts, commits and settles messages until it is killed: location, raw key, number."""

from __future__ import annotations

import asyncio
import os
import sys

from pydidcomm.protocols import Thread
from pydidcomm.stores import Done, Incoming, OutboxItem, Record, StoreConflictError
from pydidcomm.stores.askar import AskarStore

NOW = 1_700_000_000
LANES = 4


def say(word: str, key: str) -> None:
    """Acknowledge: what is printed must be in the store."""
    os.write(1, f"{word} {key}\n".encode())


def effects(key: str, lane: str, count: int) -> Done:
    """What the handling of a message leaves: a reply, a record, and the count of its lane in a thread."""
    return Done(
        inbox_key=key,
        threads=(
            Thread(
                peer=lane,
                protocol="count",
                thid="t",
                role="r",
                state="open",
                data={"count": count, "last": key},
            ),
        ),
        outbox=(OutboxItem(id=f"reply to {key}", lane=lane, to="did:example:bob", message=key.encode()),),
        records=(Record(kind="handled", key=key, value=str(count).encode()),),
        at=NOW,
    )


async def accept(store: AskarStore, name: str, lane: int) -> None:
    number = 0
    while True:
        key = f"{name} {lane} {number}"
        if await store.accept(Incoming(key=key, lane=f"lane {lane}", received=key.encode(), at=NOW)):
            say("accepted", key)
        number += 1


async def handle(store: AskarStore) -> None:
    while True:
        try:
            for item in await store.waiting(NOW, 20):
                thread = await store.thread(item.lane, "count", "t")
                count = 1 if thread is None else thread.data["count"] + 1
                await store.commit(effects(item.key, item.lane, count))
                say("handled", item.key)
        except StoreConflictError:
            # the other process has handled it
            continue


async def send(store: AskarStore) -> None:
    while True:
        for item in await store.due(NOW, 20):
            await store.settle(item.id, "sent", at=NOW)
            say("sent", item.id)
        await asyncio.sleep(0.001)


async def main(location: str, raw_key: str, name: str) -> None:
    async with AskarStore.open(location, raw_key=raw_key, timeout=60) as store, asyncio.TaskGroup() as tasks:
        for lane in range(LANES):
            tasks.create_task(accept(store, name, lane))
        tasks.create_task(handle(store))
        tasks.create_task(send(store))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
