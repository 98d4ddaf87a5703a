"""`pydidcomm mediator` as processes, and parties that send to them by HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import httpx2

from pydidcomm import Attachment, Message
from pydidcomm.sync import DIDCommMessaging
from support.mediation import HELLO, M3, P3

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

TYPE = {"content-type": "application/didcomm-encrypted+json"}
# a process that is not ready after this time fails its test
SECONDS = 120.0
MOST_PICKED_UP = 1_000_000


def command(
    folder: Path, *words: str, environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(  # noqa: S603, our own words
        [sys.executable, "-m", "pydidcomm", "mediator", *words],
        cwd=folder,
        env=os.environ | dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Running:
    """`pydidcomm mediator run` on a port, once it is ready."""

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        changed = {f"PYDIDCOMM_MEDIATOR_{key}".upper(): value for key, value in settings.items()}
        # a file takes any number of lines, a pipe that is not read holds the process up
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by `kill`
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pydidcomm", "mediator", "run"],
            cwd=folder,
            env=os.environ | {"PYDIDCOMM_MEDIATOR_SERVER_PORT": str(port)} | changed,
            stderr=self._log,
        )
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise

    def _wait(self) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.stderr()
            try:
                if httpx2.get(f"{self.url}readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        message = "the mediator is not ready"
        raise AssertionError(message)

    def stderr(self) -> str:
        """What it wrote to stderr."""
        self._log.seek(0)
        return self._log.read()

    def ended_by(self, number: int) -> tuple[int, str]:
        """The exit status after a signal, and what was written to stderr."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS), self.stderr()

    def kill(self) -> str:
        """End the process as nothing can prevent, and return what it wrote to stderr."""
        self.process.kill()
        self.process.wait()
        written = "" if self._log.closed else self.stderr()
        self._log.close()
        return written


@contextmanager
def running(folder: Path, port: int, **settings: str) -> Generator[Running]:
    """A running mediator, which is killed at the end where it has not ended."""
    made = Running(folder, port, **settings)
    try:
        yield made
    finally:
        made.kill()


class Person:
    """A wallet that sends to a running mediator by HTTP."""

    def __init__(self, url: str, mediator: str) -> None:
        self.url, self.mediator = url, mediator
        self.party = DIDCommMessaging()
        self.did = self.party.create_peer_did()
        self.client = httpx2.Client(headers=TYPE, timeout=SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.close()

    def post(self, text: str, url: str = "") -> httpx2.Response:
        return self.client.post(url or self.url, content=text.encode())

    def pack(self, kind: str, body: dict[str, object] | None = None) -> str:
        message = Message(type=kind, body=body or {}, custom_headers={"return_route": "all"})
        return self.party.pack(message, to=self.mediator, frm=self.did).text

    def ask(self, kind: str, body: dict[str, object] | None = None) -> Message:
        answer = self.post(self.pack(kind, body))
        assert answer.status_code == 200, answer.text
        return self.party.unpack(answer.content).message

    def enroll(self) -> None:
        assert self.ask(f"{M3}/mediate-request").type == f"{M3}/mediate-grant"
        self.ask(f"{M3}/recipient-update", {"updates": [{"recipient_did": self.did, "action": "add"}]})

    def forwarded(self, to: str, number: int, padding: str = "") -> str:
        """A forward of a numbered message, of any length."""
        inner = self.party.pack(Message(type=HELLO, body={"n": number, "p": padding}), to=to, frm=self.did)
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": to},
            attachments=[Attachment.from_json_value(json.loads(inner.text))],
        )
        return self.party.pack(forward, to=self.mediator, anonymous=True).text

    def forward(self, to: str, number: int, padding: str = "", url: str = "") -> httpx2.Response:
        return self.post(self.forwarded(to, number, padding), url)

    def numbers(self, delivery: Message) -> list[int]:
        """The numbers of delivered messages."""
        return [self.party.unpack(each.content()).message.body["n"] for each in delivery.attachments or ()]


def picked_up(person: Person) -> list[int]:
    """The numbers of the whole queue of a person, which is empty then."""
    found: list[int] = []
    while True:
        delivery = person.ask(f"{P3}/delivery-request", {"limit": 100})
        if not delivery.type.endswith("/delivery"):
            return found
        # a queue that grows for ever would be one that forgets acknowledgments
        assert len(found) < MOST_PICKED_UP
        found += person.numbers(delivery)
        ids = [each.id for each in delivery.attachments or ()]
        person.ask(f"{P3}/messages-received", {"message_id_list": ids})
