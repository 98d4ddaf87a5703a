"""Measure the verbs of an agent's store: one after the other, and at the same time, which shares commits.

    python tests/benches/bench_stores.py --messages 1000 [--location PATH_OR_POSTGRES_URL]

The limit of the same run is an insert of the same bytes into the same store by Askar alone, in a transaction
each and in transactions of many.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from aries_askar import Store as Askar

from pydidcomm.protocols import Thread
from pydidcomm.stores import Done, Incoming, MemoryStore, OutboxItem, Store
from pydidcomm.stores.askar import AskarStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

NOW = 1_700_000_000
BODY = bytes(1500)
AT_ONCE = 128


def calls(store: Store, first: int, last: int) -> dict[str, list[Callable[[], Awaitable[object]]]]:
    """The life of messages, each of a relationship of its own: accepted, handled with a reply, sent."""
    numbers = range(first, last)

    def done(number: int) -> Done:
        name = f"{number}"
        return Done(
            inbox_key=f"did:example:bob {number}",
            threads=(Thread(peer=name, protocol="p", thid="t", role="r", state="s"),),
            outbox=(OutboxItem(id=f"o{name}", lane=name, to="did:example:bob", message=BODY),),
            at=NOW,
        )

    def incoming(number: int) -> Incoming:
        return Incoming(key=f"did:example:bob {number}", lane=f"{number}", received=BODY, at=NOW)

    return {
        "accept": [partial(store.accept, incoming(number)) for number in numbers],
        "commit": [partial(store.commit, done(number)) for number in numbers],
        "settle": [partial(store.settle, f"o{number}", "sent", at=NOW) for number in numbers],
    }


async def rate(todo: Sequence[Callable[[], Awaitable[object]]], width: int) -> float:
    """Calls a second, so many at a time."""
    began = time.perf_counter()
    left = iter(todo)

    async def work() -> None:
        for call in left:
            await call()

    await asyncio.gather(*(work() for _ in range(width)))
    return len(todo) / (time.perf_counter() - began)


async def limit(location: str, raw_key: str, messages: int, width: int) -> float:
    """Inserts a second by Askar alone, so many to a transaction."""
    uri = location if location.startswith("postgres") else f"sqlite://{location}"
    store: Any = await Askar.open(uri, "raw", raw_key)
    began = time.perf_counter()
    for first in range(0, messages, width):
        async with store.transaction() as session:
            for number in range(first, min(first + width, messages)):
                await session.insert("limit", f"{width} {number}", BODY)
            await session.commit()
    seconds = time.perf_counter() - began
    await store.close()
    return messages / seconds


async def main(messages: int, location: str) -> None:
    raw_key = AskarStore.generate_raw_key()
    few = max(messages // 10, 20)
    async with AskarStore.open(location, raw_key=raw_key) as store:
        alone, grouped = calls(store, 0, few), calls(store, few, few + messages)
        in_memory = calls(MemoryStore(), 0, messages)
        limits = [
            await limit(location, raw_key, few, 1),
            await limit(location, raw_key, messages, AT_ONCE),
        ]
        many = f"{AT_ONCE} at once"
        print(f"{'':10}{'one by one':>12}{'of limit':>10}{many:>14}{'of limit':>10}{'memory':>10}")
        print(f"{'limit':10}{limits[0]:10.0f}/s{'':10}{limits[1]:12.0f}/s")
        for verb in alone:
            one, together = await rate(alone[verb], 1), await rate(grouped[verb], AT_ONCE)
            memory = await rate(in_memory[verb], AT_ONCE)
            shares = one / limits[0], together / limits[1]
            print(
                f"{verb:10}{one:10.0f}/s{shares[0]:10.2f}{together:12.0f}/s{shares[1]:10.2f}{memory:8.0f}/s"
            )
        began = time.perf_counter()
        forgotten = await store.forget_before(NOW + 1)
        print(f"{'forget':10}{forgotten / (time.perf_counter() - began):10.0f}/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--location", default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(chosen.messages, chosen.location or f"{folder}/alice.db"))
