"""What the parts around the envelope cost: keys in stores, resolving cold and cached, a message over HTTP.

Times are medians of interleaved rounds. A message received is compared with the same server answering 202
after unpacking, and for this there is a target. The same server answering 202 to nothing, plus the unpacking
in a loop, is less than any server can reach: after the system's network code the unpacking begins with cold
caches. The row of a message that is unpacked twice shows it: the second time costs what it does in a loop.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from parts_keys import each, keys
from pydidcomm import LocalResolver, Message, sync
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.web import WebResolver, did_web_url
from support.https_server import LOOPBACK, TRUSTED, document, serving, to_loopback

if TYPE_CHECKING:
    from collections.abc import Coroutine

MESSAGES = 2_000
CONNECTIONS = 8
REPEATED = 20_000
CPU = "CPU"
"""Marks the rows of what the process computes, which the other processes of a machine change less."""
MOST_MORE = 1.0
"""The microseconds that a cached document may cost more than one of a built-in method."""
MOST_TIMES = 1.3
"""How many times the server that answers 202 after unpacking a receiver may cost."""


async def resolving(rounds: int) -> dict[str, float]:
    """The microseconds of a resolution, by where the document is."""
    local, built_in = LocalResolver(), "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
    local.resolve(built_in)
    taken: dict[str, list[float]] = {}

    def add(name: str, value: float) -> None:
        taken.setdefault(name, []).append(value)

    with serving() as server:
        did = server.did("bob")
        server.ways[f"/{did_web_url(did).split('/', 3)[3]}"] = document({"id": did})
        async with WebResolver(allow=LOOPBACK, ca=TRUSTED, lookup=to_loopback) as web:
            cached = CachingResolver(web)
            for _ in range(rounds):
                cached.invalidate(did)
                start = time.perf_counter()
                await asyncio.gather(*(awaited(cached, did) for _ in range(1_000)))
                add("did:web, 1,000 callers at once, in all", (time.perf_counter() - start) * 1e6)
                start = time.perf_counter()
                await web.resolve(did)
                add("did:web, connection kept", (time.perf_counter() - start) * 1e6)
                await web.aclose()
                start = time.perf_counter()
                await web.resolve(did)
                add("did:web, new connection", (time.perf_counter() - start) * 1e6)
                add("cached", each(lambda: cached.resolve(did), REPEATED))
                add("built in, remembered", each(lambda: local.resolve(built_in), REPEATED))
    return {name: statistics.median(values) for name, values in taken.items()}


async def awaited(resolver: CachingResolver, did: str) -> object:
    """The answer, whether it has to be awaited or not."""
    answer: Any = resolver.resolve(did)
    return await answer if hasattr(answer, "__await__") else answer


def cpu_seconds(port: int) -> float:
    """What the process of the server has computed so far."""
    with urlopen(f"http://127.0.0.1:{port}/") as answer:
        return float(answer.read())


async def post_all(port: int, request: bytes) -> float:
    """The microseconds of a message, over connections that are kept."""

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(MESSAGES // CONNECTIONS):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 202 " in head[:16]
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return (time.perf_counter() - start) / MESSAGES * 1e6


def receiving(rounds: int) -> dict[str, float]:
    """The microseconds of a message received, of an answer to nothing, and of unpacking."""
    names = {
        "answer 202 to nothing": "nothing",
        "answer 202 after unpacking": "bare",
        "answer 202 after unpacking twice": "twice",
        "receiver": "app",
    }
    with tempfile.TemporaryDirectory() as folder:
        servers: list[subprocess.Popen[bytes]] = []
        ports: dict[str, int] = {}
        try:
            for name, attribute in names.items():
                with socket.create_server(("127.0.0.1", 0)) as free:
                    ports[name] = free.getsockname()[1]
                command = [sys.executable, "-m", "uvicorn", f"parts_app:{attribute}", "--no-access-log"]
                command += ["--log-level", "error", "--port", str(ports[name])]
                environment = os.environ | {"PARTS_DID": f"{folder}/{attribute}"}
                environment["PYTHONPATH"] = str(Path(__file__).parent)
                servers.append(subprocess.Popen(command, env=environment))  # noqa: S603, our own
            for port in ports.values():
                wait_for(port)
            alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
            alice_did, bob_did = alice.create_peer_did(), bob.create_peer_did()
            hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "x" * 200})
            own = alice.pack(hello, to=bob_did, frm=alice_did).text
            posts: dict[str, bytes] = {}
            for name, attribute in names.items():
                text = alice.pack(hello, to=Path(folder, attribute).read_text(), frm=alice_did).text.encode()
                head = (
                    "POST / HTTP/1.1\r\nhost: localhost\r\n"
                    "content-type: application/didcomm-encrypted+json\r\n"
                    f"content-length: {len(text)}\r\n\r\n"
                )
                posts[name] = head.encode() + text
            rows = [*names, "unpack"]
            taken: dict[str, list[float]] = {row: [] for row in [*rows, *(f"{row}, {CPU}" for row in rows)]}
            for _ in range(rounds):
                for name in names:
                    before = cpu_seconds(ports[name])
                    taken[name].append(run(post_all(ports[name], posts[name])))
                    spent = cpu_seconds(ports[name]) - before
                    taken[f"{name}, {CPU}"].append(spent / MESSAGES * 1e6)
                before = time.process_time()
                taken["unpack"].append(each(lambda: bob.unpack(own), MESSAGES))
                taken[f"unpack, {CPU}"].append((time.process_time() - before) / MESSAGES * 1e6)
        finally:
            for server in servers:
                server.terminate()
                server.wait()
    return {name: statistics.median(values) for name, values in taken.items()}


def wait_for(port: int) -> None:
    """Returns when the port is open."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"nothing listens on port {port}"
    raise RuntimeError(message)


def run(work: Coroutine[Any, Any, float]) -> float:
    """The result of the coroutine."""
    return asyncio.run(work)


def show(name: str, value: float, unit: str = "us", most: float | None = None) -> None:
    """Prints a row, with its target."""
    target = "" if most is None else f"  target: at most {most:g}{'' if value <= most else ', missed'}"
    print(f"{name:<50} {value:>10,.2f} {unit:<5}{target}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds: int = parser.parse_args().rounds
    for name, value in keys(rounds).items():
        show(name, value)
    resolved = asyncio.run(resolving(rounds))
    for name, value in resolved.items():
        show(name, value)
    show("cached, more than built in", resolved["cached"] - resolved["built in, remembered"], most=MOST_MORE)
    received = receiving(rounds)
    for name, value in received.items():
        show(name, value)
    for suffix, most in (("", None), (f", {CPU}", MOST_TIMES)):
        ratio = received[f"receiver{suffix}"] / received[f"answer 202 after unpacking{suffix}"]
        show(f"receiver, to an answer after unpacking{suffix}", ratio, "times", most)
        sum_of_parts = received[f"answer 202 to nothing{suffix}"] + received[f"unpack{suffix}"]
        for name in ("answer 202 after unpacking", "receiver"):
            ratio = received[f"{name}{suffix}"] / sum_of_parts
            show(f"{name}, to nothing and a loop{suffix}", ratio, "times")


if __name__ == "__main__":
    main()
