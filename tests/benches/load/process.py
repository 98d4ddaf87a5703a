"""A mediator as a process, and what it takes: processor time and memory."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2

MEDIATOR = (sys.executable, "-m", "pydidcomm", "mediator")
UNLIMITED = {
    "PYDIDCOMM_MEDIATOR_SERVER_MESSAGES_PER_SECOND": "1000000",
    "PYDIDCOMM_MEDIATOR_SERVER_BURST": "1000000",
    "PYDIDCOMM_MEDIATOR_LIMITS_MESSAGES": "10000000",
    "PYDIDCOMM_MEDIATOR_LIMITS_BYTES": "100000000000",
}
ATTEMPTS = 400


def free_port() -> int:
    """A port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def initialized(folder: str, port: int, postgres: str | None) -> str:
    """Make the configuration and the keys of a mediator; return its DID."""
    words = [*MEDIATOR, "init", "--url", f"http://127.0.0.1:{port}/"]
    words += ["--postgres", postgres] if postgres else []
    made = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603, our own program
    return made.stdout.strip()


@contextmanager
def running(
    words: Sequence[str], port: int, folder: str, variables: Mapping[str, str] = MappingProxyType({})
) -> Generator[int]:
    """Run a server on the port for the time of the block: its process id."""
    environment = os.environ | UNLIMITED | {"PYDIDCOMM_MEDIATOR_SERVER_PORT": str(port)} | dict(variables)
    with subprocess.Popen(  # noqa: S603, our own words
        words, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(ATTEMPTS):
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/livez")
                    break
                except httpx2.TransportError:
                    time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()


def memory_of(pid: int) -> float:
    """The megabytes of memory of a process that are its own."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["RssAnon"].split()[0]) / 1024


def on_a_mediator(
    work: Callable[[int, int, str, Any], Coroutine[Any, Any, None]],
    arguments: Any,  # noqa: ANN401, of argparse
) -> None:
    """Start a mediator, and run what measures it: with its port, its process, its DID, and the arguments."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        mediator = initialized(folder, port, arguments.postgres)
        with running([*MEDIATOR, "run"], port, folder) as pid:
            asyncio.run(work(port, pid, mediator, arguments))
