"""The results that the documentation shows: `results.json`, written by a run in which nothing failed.

`python tests/interop/results.py` compares it with what the scenarios, the lacks and the known faults say now,
without a run: a run passes only where every cell is as it is declared.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import everything
from known_faults import FAULTS
from peer_process import Peer
from peers import PEERS, Lack
from rows import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parties import Json
    from rows import Table

FILE = Path(__file__).with_name("results.json")
OURS = "pydidcomm"
PASSED = "passed"
LACKS = "it lacks "


def summary(tables: Sequence[Table]) -> dict[str, Json]:
    """By peer, subject and column: how many scenarios pass, or do not for a reason."""
    found: dict[str, Json] = {}
    for table in tables:
        for row in table.rows:
            for column, check in row.checks.items():
                if column.peer == OURS:
                    continue
                cell = (
                    found.setdefault(column.peer, {})
                    .setdefault(row.subject, {})
                    .setdefault(column.name, Counter[str]())
                )
                fault = next((each for each in FAULTS if Cell(row.name, column) in each.cells()), None)
                if isinstance(check, Lack):
                    cell[f"{LACKS}{check.reason}"] += 1
                elif fault is not None:
                    cell[f"{fault.reason}. We {fault.in_spite}"] += 1
                else:
                    cell[PASSED] += 1
    return found


def write(tables: Sequence[Table], versions: Mapping[str, Mapping[str, str]]) -> None:
    """Put the results of the peers that took part in the place of their earlier ones."""
    known: Json = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"peers": {}}
    ran = summary(tables)
    titles = {each.name: each.title for each in PEERS}
    peers = {
        **known["peers"],
        **{
            name: {"title": titles[name], "versions": versions[name], "subjects": ran[name]}
            for name in ran
            if name in versions
        },
    }
    ordered = {each.name: peers[each.name] for each in PEERS if each.name in peers}
    written = {OURS: version(OURS), "without": _without(ordered), "peers": ordered}
    text = json.dumps(written, ensure_ascii=False, indent=1)
    FILE.write_text(f"{text}\n", encoding="utf-8")


def _without(known: Mapping[str, Any]) -> list[str]:
    """The peers that have not been run where the results come from."""
    return [each.title for each in PEERS if each.name not in known]


def stale() -> list[str]:
    """What the file says otherwise than the scenarios, lacks and faults of now."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    known: dict[str, Any] = read["peers"]
    now = summary(everything.tables([Peer(each) for each in PEERS]))
    titles = {each.name: each.title for each in PEERS}
    return [
        *(["the list of peers without results is another"] if read["without"] != _without(known) else []),
        *(f"{name} is no peer any more" for name in known.keys() - now.keys()),
        *(
            f"{name} has a title or results of other scenarios, lacks or faults"
            for name in sorted(now.keys() & known.keys())
            if known[name]["subjects"] != json.loads(json.dumps(now[name]))
            or known[name]["title"] != titles[name]
        ),
    ]


if __name__ == "__main__":
    faults = stale()
    sys.stdout.writelines(f"{fault}: run make interop\n" for fault in faults)
    sys.exit(bool(faults))
