"""An agent that is killed: it stores an effect of each text, and answers. Arguments: location, key, port."""

from __future__ import annotations

import sys
import uuid

import anyio

from pydidcomm.agent import Agent, Context, Limits
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import Record

LOCATION, KEY, PORT = sys.argv[1:]
agent = Agent(
    LOCATION,
    raw_key=KEY,
    listen=f"http://127.0.0.1:{PORT}/didcomm",
    allow=["127.0.0.1/32"],
    protocols=[TrustPing()],
    limits=Limits(longest_pause=2),
    worker="bob",
)


@agent.on
async def hear(text: Text, ctx: Context) -> Text:
    ctx.store(Record(kind="effect", key=str(uuid.uuid4()), value=text.content.encode()))
    return Text(content=f"re {text.content}")


async def main() -> None:
    async with agent:
        if not [friend async for friend in agent.friends()]:
            print((await agent.invite()).url, flush=True)  # noqa: T201, for the test
        else:
            print("again", flush=True)  # noqa: T201
        await anyio.sleep_forever()


anyio.run(main)
