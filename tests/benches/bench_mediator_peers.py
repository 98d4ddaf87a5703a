"""Measure other mediators by the same forwards from the same generator.

    python tests/benches/bench_mediator_peers.py --rootsid CHECKOUT --rootsid-python VENV/bin/python \
        --affinidi URL --affinidi-did DID --affinidi-next DID

RootsID's mediator runs from a checkout, with its own packages and a stand-in in memory for MongoDB. That of
Affinidi is started and configured by hand: `--affinidi` is where it takes messages, and `--affinidi-next` a
DID with an account that takes anonymous messages. Rounds are interleaved; a mediator that is absent is left
out, with the reason.
"""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from bench_mediator import registered
from load.accounting import cpu_of
from load.limits import EMPTY, serving
from load.peers import Peer, rootsid, running_already
from load.process import MEDIATOR, free_port, initialized, running
from load.senders import forwards, percentile, posted
from pydidcomm.sync import DIDCommMessaging

OURS = "this one, on SQLite"
RECIPIENTS = 100


class Measured:
    """What was measured of one mediator."""

    def __init__(self, peer: Peer, recipients: list[str]) -> None:
        self.peer = peer
        self._recipients = cycle(recipients)
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.times: list[float] = []

    def run(self, count: int) -> None:
        """One round."""
        peer = self.peer
        bodies = forwards(peer.did, islice(self._recipients, count), peer.sender)
        before = 0.0 if peer.pid is None else cpu_of(peer.pid)
        rate, times = asyncio.run(posted([peer.port], bodies, peer.path))
        self.rates.append(rate)
        self.times += times
        if peer.pid is not None:
            self.costs.append((cpu_of(peer.pid) - before) / count * 1e6)


def compare(every: list[Measured], rounds: int, count: int) -> None:
    """Run the rounds by turns, and print the table."""
    for number in range(rounds + 1):
        for each in every:
            each.run(count if number else count // 10)
            if not number:
                # connections and caches are made
                each.rates.clear()
                each.costs.clear()
                each.times.clear()
    limit = median(every[0].rates)
    titles = f"{'/s':>7} {'of the server':>14} {'p50':>7} {'p99':>7} {'us':>6}"
    print(f"{'':26} {titles}   what an accepted message survives")
    for each in every:
        rate, times = median(each.rates), sorted(each.times)
        cost = f"{median(each.costs):6.0f}" if each.costs else " " * 6
        late = f"{percentile(times, 50):7.1f} {percentile(times, 99):7.1f}"
        print(f"{each.peer.name:26} {rate:7.0f} {rate / limit:14.3f} {late} {cost}   {each.peer.promise}")


def peers(arguments: Any, folder: str, stack: ExitStack) -> list[Measured]:  # noqa: ANN401, of argparse
    """The server alone, our mediator, and those of others that are there."""
    party = DIDCommMessaging()
    recipients = [party.create_peer_did() for _ in range(RECIPIENTS)]
    port = free_port()
    did = initialized(folder, port, None)
    asyncio.run(registered(folder, None, recipients))
    pid = stack.enter_context(running([*MEDIATOR, "run"], port, folder))
    empty_port, empty_pid = stack.enter_context(serving(folder, EMPTY))
    every = [
        Measured(Peer("server answering 202", "", empty_port, "/", empty_pid, did, party), recipients),
        Measured(Peer(OURS, "a loss of power", port, "/", pid, did, party), recipients),
    ]
    if arguments.rootsid is None or arguments.rootsid_python is None:
        print(
            "RootsID is left out: ROOTSID must name a checkout of roots-id/didcomm-mediator, and "
            "ROOTSID_PYTHON the interpreter of an environment with its packages"
        )
    else:
        other = stack.enter_context(tempfile.TemporaryDirectory())
        peer = stack.enter_context(rootsid(arguments.rootsid, arguments.rootsid_python, other))
        every.append(Measured(peer, recipients))
    if arguments.affinidi is None:
        print("Affinidi is left out: AFFINIDI names no URL of a running affinidi-messaging-mediator")
    else:
        promise = "as it is configured"
        peer = running_already("Affinidi", promise, arguments.affinidi, arguments.affinidi_did)
        every.append(Measured(peer, [arguments.affinidi_next]))
    return every


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rootsid", type=Path)
    parser.add_argument("--rootsid-python", type=Path)
    parser.add_argument("--affinidi")
    parser.add_argument("--affinidi-did")
    parser.add_argument("--affinidi-next")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        compare(peers(arguments, folder, stack), arguments.rounds, arguments.messages)


if __name__ == "__main__":
    main()
