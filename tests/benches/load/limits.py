"""The limits of a mediator: its web server with nothing behind it, its store alone, and decryption."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from load.process import free_port, running

EMPTY = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
"""

UNPACKING = """
from pydidcomm import DIDCommMessaging
from pydidcomm.mediator.key_file import KeyFile

party = DIDCommMessaging(secrets=KeyFile("mediator.keys").in_memory)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    body, more = b"", True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body")
    assert (await party.unpack(body)).forward is not None
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
"""


class Stored(NamedTuple):
    """Envelopes a second of the store alone, and its seconds of a processor without the database."""

    rate: float
    cpu: float
    database: float


@contextmanager
def serving(folder: str, source: str) -> Generator[tuple[int, int]]:
    """Serve an application in the web server of the mediator: its port and its process."""
    port = free_port()
    name = f"served_{port}"
    Path(folder, f"{name}.py").write_text(source, encoding="utf-8")
    words = [sys.executable, "-m", "uvicorn", f"{name}:app", "--port", str(port), "--log-level", "error"]
    with running([*words, "--no-access-log", "--no-proxy-headers"], port, folder) as pid:
        yield port, pid


def store_alone(  # noqa: PLR0913, PLR0917, its load
    location: str, count: int, size: int, recipients: int, processes: int, database: int | None
) -> Stored:
    """Store envelopes in groups, in so many processes at the same time, without a server before them."""
    words = [sys.executable, "-m", "load.store_alone", location]
    words += map(str, (count // processes, size, max(1, recipients // processes), database or 0))
    folder = Path(__file__).parents[1]
    running = [
        subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True)  # noqa: S603, our own program
        for _ in range(processes)
    ]
    found = [json.loads(process.communicate()[0]) for process in running]
    return Stored(
        sum(each["rate"] for each in found),
        sum(each["cpu"] for each in found),
        # each of them sees what all of them take
        max(each["database"] for each in found),
    )
