"""Hands on what waits in a store, and prints each message that was sent, until it is killed.

Its clock is ahead by what the test says: what a killed process had taken is due again then.
"""

import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from pydidcomm import DIDCommMessaging
from pydidcomm.mediator import Mediator, Onward, SqliteMediatorStore
from pydidcomm.transports.http import Sendable, Sent


class Printing:
    """An endpoint that takes everything: a line is what a real one would have."""

    async def send(self, packed: Sendable, *, uri: str) -> Sent:
        await anyio.sleep(0.001)
        os.write(1, packed.text.encode() + b"\n")
        await anyio.sleep(0.001)
        return Sent(uri, 202)


@asynccontextmanager
async def mediating(path: str, ahead: float) -> AsyncGenerator[Mediator]:
    party = DIDCommMessaging()
    did = await party.create_peer_did()
    store = SqliteMediatorStore(path)
    onward = Onward(sender=Printing(), hosts=None)
    url = "https://mediator.example/"
    yield Mediator(party, did, store, base_url=url, onward=onward, clock=lambda: time.time() + ahead)


async def main(path: str, ahead: float) -> None:
    async with mediating(path, ahead) as mediator:
        await mediator.run()


anyio.run(main, sys.argv[1], float(sys.argv[2]))
