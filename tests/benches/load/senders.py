"""Forwards, packed before they are sent over connections that stay open."""

import asyncio
import json
import secrets
import time
from collections.abc import Iterable

from pydidcomm import Attachment, Message
from pydidcomm.sync import DIDCommMessaging

CONNECTIONS = 64
HEADERS = "content-type: application/didcomm-encrypted+json"
FORWARD = "https://didcomm.org/routing/2.0/forward"


def enclosed(to: str, number: int = 0) -> bytes:
    """An anonymous message of some 1,200 characters."""
    body = {"n": number, "text": secrets.token_hex(600), "sent": time.time()}
    message = Message(type="https://example.org/hello/1.0/hello", body=body)
    return DIDCommMessaging().pack(message, to=to, anonymous=True).text.encode()


def forwards(mediator: str, recipients: Iterable[str], sender: DIDCommMessaging | None = None) -> list[bytes]:
    """An anonymous forward of such a message for each of the recipients."""
    alice = sender or DIDCommMessaging()
    made: list[bytes] = []
    for number, to in enumerate(recipients):
        attached = Attachment.from_json_value(json.loads(enclosed(to, number)))
        forward = Message(type=FORWARD, body={"next": to}, attachments=[attached])
        made.append(alice.pack(forward, to=mediator, anonymous=True).text.encode())
    return made


class Sender:
    """One connection over which request follows request."""

    def __init__(self, port: int, path: str = "/") -> None:
        self._port = port
        self._path = path
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, body: bytes) -> float:
        """Post the body and wait for 202; the seconds that it took."""
        begun = time.perf_counter()
        try:
            answer = await self._answer(body)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            # a server closes what was idle for some seconds
            self.close()
            answer = await self._answer(body)
        if not answer.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(answer[:80])
        return time.perf_counter() - begun

    async def _answer(self, body: bytes) -> bytes:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = f"POST {self._path} HTTP/1.1\r\nhost: x\r\n{HEADERS}\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        # our mediator answers without a body, others with one
        if b"content-length: 0\r\n" not in answer:
            await self._reader.readexactly(_length(answer))
        return answer

    def close(self) -> None:
        """End the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _length(head: bytes) -> int:
    """The length of the body that follows."""
    lines = head.lower().split(b"\r\n")
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)


async def posted(ports: list[int], bodies: list[bytes], path: str = "/") -> tuple[float, list[float]]:
    """As fast as the servers answer, over as many connections to each.

    Returns:
        Requests a second, and the seconds of each in order of size.
    """
    left = iter(bodies)
    times: list[float] = []

    async def one(port: int) -> None:
        sender = Sender(port, path)
        times.extend([await sender.send(body) for body in left])
        sender.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one(ports[number % len(ports)]) for number in range(CONNECTIONS * len(ports))))
    return len(bodies) / (time.perf_counter() - begun), sorted(times)


async def paced(port: int, bodies: list[bytes], rate: float) -> list[float]:
    """So many requests a second, whatever the server does: the seconds of each in order of size."""
    free: list[Sender] = []
    times: list[float] = []

    async def one(body: bytes) -> None:
        sender = free.pop() if free else Sender(port)
        times.append(await sender.send(body))
        free.append(sender)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, body in enumerate(bodies):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            _ = tasks.create_task(one(body))
    for sender in free:
        sender.close()
    return sorted(times)


def percentile(times: list[float], hundredth: int) -> float:
    """Milliseconds that so many of a hundred stay below; the times are in order of size."""
    return times[min(len(times) - 1, len(times) * hundredth // 100)] * 1e3
