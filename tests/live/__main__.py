"""Talk with agents and mediators of other projects on loopback, and print who works with what.

`python -m live [--write] [NAME ...]` talks with the installed peers, or with those that are named. `--write`
keeps the outcomes in `results.json`, of which the documentation makes its table.

`python -m live --mediator URL --title TITLE --dated MONTH [--multibase] [--write]` lets our agent use a
mediator that runs already: its DID, or the URL of its invitation. `--multibase` resolves did:peer:2 as
libraries of 2021 do.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from live.peers import PEERS, LivePeer
from live.results import keep
from live.talks import outcome_of, outcome_of_mediator

if TYPE_CHECKING:
    from live.results import Outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m live", description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(peer.name for peer in PEERS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--mediator")
    parser.add_argument("--title", default="mediator")
    parser.add_argument("--dated", default="unknown")
    parser.add_argument("--multibase", action="store_true")
    chosen = parser.parse_args()
    unknown = set(chosen.names).difference(peer.name for peer in PEERS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    outcomes: list[Outcome] = []
    if chosen.mediator:
        peer = LivePeer("mediator", chosen.title, home="", folder="", command=(), scenario="mediator")
        talk = outcome_of_mediator(peer, chosen.mediator, chosen.dated, multibase=chosen.multibase)
        outcomes.append(asyncio.run(talk))
        sys.stdout.write(outcomes[-1].text())
    for peer in PEERS:
        if chosen.mediator or (chosen.names and peer.name not in chosen.names):
            continue
        if not peer.installed():
            sys.stdout.write(f"\n{peer.title}: skipped, it is not installed in .venvs/{peer.home}\n")
            continue
        outcomes.append(asyncio.run(outcome_of(peer)))
        sys.stdout.write(outcomes[-1].text())
    if chosen.write:
        keep(outcomes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
