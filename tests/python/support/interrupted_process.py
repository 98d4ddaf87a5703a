"""An agent whose handler is interrupted by SIGINT, as by Ctrl+C. Arguments: event loop, location, key."""

from __future__ import annotations

import signal
import sys

import anyio

from pydidcomm.agent import Agent
from pydidcomm.protocols.basic_message import Text
from support.memory_peer import MemoryPeer

BACKEND, LOCATION, KEY = sys.argv[1:]
agent = Agent(LOCATION, raw_key=KEY)


@agent.on
async def hear(text: Text) -> None:
    del text
    signal.raise_signal(signal.SIGINT)
    await anyio.sleep_forever()


async def main() -> None:
    peer = await MemoryPeer.new()
    async with agent:
        await peer.post(agent, Text(content="hi").to_message())
        await anyio.sleep_forever()


try:
    anyio.run(main, backend=BACKEND)
except KeyboardInterrupt:
    print("interrupted")  # noqa: T201, for the test
