"""The servers that bench_agent.py measures, each a process: `python agent_app.py KIND FILE KEY`.

`agent` is an agent that answers pings; `parts` is the same HTTP server that unpacks, stores one row and packs
the answer; `start` opens an agent, and ends. The first line that each prints is a JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

BEGUN = time.perf_counter()

import anyio  # noqa: E402, what is imported is part of the start

from pydidcomm import DIDCommMessaging  # noqa: E402
from pydidcomm.agent import Agent, Limits  # noqa: E402
from pydidcomm.agent.server import bound, serve_app  # noqa: E402
from pydidcomm.protocols.trust_ping import PingResponse  # noqa: E402
from pydidcomm.stores import Incoming  # noqa: E402
from pydidcomm.stores.askar import AskarStore  # noqa: E402
from pydidcomm.transports.receiver import receiver  # noqa: E402

HERE = "http://127.0.0.1:0/didcomm"


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def resident() -> int:
    """The memory of the process in KiB, as Linux counts it."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def new_agent(file: str, key: str) -> Agent:
    # one peer sends all, which the default bounds are made against
    limits = Limits(lanes_per_peer=64, waiting_per_peer=10_000)
    return Agent(file, raw_key=key, listen=HERE, limits=limits)


async def agent(file: str, key: str) -> None:
    async with new_agent(file, key) as one:
        invitation = await one.invite(uses=None)
        say(url=one.endpoint, did=invitation.message.frm, invitation=invitation.id)
        await anyio.sleep_forever()


async def start(file: str, key: str) -> None:
    opened = time.perf_counter()
    async with new_agent(file, key):
        now = time.perf_counter()
        # what begins with the tasks is part of the memory
        await anyio.sleep(1.0)
        say(seconds=now - opened, with_imports=now - BEGUN, resident=resident())


async def parts(file: str, key: str) -> None:
    party = DIDCommMessaging()
    did = await party.create_peer_did()
    listener, url = bound(HERE)
    async with AskarStore.open(file, raw_key=key) as store:

        async def answer(result: Any) -> Any:  # noqa: ANN401, what the receiver hands over and sends
            message = result.message
            body = message.as_json().encode()
            await store.accept(Incoming(key=message.id, lane=message.id, received=body, at=int(time.time())))
            back = PingResponse().to_message(frm=did, to=[message.frm], thid=message.id)
            return await party.pack(back, to=message.frm, frm=did)

        with listener:
            async with serve_app(receiver(party, answer), listener):
                say(url=url, did=did)
                await anyio.sleep_forever()


if __name__ == "__main__":
    kind, file, key = sys.argv[1:]
    anyio.run({"agent": agent, "parts": parts, "start": start}[kind], file, key)
