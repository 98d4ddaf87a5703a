"""Measure a mediator against its two limits: its web server answering 202 to nothing, and its store alone.

    python tests/benches/bench_mediator.py --messages 4000 [--postgres URL]

Forwards a second with full durability, and the share of the nearer limit. The generator keeps connections
alive and sends what was packed before.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from pydidcomm import Attachment, Message
from pydidcomm.mediator import Action, Arrival, Limits, RouteChange, SqliteMediatorStore
from pydidcomm.sync import DIDCommMessaging

CONNECTIONS = 64
HEADERS = "content-type: application/didcomm-encrypted+json"
EMPTY = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(words: list[str], port: int, folder: str) -> Generator[int]:
    environment = os.environ | {
        "PYDIDCOMM_MEDIATOR_SERVER_PORT": str(port),
        "PYDIDCOMM_MEDIATOR_SERVER_MESSAGES_PER_SECOND": "1000000",
        "PYDIDCOMM_MEDIATOR_SERVER_BURST": "1000000",
        "PYDIDCOMM_MEDIATOR_LIMITS_MESSAGES": "10000000",
        "PYDIDCOMM_MEDIATOR_LIMITS_BYTES": "100000000000",
    }
    with subprocess.Popen(words, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as running:  # noqa: S603
        try:
            for _ in range(400):
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/livez")
                    break
                except httpx2.TransportError:
                    time.sleep(0.05)
            yield running.pid
        finally:
            running.terminate()


def cpu_of(pid: int) -> float:
    """The seconds of processor time that a process has taken."""
    values = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


async def posted(port: int, bodies: list[bytes]) -> tuple[float, list[float]]:
    """Requests a second, and the seconds of each."""
    left = iter(bodies)
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in left:
            head = f"POST / HTTP/1.1\r\nhost: x\r\n{HEADERS}\r\ncontent-length: {len(body)}\r\n\r\n"
            begun = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            times.append(time.perf_counter() - begun)
            if not answer.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(answer[:80])
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return len(bodies) / (time.perf_counter() - begun), sorted(times)


def forwards(mediator: str, to: str, count: int) -> list[bytes]:
    alice = DIDCommMessaging()
    made: list[bytes] = []
    for number in range(count):
        body = {"n": number, "text": secrets.token_hex(600)}
        inner = alice.pack(
            Message(type="https://example.org/hello/1.0/hello", body=body), to=to, anonymous=True
        )
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": to},
            attachments=[Attachment.from_json_value(json.loads(inner.text))],
        )
        made.append(alice.pack(forward, to=mediator, anonymous=True).text.encode())
    return made


async def stored(folder: str, count: int, size: int) -> float:
    """Envelopes a second of the store alone, 64 at a time."""
    limits = Limits(messages=10**8, bytes=10**12)
    async with SqliteMediatorStore(f"{folder}/alone.db", limits=limits) as store:
        bob = await store.grant("did:example:bob", 1.0)
        await store.change_routes(bob, [RouteChange("did:example:bob", Action.ADD)], 1.0)
        left = iter([secrets.token_bytes(size) for _ in range(count)])

        async def put() -> None:
            for envelope in left:
                await store.place(Arrival(next="did:example:bob", envelope=envelope, at=1.0))

        begun = time.perf_counter()
        await asyncio.gather(*(put() for _ in range(CONNECTIONS)))
        return count / (time.perf_counter() - begun)


def enrolled(url: str, mediator: str) -> str:
    bob = DIDCommMessaging()
    did = bob.create_peer_did()
    piuri = "https://didcomm.org/coordinate-mediation/3.0"
    for kind, body in (
        ("mediate-request", {}),
        ("recipient-update", {"updates": [{"recipient_did": did, "action": "add"}]}),
    ):
        message = Message(type=f"{piuri}/{kind}", body=body, custom_headers={"return_route": "all"})
        text = bob.pack(message, to=mediator, frm=did).text
        headers = {"content-type": "application/didcomm-encrypted+json"}
        httpx2.post(url, content=text.encode(), headers=headers).raise_for_status()
    return did


def measured(count: int, postgres: str | None) -> list[tuple[str, float, list[float]]]:
    rows: list[tuple[str, float, list[float]]] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        Path(folder, "empty.py").write_text(EMPTY)
        port = free_port()
        words = [sys.executable, "-m", "pydidcomm", "mediator"]
        init = [*words, "init", "--url", f"http://127.0.0.1:{port}/"]
        init += ["--postgres", postgres] if postgres else []
        made = subprocess.run(init, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
        mediator = made.stdout.strip()
        with process([*words, "run"], port, folder) as pid:
            bodies = forwards(mediator, enrolled(f"http://127.0.0.1:{port}/", mediator), count)
            before = cpu_of(pid)
            rows.append(("mediator", *asyncio.run(posted(port, bodies))))
            print(f"processor time of the mediator: {(cpu_of(pid) - before) / count * 1e6:.0f} us a forward")
        empty = free_port()
        serving = [sys.executable, "-m", "uvicorn", "empty:app", "--port", str(empty), "--log-level", "error"]
        with process(serving, empty, folder) as pid:
            before = cpu_of(pid)
            rows.append(("server answering 202", *asyncio.run(posted(empty, bodies))))
            print(
                f"processor time of the empty server: {(cpu_of(pid) - before) / count * 1e6:.0f} us a request"
            )
        size = sum(map(len, bodies)) // len(bodies) // 2
        rows.append(("store alone", asyncio.run(stored(folder, count, size)), []))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--postgres")
    arguments: Any = parser.parse_args()
    rows = measured(arguments.messages, arguments.postgres)
    nearer = min(rate for name, rate, _ in rows if name != "mediator")
    for name, rate, times in rows:
        late = ""
        if times:
            middle, most = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3
            late = f"  p50 {middle:6.1f} ms  p99 {most:6.1f} ms"
        print(f"{name:22} {rate:8.0f}/s  {rate / nearer:5.2f} of the nearer limit{late}")


if __name__ == "__main__":
    main()
