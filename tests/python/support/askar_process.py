"""Programs that use an Askar store as processes: what to do, location, raw key, event loop."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydidcomm import DIDCommMessaging, Message, Secret, sync
from pydidcomm.secrets import KeyExistsError, SecretsUnavailableError
from pydidcomm.secrets.askar import AskarSecrets

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

NOTE = "https://example.org/note/1.0/note"


class Ways:
    """What the process does."""

    def __init__(self, location: str, raw_key: str, loop: str) -> None:
        self.location = location
        self.raw_key = raw_key
        self.loop = loop

    def opened(self) -> AskarSecrets:
        return AskarSecrets.open(self.location, raw_key=self.raw_key)

    def run(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        module: Any = import_module(self.loop)
        module.run(main if self.loop == "trio" else main())

    async def create(self) -> None:
        secrets = self.opened()
        party = DIDCommMessaging(secrets=secrets)
        did = await party.create_peer_did()
        packed = await party.pack(Message(type=NOTE), to=did, frm=did)
        assert (await party.unpack(packed.message)).sender == did

    async def create_closed(self) -> None:
        async with self.opened() as secrets:
            await DIDCommMessaging(secrets=secrets).create_peer_did()

    def closed(self) -> None:
        self.run(self.create_closed)

    def left_open(self) -> None:
        self.run(self.create)

    def without_loop(self) -> None:
        sync.DIDCommMessaging(secrets=self.opened().sync).create_peer_did()

    def in_flight(self) -> None:
        async def main() -> None:
            secrets = self.opened()
            tasks = [
                asyncio.ensure_future(DIDCommMessaging(secrets=secrets).create_peer_did()) for _ in range(50)
            ]
            await asyncio.wait(tasks, timeout=0.02)

        asyncio.run(main())

    def daemon(self) -> None:
        secrets = self.opened()

        def on_and_on() -> None:
            party = sync.DIDCommMessaging(secrets=secrets.sync)
            while True:
                party.create_peer_did()

        for _ in range(3):
            threading.Thread(target=on_and_on, daemon=True).start()
        time.sleep(0.3)

    def thread(self) -> None:
        threading.Thread(target=self.left_open).start()

    def at_exit(self) -> None:
        import atexit  # noqa: PLC0415

        secrets = self.opened()
        atexit.register(lambda: print(len(secrets.sync.kids())))  # noqa: T201
        sync.DIDCommMessaging(secrets=secrets.sync).create_peer_did()

    def fork(self) -> None:
        secrets = self.opened()
        party = sync.DIDCommMessaging(secrets=secrets.sync)
        did = party.create_peer_did()
        process = os.fork()
        if process:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
        # neither the store of the parent nor one of the child's own can be used
        for act in (lambda: secrets.sync.get_key(f"{did}#key-1"), self.without_loop):
            try:
                act()
            except SecretsUnavailableError as error:
                assert "fork" in str(error)  # noqa: PT017
            else:
                sys.exit(4)

    def fork_first(self) -> None:
        process = os.fork()
        self.without_loop()
        if process:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))

    def write(self) -> None:
        """Create DIDs, and print each once it is stored, until the process is killed."""
        party = sync.DIDCommMessaging(secrets=self.opened().sync)
        while True:
            did = party.create_peer_did()
            os.write(1, f"{did}\n".encode())

    def insist(self) -> None:
        """The same while the server comes and goes: what fails is tried again."""
        party = sync.DIDCommMessaging(secrets=self.opened().sync)
        while True:
            try:
                did = party.create_peer_did()
                os.write(1, f"{did}\n".encode())
            except SecretsUnavailableError:
                os.write(2, b"away\n")

    def add(self) -> None:
        """Add the key that is on stdin."""
        secret = Secret.from_octets("X25519", bytes.fromhex(sys.stdin.read()), kid="did:example:a#1")
        with self.opened() as secrets:
            try:
                secrets.add_key(secret)
            except KeyExistsError:
                sys.exit(3)


if __name__ == "__main__":
    way: Callable[[], None] = getattr(Ways(*sys.argv[2:]), sys.argv[1])
    way()
