"""Mediators of others, run from a checkout or running already: where they are, and what they promise."""

import json
import os
from base64 import urlsafe_b64decode
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from load.process import free_port, running
from pydidcomm import LocalResolver
from pydidcomm.sync import DIDCommMessaging

STANDINS = Path(__file__).parents[1] / "standins"


class Peer(NamedTuple):
    """A mediator that takes forwards.

    Attributes:
        name: What the table calls it.
        promise: What a message that it accepted survives.
        port: Where it listens on this machine.
        path: Where it takes messages.
        pid: Its process; None where it is not known.
        did: What forwards are encrypted to.
        sender: Packs for it.
    """

    name: str
    promise: str
    port: int
    path: str
    pid: int | None
    did: str
    sender: DIDCommMessaging


@contextmanager
def rootsid(checkout: Path, python: Path, folder: str) -> Generator[Peer]:
    """Run RootsID's mediator: its own code, and a stand-in in memory for MongoDB."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"DB_URL": "memory", "PUBLIC_URL": url, "ROTATE_OOB": "1"}
    environment["PYTHONPATH"] = os.pathsep.join((str(STANDINS), str(checkout.resolve())))
    words = [str(python.absolute()), "-m", "uvicorn", "main:app", "--port", str(port)]
    words += ["--log-level", "error", "--no-access-log"]
    with running(words, port, folder, environment) as pid:
        invitation = httpx2.get(f"{url}/oob_url").raise_for_status().text.partition("_oob=")[2]
        did = json.loads(urlsafe_b64decode(invitation + "=" * (-len(invitation) % 4)))["from"]
        # it names keys of did:peer:2 as libraries of 2022 do
        sender = DIDCommMessaging(resolver=LocalResolver(key_naming="multibase"))
        promise = "nothing: the stand-in for MongoDB is in memory"
        yield Peer("RootsID, with a stand-in", promise, port, "/", pid, did, sender)


def running_already(name: str, promise: str, url: str, did: str) -> Peer:
    """A mediator that was started and configured by hand, on this machine."""
    parts = urlsplit(url)
    return Peer(name, promise, parts.port or 80, parts.path or "/", None, did, DIDCommMessaging())
