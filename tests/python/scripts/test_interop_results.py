"""The results of `make interop` in the documentation are of the scenarios, peers and versions of now."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

INTEROP = ROOT / "tests" / "interop"
PINNED = {
    "veramo/package.json": "@veramo/did-comm",
    "identus/package.json": "@hyperledger/identus-sdk",
    "node/package.json": "didcomm-node",
}


def results() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((INTEROP / "results.json").read_text(encoding="utf-8"))["peers"]
    return read


def compared(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "python")}
    command = [sys.executable, str(folder / "results.py")]
    # a program of this project
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.slow
def test_the_results_are_those_of_the_scenarios_lacks_and_faults() -> None:
    done = compared(INTEROP)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_a_peer_without_results_and_results_of_another_scenario_are_reported(tmp_path: Path) -> None:
    for script in INTEROP.glob("*.py"):
        (tmp_path / script.name).write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    known: dict[str, Any] = {"peers": results(), "without": []}
    del known["peers"]["veramo"]
    known["peers"]["veramo-profile"]["subjects"]["authcrypt"]["->"] = {"passed": 1}
    (tmp_path / "results.json").write_text(json.dumps(known), encoding="utf-8")
    done = compared(tmp_path)
    assert done.returncode == 1
    assert "the list of peers without results is another" in done.stdout
    assert "veramo-profile has a title or results of other scenarios" in done.stdout


@pytest.mark.parametrize("file", PINNED)
def test_the_results_are_of_the_versions_that_are_pinned(file: str) -> None:
    pinned = json.loads((INTEROP / file).read_text(encoding="utf-8"))["dependencies"][PINNED[file]]
    found = {peer["versions"].get(f"npm {PINNED[file]}") for peer in results().values()}
    assert found - {None} == {pinned}
