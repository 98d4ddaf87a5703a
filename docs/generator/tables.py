"""Tables that a program writes: commands, the versions of peers, measurements."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from conformance import Conformance
from ledger_table import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import rich_click as click

ROOT: Final = Path(__file__).resolve().parents[2]
INTEROP: Final = ROOT / "tests" / "interop"
LIVE: Final = ROOT / "tests" / "live" / "results.json"
MEASURED: Final = ROOT / "docs" / "measured"
PINNED: Final = re.compile(
    r'^"?(?P<name>@?[a-z][\w/.-]*?)(?:\[[\w,-]+\])?"?(?:==| = "=|": ")(?P<version>[^"\s]+)"?,?$'
)
PEERS: Final = {
    "sicpa/requirements.txt": ("PyPI", ["didcomm", "peerdid"]),
    "indicio/requirements.txt": ("PyPI", ["didcomm-messaging"]),
    "jose/requirements.txt": ("PyPI", ["did-peer-2", "did-peer-4", "joserfc", "jwcrypto"]),
    "node/package.json": ("npm", ["didcomm-node", "jose"]),
    "identus/package.json": ("npm", ["@hyperledger/identus-sdk"]),
    "veramo/package.json": ("npm", ["@veramo/did-comm"]),
    "rust/Cargo.toml": ("crates.io", ["didcomm", "affinidi-messaging-didcomm", "did-peer"]),
}
"""The files that pin the peers of `make interop`, and the names of the peers in each."""


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def peers() -> str:
    """The peers that `make interop` talks with, and their versions."""
    rows: list[tuple[str, ...]] = []
    for file, (registry, names) in PEERS.items():
        matches = [
            PINNED.match(line.strip()) for line in (INTEROP / file).read_text(encoding="utf-8").splitlines()
        ]
        versions = {match["name"]: match["version"] for match in matches if match}
        rows += [(f"`{name}`", registry, versions[name]) for name in names]
    return table(("peer", "registry", "version"), rows)


def live_peers() -> str:
    """Who worked with what in the talks of `make live-peers`, and the reasons of what did not."""
    found: list[dict[str, Any]] = json.loads(LIVE.read_text(encoding="utf-8"))
    columns = ("ping", "basic message", "discovery", "mediation", "pickup", "live mode")
    marks = {"yes": "yes", "no": "**no**", "lacks": "—"}
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    for row in found:
        cells: list[str] = []
        for column in columns:
            word, reason = row["cells"][column]
            cells.append("not tried" if reason == "not reached" else marks[word])
            if reason and reason != "not reached":
                notes.append(f"- {row['peer']}, {column}: {reason}")
        version = ", ".join(f"{name} {number}" for name, number in row["versions"].items() if name != "Node")
        rows.append((row["peer"], version, row["scenario"], *cells))
    return table(("program", "version", "as", *columns), rows) + "\n" + "\n".join(notes) + "\n"


def interop() -> str:
    """What passed of each kind of message with each peer, and why the rest did not."""
    results: dict[str, Any] = json.loads((INTEROP / "results.json").read_text(encoding="utf-8"))
    peers: dict[str, Any] = results["peers"]
    subjects = list(dict.fromkeys(subject for peer in peers.values() for subject in peer["subjects"]))
    rows = [
        (subject, *(_outcome(peer["subjects"].get(subject, {})) for peer in peers.values()))
        for subject in subjects
    ]
    head = ("", *(f"{peer['title']} {_version(peer['versions'])}" for peer in peers.values()))
    why = [reason for peer in peers.values() for reason in _reasons(peer)]
    without = ", ".join(results["without"])
    left_out = f"\nNot run for this table: {without}.\n" if without else ""
    return f"{table(head, rows)}{left_out}\n### Reasons\n\n{table(('peer', 'messages', 'reason'), why)}"


def _outcome(columns: dict[str, dict[str, int]]) -> str:
    """The word of each direction, or of both where it is the same."""
    words = {column: _word(outcomes) for column, outcomes in columns.items()}
    if len({*words.values()}) == 1:
        return next(iter(words.values()))
    return ", ".join(f"{column} {word}" for column, word in words.items())


def _word(outcomes: dict[str, int]) -> str:
    if "passed" in outcomes:
        return "yes" if len(outcomes) == 1 else "part"
    return "none" if all(reason.startswith("it lacks ") for reason in outcomes) else "no"


def _reasons(peer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Why something of a peer did not pass: the peer, the kinds of messages by direction, the reason."""
    found: dict[str, dict[str, list[str]]] = {}
    for subject, columns in peer["subjects"].items():
        for column, outcomes in columns.items():
            for reason in outcomes.keys() - {"passed"}:
                found.setdefault(reason, {}).setdefault(subject, []).append(column)
    both = 2
    return [
        (
            peer["title"],
            "; ".join(
                subject if len(columns) == both else f"{subject} {columns[0]}"
                for subject, columns in subjects.items()
            ),
            reason,
        )
        for reason, subjects in sorted(found.items())
    ]


