"""Store envelopes as fast as a store takes them: the limit of a mediator, in a process of its own.

    python store_alone.py mediator.db|postgres://... COUNT SIZE RECIPIENTS DATABASE

DATABASE is the first process of PostgreSQL, or 0. Prints envelopes a second, and the seconds of a processor.
"""

import asyncio
import json
import os
import secrets
import sys
import time

import uvloop

from load.accounting import spent
from pydidcomm.mediator import Action, Arrival, Limits, MediatorStore, RouteChange, SqliteMediatorStore
from pydidcomm.mediator.postgres import PostgresMediatorStore

CONNECTIONS = 64
"""As many at a time as the generator has connections."""

LIMITS = Limits(messages=10**8, bytes=10**12)


async def stored(
    store: MediatorStore, count: int, size: int, recipients: int, database: int
) -> dict[str, float]:
    # as long as most DIDs of wallets
    dids = [f"did:example:{os.getpid()}-{number}-".ljust(300, "x") for number in range(recipients)]

    async def register(did: str) -> None:
        owner = await store.grant(did, 1.0)
        await store.change_routes(owner, [RouteChange(did, Action.ADD)], 1.0)

    await asyncio.gather(*map(register, dids))
    left = iter([(dids[number % recipients], secrets.token_bytes(size)) for number in range(count)])

    async def put() -> None:
        for did, envelope in left:
            await store.place(Arrival(next=did, envelope=envelope, at=1.0))

    begun, before = time.perf_counter(), spent([], database or None)
    await asyncio.gather(*(put() for _ in range(CONNECTIONS)))
    taken = spent([], database or None).since(before)
    # this process is the server here
    return {
        "rate": count / (time.perf_counter() - begun),
        "cpu": taken.generator,
        "database": taken.database or 0.0,
    }


async def main() -> None:
    location, numbers = sys.argv[1], [int(each) for each in sys.argv[2:]]
    if location.startswith("postgres"):
        async with await PostgresMediatorStore.open(location, limits=LIMITS) as store:
            found = await stored(store, *numbers)
    else:
        async with SqliteMediatorStore(location, limits=LIMITS) as store:
            found = await stored(store, *numbers)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    # the loop of the web server
    uvloop.run(main())
