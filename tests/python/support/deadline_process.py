"""An agent that acts on deadlines, in a process. Arguments: location, key."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import anyio

from pydidcomm.agent import Agent
from pydidcomm.protocols import Body, Conversation, Protocol, Thread, on
from pydidcomm.stores.askar import AskarStore

PIURI = "https://example.org/alarm/1.0"
THREADS = 20


@dataclass(frozen=True, slots=True)
class Rang(Body, type=f"{PIURI}/rang"):
    """The alarm of a thread."""

    name: str


class Alarm(Protocol, piuri=PIURI, roles=("clock", "sleeper")):
    """Says that a deadline has come, to the program and to the peer."""

    @on("rang", role="sleeper")
    def rang(self, thread: Conversation, rang: Rang) -> None:
        thread.emit("heard", rang.name)

    def woken(self, thread: Conversation) -> None:
        thread.send(Rang(thread.data["name"]))
        thread.finish("rang", thread.data["name"])

    @staticmethod
    def thread_at(when: int, number: int, peer: str, ours: str, theirs: str) -> Thread:
        return Thread(
            peer=peer,
            protocol=PIURI,
            thid=f"alarm-{number}",
            role="clock",
            state="set",
            wake_at=when,
            to=theirs,
            frm=ours,
            data={"name": f"alarm-{number}"},
        )


async def main(location: str, raw_key: str) -> None:
    async with (
        AskarStore.open(location, raw_key=raw_key, shared=True) as store,
        Agent(store, protocols=[Alarm()], allow=["127.0.0.1/32"]) as agent,
        agent.events() as events,
    ):
        print("started", flush=True)  # noqa: T201, for the test
        async for event in events:
            if event.name == "rang":
                print(event.data, flush=True)  # noqa: T201


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2])
