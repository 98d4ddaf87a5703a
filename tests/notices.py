"""Write the licence notices of the crates that are linked into the wheel, or check that they are up to date.

`python tests/notices.py` writes THIRD-PARTY-NOTICES from the crates of Cargo.lock; with `--check` it compares
the list of crates in the file with Cargo.lock, without the sources of the crates.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
NOTICES = ROOT / "THIRD-PARTY-NOTICES"
NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|unlicense)", re.IGNORECASE)
RULE = "=" * 78
MOST = 200_000
"""A longer file is not a licence."""


def linked() -> list[dict[str, Any]]:
    """The crates that the extension is built from on any platform, without those of tests."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)  # noqa: S603
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    reached: set[str] = set()
    waiting = [found["resolve"]["root"]]
    while waiting:
        crate = waiting.pop()
        if crate in reached:
            continue
        reached.add(crate)
        waiting += [
            dep["pkg"]
            for dep in nodes[crate]["deps"]
            if any(kind["kind"] is None for kind in dep["dep_kinds"])
        ]
    reached.discard(found["resolve"]["root"])
    crates = [crate for crate in found["packages"] if crate["id"] in reached]
    return sorted(crates, key=lambda crate: (crate["name"], crate["version"]))


def texts(crate: dict[str, Any]) -> list[str]:
    """The licence files of a crate, also of the sources that it brings along."""
    folder = Path(crate["manifest_path"]).parent
    files = [file for file in folder.rglob("*") if file.is_file() and NAMES.match(file.name)]
    named = folder / crate["license_file"] if crate["license_file"] else None
    if named is not None and named.is_file() and named not in files:
        files.append(named)
    kept = [
        file for file in sorted(files) if file.suffix in {"", ".md", ".txt"} and file.stat().st_size < MOST
    ]
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in kept]


def heading(crate: dict[str, Any]) -> str:
    """One line for a crate."""
    return f"{crate['name']} {crate['version']} ({crate['license'] or 'see below'})"


def written() -> str:
    """All notices: the crates, and each licence text once, with the crates that it is for."""
    crates = linked()
    shared: dict[str, tuple[str, list[str]]] = {}
    for crate in crates:
        for text in texts(crate):
            key = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
            holders = shared.setdefault(key, (text, []))[1]
            name = f"{crate['name']} {crate['version']}"
            if name not in holders:
                holders.append(name)
    lines = [
        "Third-party notices",
        "",
        "The compiled module of pydidcomm contains code of these Rust crates:",
        "",
    ]
    lines += [heading(crate) for crate in crates]
    for text, holders in shared.values():
        lines += ["", RULE, f"Licence of {', '.join(holders)}", RULE, "", *map(str.rstrip, text.splitlines())]
    return "\n".join(lines) + "\n"


def listed(text: str) -> set[str]:
    """The crates with their versions that the notices begin with."""
    head = text.partition(RULE)[0]
    return {" ".join(line.split()[:2]) for line in head.splitlines() if line.endswith(")")}


def locked() -> set[str]:
    """The crates with their versions in Cargo.lock."""
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    return {f"{name} {version}" for name, version in re.findall(r'name = "(.+)"\nversion = "(.+)"', lock)}


def main() -> None:
    """Write or check."""
    if "--check" not in sys.argv[1:]:
        NOTICES.write_text(written(), encoding="utf-8")
        return
    known = listed(NOTICES.read_text(encoding="utf-8"))
    expected = {f"{crate['name']} {crate['version']}" for crate in linked()}
    if known != expected or not known <= locked():
        sys.exit(f"THIRD-PARTY-NOTICES is stale, run `make notices`: {sorted(known ^ expected)}")


if __name__ == "__main__":
    main()