def _version(versions: dict[str, str]) -> str:
    """The version of the peer itself: the first that is not of its language."""
    return next(number for name, number in versions.items() if name not in {"Node", "Python", "Rust"})


def commands() -> str:
    """The commands of `pydidcomm` with their arguments and options."""
    import rich_click as click  # noqa: PLC0415, only this table needs the extra

    from pydidcomm.cli._root import root  # noqa: PLC0415

    return "\n".join(_described(root, click.Context(root, info_name="pydidcomm"), 1))


def _described(command: click.Command, context: click.Context, depth: int) -> Iterator[str]:
    info: dict[str, Any] = command.to_info_dict(context)
    if depth > 1:
        yield f"{'#' * depth} `{context.command_path}`\n"
    yield f"{re.sub(r'(?m)^ +', '', info['help'] or '')}\n"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {usage}\n```\n"
    options = [each for each in info["params"] if each["param_type_name"] == "option" and not each["hidden"]]
    # every command has it
    options = [each for each in options if each["name"] != "help"]
    rows = [(", ".join(f"`{name}`" for name in option["opts"]), option["help"] or "") for option in options]
    if rows:
        yield table(("option", ""), rows)
    for name in info.get("commands", {}):
        # only a group has commands
        found = cast("click.Group", command).get_command(context, name)
        if found is not None:
            yield from _described(found, type(context)(found, info_name=name, parent=context), depth + 1)


def measurements() -> str:
    """The pictures and medians of the run of `make bench` that was published, or that there is none."""
    file = MEASURED / "bench.json"
    if not file.exists():
        return "No run of `make bench` is published; `make bench-published` publishes the last one.\n"
    run = json.loads(file.read_text(encoding="utf-8"))
    where: dict[str, Any] = run["where"]
    rows = [
        (
            name,
            f"{by['limit']:,.1f}",
            *(f"{by[column] / by['limit']:.2f}" if column in by else "" for column in ("core", "pydidcomm")),
        )
        for name, by in run["microseconds"].items()
        if "limit" in by
    ]
    measured = (
        f"Measured on {where['date']}, CPython {where['python']}, {where['machine']}, "
        f"{where['processors']} processors; `core` and `pydidcomm` are multiples of the limit:\n"
    )
    pictures = [path.name for path in sorted(MEASURED.glob("by-*.svg"))]
    shown = "\n".join(f"![cost {Path(name).stem.replace('-', ' ')}](measured/{name})\n" for name in pictures)
    return f"{shown}\n{measured}\n{table(('operation', 'limit, us', 'core', 'pydidcomm'), rows)}"


def conformance() -> str:
    """Each requirement of the ledgers with its tests, or the reason why it has none."""
    return "\n".join(Ledger(Conformance()).tables())


TABLES: Final[dict[str, Callable[[], str]]] = {
    "peers": peers,
    "live-peers": live_peers,
    "interop": interop,
    "commands": commands,
    "measurements": measurements,
    "conformance": conformance,
}
