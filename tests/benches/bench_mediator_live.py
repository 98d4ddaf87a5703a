"""Measure a delivery in live mode from end to end, and the memory of sockets that wait.

    python tests/benches/bench_mediator_live.py --sockets 10000 --messages 500 --rate 100 [--postgres URL]

First a message after the other travels from a sender over the mediator to a recipient in live mode; then many
recipients connect, and wait while the same is measured again.
"""

import argparse
import asyncio
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection

from load.accounting import cpu_of
from load.process import memory_of, on_a_mediator
from load.recipients import Recipient
from load.senders import forwards, paced, percentile
from pydidcomm.sync import DIDCommMessaging

AT_ONCE = 32


async def ends(port: int, mediator: str, count: int, rate: float) -> list[float]:
    """The seconds from the clock of the sender to that of the recipient, in order of size."""
    bob = Recipient(mediator)
    socket = await bob.live(port)
    late: list[float] = []
    for number in range(1, count + 1):
        # packed when it is sent: the time is in it
        bodies = await asyncio.to_thread(forwards, mediator, [bob.did])
        _ = await paced(port, bodies, rate)
        while len(late) < number:
            late.extend(await bob.delivered(socket))
        await asyncio.sleep(1 / rate)
    await socket.close()
    return sorted(late)


async def waiting(port: int, mediator: str, count: int) -> list[ClientConnection]:
    """So many recipients in live mode."""
    sockets: list[ClientConnection] = []
    numbers = iter(tqdm(range(count), desc="sockets", disable=None))

    async def connect() -> None:
        # one party for many: what a wallet remembers is not measured here
        party = DIDCommMessaging()
        sockets.extend([await Recipient(mediator, party).live(port) for _ in numbers])

    await asyncio.gather(*(connect() for _ in range(AT_ONCE)))
    return sockets


async def measured(port: int, pid: int, mediator: str, arguments: Any) -> None:  # noqa: ANN401, of argparse
    spent = cpu_of(pid)
    late = await ends(port, mediator, arguments.messages, arguments.rate)
    spent = (cpu_of(pid) - spent) / arguments.messages * 1e6
    print(f"end to end, alone: p50 {percentile(late, 50):.1f} ms, p99 {percentile(late, 99):.1f} ms")
    print(f"processor time of a forward, its delivery and its acknowledgment: {spent:.0f} us")
    memory, spent = memory_of(pid), cpu_of(pid)
    sockets = await waiting(port, mediator, arguments.sockets)
    taken, spent = memory_of(pid) - memory, cpu_of(pid) - spent
    each, apiece = taken * 1024 / max(1, len(sockets)), spent / max(1, len(sockets)) * 1e6
    print(f"{len(sockets)} sockets in live mode: {taken:.0f} MB, {each:.1f} KiB each")
    print(f"processor time of a connection with registration and live mode: {apiece:.0f} us")
    late = await ends(port, mediator, arguments.messages, arguments.rate)
    print(f"end to end, among them: p50 {percentile(late, 50):.1f} ms, p99 {percentile(late, 99):.1f} ms")
    for socket in sockets:
        socket.transport.abort()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--postgres")
    arguments: Any = parser.parse_args()
    on_a_mediator(measured, arguments)


if __name__ == "__main__":
    main()
