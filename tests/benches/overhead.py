"""What Python adds to the core: the same operations in Rust alone and from Python, in one run.

The Python resolvers are coroutine functions written in Python, awaited on asyncio; documents and secrets are
parsed once, as the Rust program's are (and once more with documents as dicts, which are read at every call).
Each sample of Python comes right after one of Rust, on the same processor, and only the difference of the two
counts: what else the machine does falls on both. The table shows medians, in microseconds.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from tqdm import tqdm  # type: ignore[import-untyped]

from pydidcomm import DIDCommMessaging, DIDDocument, InMemorySecrets, LocalResolver, Message, Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUNDS = 60
CALLS = 50
TARGET = 8.0
"""The most microseconds that a pack or an unpack may cost beyond the core."""


class Resolver:
    """DID documents from a dict, as a program with a cache of its own would answer."""

    def __init__(self, *, as_dict: bool) -> None:
        self.as_dict = as_dict
        self.documents: dict[str, Any] = {}

    def learn(self, did: str) -> None:
        """Takes the document of a DID that needs no network."""
        document = LocalResolver().resolve(did)
        if document is not None:
            self.documents[did] = document.as_dict() if self.as_dict else document

    async def resolve(self, did: str) -> DIDDocument | dict[str, Any] | None:
        """The document, parsed or as JSON."""
        return self.documents.get(did)


class Secrets:
    """Secrets from a dict, each parsed once."""

    def __init__(self) -> None:
        self.keys: dict[str, Secret] = {}

    def add_key(self, secret: Secret) -> None:
        """Keeps a secret."""
        self.keys[secret.kid] = secret

    async def get_key(self, kid: str) -> Secret | None:
        """The secret of that kid."""
        return self.keys.get(kid)

    async def get_keys(self, kids: list[str]) -> list[str]:
        """The kids that are held."""
        return [kid for kid in kids if kid in self.keys]


class Bench:
    """Alice packs for Bob, and Bob unpacks."""

    def __init__(self, secrets: Secrets | InMemorySecrets, resolver: Resolver | LocalResolver) -> None:
        self.party = DIDCommMessaging(secrets, resolver)
        self.message = Message(type="https://example.org/bench/1.0/message", body={"text": "x" * 180})

    async def operations(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """The operations by name."""
        alice, bob = await self.party.create_peer_did(), await self.party.create_peer_did()
        if isinstance(self.party.resolver, Resolver):
            self.party.resolver.learn(alice)
            self.party.resolver.learn(bob)
        authcrypt = (await self.party.pack(self.message, to=bob, frm=alice)).message
        anoncrypt = (await self.party.pack(self.message, to=bob)).message
        return {
            "authcrypt pack": lambda: self.party.pack(self.message, to=bob, frm=alice),
            "authcrypt unpack": lambda: self.party.unpack(authcrypt),
            "anoncrypt pack": lambda: self.party.pack(self.message, to=bob),
            "anoncrypt unpack": lambda: self.party.unpack(anoncrypt),
        }


async def median(run: Callable[[], Awaitable[object]]) -> float:
    """The median time of a call, in microseconds."""
    times: list[int] = []
    for _ in range(CALLS):
        start = perf_counter_ns()
        await run()
        times.append(perf_counter_ns() - start)
    return statistics.median(times) / 1000


async def main(core: str) -> None:
    """Alternates between the core and Python, and prints one table."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    benches = {
        "python resolvers": Bench(Secrets(), Resolver(as_dict=False)),
        "python, dict documents": Bench(Secrets(), Resolver(as_dict=True)),
        "built-in resolvers": Bench(InMemorySecrets(), LocalResolver()),
    }
    operations = {name: await bench.operations() for name, bench in benches.items()}
    alone: dict[str, list[float]] = {}
    added: dict[str, dict[str, list[float]]] = {name: {} for name in benches}
    # the program of this project, and nothing else waits on the loop
    with subprocess.Popen([core], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220, S603
        if process.stdin is None or process.stdout is None:
            return
        for _ in tqdm(range(ROUNDS), unit="round"):
            for bench, runs in operations.items():
                for name, run in runs.items():
                    process.stdin.write(f"{CALLS} {name}\n")
                    process.stdin.flush()
                    time = int(process.stdout.readline()) / 1000
                    alone.setdefault(name, []).append(time)
                    added[bench].setdefault(name, []).append(await median(run) - time)
        process.stdin.close()
    report(alone, added)


def report(alone: dict[str, list[float]], added: dict[str, dict[str, list[float]]]) -> None:
    """Prints what the core takes, and what Python adds."""
    print(f"{'microseconds':20}{'core alone':>12}" + "".join(f"{'+ ' + name:>26}" for name in added))
    for name, times in alone.items():
        cells = "".join(f"{statistics.median(rows[name]):>+26.1f}" for rows in added.values())
        print(f"{name:20}{statistics.median(times):>12.1f}{cells}")
    most = max(statistics.median(differences) for differences in added["python resolvers"].values())
    print(
        f"at most {most:.1f} microseconds beyond the core with Python resolvers; the target is {TARGET:.0f}"
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
