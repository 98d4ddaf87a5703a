"""What Python adds to the core: the same operations in Rust alone and from Python, alternating in one run.

The Python resolvers are coroutine functions written in Python, awaited on asyncio; documents and secrets are
parsed once, as the Rust program's are. Medians of many calls; a time is a ratio or a difference within this
run, nothing more.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from pydidcomm import DIDCommMessaging, DIDDocument, InMemorySecrets, LocalResolver, Message, Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUNDS = 9
CALLS = 400
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
    benches = {
        "python resolvers": Bench(Secrets(), Resolver(as_dict=False)),
        "python, dict documents": Bench(Secrets(), Resolver(as_dict=True)),
        "built-in resolvers": Bench(InMemorySecrets(), LocalResolver()),
    }
    operations = {name: await bench.operations() for name, bench in benches.items()}
    samples: dict[str, dict[str, list[float]]] = {name: {} for name in ("core", *benches)}
    # the program of this project, and nothing else waits on the loop
    with subprocess.Popen([core], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220, S603
        if process.stdin is None or process.stdout is None:
            return
        for round_ in range(ROUNDS):
            print(f"\rround {round_ + 1} of {ROUNDS}", end="", file=sys.stderr, flush=True)
            process.stdin.write(f"{CALLS}\n")
            process.stdin.flush()
            for name, time in json.loads(process.stdout.readline()).items():
                samples["core"].setdefault(name, []).append(time / 1000)
            for bench, runs in operations.items():
                for name, run in runs.items():
                    samples[bench].setdefault(name, []).append(await median(run))
        process.stdin.close()
    print(file=sys.stderr)
    report(
        {
            bench: {name: statistics.median(times) for name, times in rows.items()}
            for bench, rows in samples.items()
        }
    )


def report(medians: dict[str, dict[str, float]]) -> None:
    """Prints the medians in microseconds, and what Python adds."""
    columns = [name for name in medians if name != "core"]
    print(f"{'µs (median), + what Python adds':32}{'core':>8}" + "".join(f"{name:>26}" for name in columns))
    for name, core in medians["core"].items():
        cells = "".join(f"{medians[c][name]:>16.1f} ({medians[c][name] - core:+6.1f})" for c in columns)
        print(f"{name:32}{core:>8.1f}{cells}")
    most = max(medians["python resolvers"][name] - core for name, core in medians["core"].items())
    print(f"at most {most:.1f} µs beyond the core with Python resolvers; the target is {TARGET:.0f}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
