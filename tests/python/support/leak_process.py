"""Does one thing over and over, and tells by how many octets the process has grown: kind, times."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydidcomm import DIDCommError, DIDCommMessaging, Outgoing, sync
from support.parties import HELLO, hello

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH = 50


class Acts:
    """What is done: each method does it so many times."""

    def __init__(self) -> None:
        self.party = sync.DIDCommMessaging()
        self.alice, self.bob = self.party.create_peer_did(), self.party.create_peer_did()
        self.packed = self.party.pack(hello(), to=self.bob, frm=self.alice).message
        self.broken = self.packed.replace('"ciphertext":"', '"ciphertext":"AAAA')

    def pack(self, times: int) -> None:
        for _ in range(times):
            self.party.pack(hello(), to=self.bob, frm=self.alice)

    def unpack(self, times: int) -> None:
        for _ in range(times):
            self.party.unpack(self.packed)

    def errors(self, times: int) -> None:
        for number in range(times):
            try:
                self.party.unpack(self.broken if number % 2 else '{"ciphertext":')
            except DIDCommError:
                continue
            raise AssertionError

    def batches(self, times: int) -> None:
        for _ in range(times // (2 * BATCH)):
            sent = self.party.pack_many([Outgoing(message=hello(), to=self.bob, frm=self.alice)] * BATCH)
            packed = [outcome.unwrap().text for outcome in sent]
            self.party.unpack_many([*packed, self.broken, "noise"])

    def awaited(self, times: int) -> None:
        asyncio.run(self._awaited(times // 100))

    async def _awaited(self, times: int) -> None:
        party = DIDCommMessaging(self.party.secrets)
        long = {"id": "one", "type": HELLO, "body": {"text": "x" * (1 << 18)}}
        for _ in range(times):
            packed = await party.pack(long, to=self.bob, frm=self.alice)
            await party.unpack(packed.message)
            await party.unpack_many([self.packed, self.broken] * BATCH)
            async for _ in party.unpack_each([self.packed, self.broken] * BATCH):
                pass


def resident() -> int:
    """The octets in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(kind: str, times: int) -> None:
    act: Callable[[int], None] = getattr(Acts(), kind)
    act(times // 2)
    before = resident()
    act(times)
    sys.stdout.write(f"{resident() - before}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
