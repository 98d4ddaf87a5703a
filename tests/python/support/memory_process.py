"""A process that says how many octets its memory grew by: `python memory_process.py peak sign 1000`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, UnpackConfig
from pydidcomm.sync import create_peer_did, pack_encrypted, pack_signed, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

SECRETS = InMemorySecrets()
ALICE, BOB = create_peer_did(SECRETS), create_peer_did(SECRETS)
RESOLVERS = ResolversConfig(secrets_resolver=SECRETS, did_resolver=LocalResolver())
# a large payload in two layers is longer than what is read by default
CONFIG = UnpackConfig(max_bytes=2**30)

Message = dict[str, object]
PACK: dict[str, Callable[[Message], str]] = {
    "authcrypt": lambda message: pack_encrypted(RESOLVERS, message, to=BOB, frm=ALICE).packed_msg,
    "anoncrypt": lambda message: pack_encrypted(RESOLVERS, message, to=BOB).packed_msg,
    "sign": lambda message: pack_signed(RESOLVERS, message, sign_frm=ALICE).packed_msg,
}


def message_of(size: int) -> Message:
    """A message with a body of about so many octets."""
    kind = "https://example.org/test/1.0/message"
    return {"id": "1", "type": kind, "from": ALICE, "to": [BOB], "body": {"text": "x" * size}}


def opened(packed: str) -> object:
    """The body of a message, for which everything before it is done."""
    return unpack(RESOLVERS, packed, CONFIG).message.body


def resident(name: str) -> int:
    """What the kernel counts under that name."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith(name))
    return int(found.split()[1]) * 1024


def growth_of(work: Callable[[], object]) -> int:
    """By how much the peak of the work is above what there was before it."""
    # forgets the peak so far
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = resident("VmRSS:")
    result = work()
    after = resident("VmHWM:")
    del result
    return after - before


def peak(layers: str, size: int) -> list[int]:
    """The growths of packing, and of unpacking, one large message."""
    pack = PACK[layers]
    opened(pack(message_of(1)))
    message = message_of(size)
    packed = pack(message)
    return [growth_of(lambda: pack(message)), growth_of(lambda: opened(packed))]


def leak(layers: str, count: int) -> list[int]:
    """The growth while so many messages are packed and unpacked, once everything is warm."""
    pack = PACK[layers]

    def exchange(count: int) -> int:
        for _ in range(count):
            opened(pack(message_of(1000)))
        return resident("VmRSS:")

    warm = exchange(count // 4)
    return [exchange(count) - warm]


if __name__ == "__main__":
    _, kind, layers, number = sys.argv
    print(*{"peak": peak, "leak": leak}[kind](layers, int(number)))  # noqa: T201, what the test reads
