"""Measure an agent: a ping from wire to wire, messages a second, memory, and the start.

    python tests/benches/bench_agent.py --messages 1000 --relationships 100000

A ping is compared with the same HTTP server that unpacks it, stores one row durably and packs the answer. The
agent stores a message before its sender gets 2xx, and its answer together with "done": two transactions, one
after the other. Messages at the same time share transactions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pydidcomm import Message, sync
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.protocols.trust_ping import Ping
from pydidcomm.stores import Done, Relationship
from pydidcomm.stores.askar import AskarStore

if TYPE_CHECKING:
    from collections.abc import Generator

AT_ONCE = 64
ROUNDS = 3
MOST_TIMES = 1.5
"""How many times the server that unpacks, stores and packs a ping may cost."""
MOST_SECONDS = 1.0
"""How long a start with all relationships may take."""
RETURN = {"return_route": "all"}
BATCH = 500
MEDIA_TYPE = "application/didcomm-encrypted+json"


@contextmanager
def program(kind: str, file: Path, key: str) -> Generator[dict[str, Any]]:
    """A server of agent_app.py; what it says of itself."""
    command = [sys.executable, str(Path(__file__).with_name("agent_app.py")), kind, str(file), key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603, our own
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


class Peer:
    """A peer that sends pings over HTTP."""

    def __init__(self, server: dict[str, Any]) -> None:
        self._party = sync.DIDCommMessaging()
        self._did = self._party.create_peer_did()
        self._url: str = server["url"]
        self._to: str = server["did"]
        if "invitation" in server:
            self._accept(server["invitation"])

    def _accept(self, invitation: str) -> None:
        """Get a relationship, and go on at the private DID of the agent, which that confirms."""
        self._post(self._packed(Empty().to_message(pthid=invitation)))
        for _ in range(2):
            answer = self._post(self._packed(self._ping()))
            found = self._party.unpack(answer).message.frm
            assert found is not None
            self._to = found

    @staticmethod
    def _ping() -> Message:
        return Ping().to_message(custom_headers=RETURN)

    def _packed(self, message: Message) -> bytes:
        return self._party.pack(message, to=self._to, frm=self._did).text.encode()

    def _post(self, body: bytes) -> bytes:
        with urlopen(Request(self._url, body, {"content-type": MEDIA_TYPE})) as answer:  # noqa: S310, loopback
            found: bytes = answer.read()
            return found

    def requests(self, count: int) -> list[bytes]:
        """So many pings, as requests."""
        parts = urlsplit(self._url)
        found: list[bytes] = []
        for _ in range(count):
            body = self._packed(self._ping())
            head = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
            head += f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n\r\n"
            found.append(head.encode() + body)
        return found

    async def seconds(self, requests: list[bytes], width: int) -> float:
        """How long the answers take, over so many connections that are kept."""
        left = iter(requests)
        parts = urlsplit(self._url)

        async def connection() -> None:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            for request in left:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                assert b" 200 " in head[:16], head
                length = head.lower().partition(b"content-length:")[2].split()[0]
                await reader.readexactly(int(length))
            writer.close()

        began = time.perf_counter()
        await asyncio.gather(*(connection() for _ in range(width)))
        return time.perf_counter() - began


def pings(messages: int, folder: Path, key: str) -> None:
    """Compare the agent with its parts, one ping after the other and many at once."""
    with (
        program("agent", folder / "agent.db", key) as agent,
        program("parts", folder / "parts.db", key) as parts,
    ):
        peers = {"agent": Peer(agent), "server, unpack, store, pack": Peer(parts)}
        for width, count in ((1, max(messages // 10, 10)), (AT_ONCE, messages)):
            taken: dict[str, list[float]] = {name: [] for name in peers}
            for _ in range(ROUNDS):
                for name, peer in peers.items():
                    requests = peer.requests(count)
                    taken[name].append(asyncio.run(peer.seconds(requests, width)) / count)
            ours, theirs = (statistics.median(values) for values in taken.values())
            title = "one by one" if width == 1 else f"{width} at once"
            for name, value in zip(taken, (ours, theirs), strict=True):
                print(f"ping, {title}, {name:32} {value * 1e3:8.2f} ms {1 / value:8.0f}/s")
            target = f"target: at most {MOST_TIMES:g}{'' if ours / theirs <= MOST_TIMES else ', missed'}"
            print(f"ping, {title}, {'agent, to its parts':32} {ours / theirs:8.2f} times   {target}")


async def fill(file: Path, key: str, count: int) -> None:
    """A store with so many relationships."""
    async with AskarStore.open(file, raw_key=key) as store:
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            some = tuple(
                Relationship(
                    id=f"{number}", ours=f"did:example:ours-{number}", theirs=f"did:example:{number}"
                )
                for number in numbers
            )
            await store.commit(Done(relationships=some))


def starts(relationships: int, folder: Path, key: str) -> None:
    """Compare the start and the memory without relationships, with some, and with all."""
    found: dict[int, dict[str, Any]] = {}
    for count in (0, max(relationships // 10, 1), relationships):
        file = folder / f"{count}.db"
        asyncio.run(fill(file, key, count))
        with program("start", file, key) as started:
            found[count] = started
    for count, one in found.items():
        title = f"start with {count} relationships"
        print(f"{title:54} {one['seconds']:8.3f} s, with imports {one['with_imports']:.3f} s")
    last = found[relationships]["seconds"]
    print(f"start, target: under {MOST_SECONDS:g} s{'' if last < MOST_SECONDS else ', missed'}")
    for count, one in found.items():
        more = (one["resident"] - found[0]["resident"]) / 1024 / max(count, 1) * 10_000
        title = f"memory with {count} relationships"
        print(f"{title:54} {one['resident'] / 1024:8.1f} MiB, {more:+.2f} MiB for 10,000")


def main() -> None:
    """Prints the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--relationships", type=int, default=100_000)
    chosen = parser.parse_args()
    key = AskarStore.generate_raw_key()
    with tempfile.TemporaryDirectory() as folder:
        pings(chosen.messages, Path(folder), key)
        starts(chosen.relationships, Path(folder), key)


if __name__ == "__main__":
    main()
