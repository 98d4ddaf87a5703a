"""The tables of the site that a program writes."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from generator import tables
from support.paths import ROOT
from table import LIMIT, OURS, keep

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_every_peer_has_the_version_that_the_repository_pins() -> None:
    rows = tables.peers().splitlines()[2:]
    assert len(rows) == sum(len(names) for _, names in tables.PEERS.values())
    crates = tomllib.loads((ROOT / "tests/interop/rust/Cargo.toml").read_text("utf-8"))["dependencies"]
    assert f"| `did-peer` | crates.io | {crates['did-peer'].removeprefix('=')} |" in rows
    assert all(row.split(" | ")[2][0].isdigit() for row in rows)


def test_every_command_has_its_usage_and_its_options() -> None:
    text = tables.commands()
    for part in (
        "## `pydidcomm inspect`",
        "### `pydidcomm mediator init`",
        "pydidcomm did resolve [OPTIONS] DID",
    ):
        assert part in text
    assert "| `--html` | Write a page here" in text
    assert "`--help`" not in text


def test_without_a_run_of_the_benchmark_there_are_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MEASURED", tmp_path)
    assert "has no measurements" in tables.measurements()


def test_the_figures_are_those_of_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MEASURED", tmp_path)
    keep(tmp_path / "bench.json", {"authcrypt": {LIMIT: [30.0, 10.0, 20.0], OURS: [25.0]}}, {})
    (tmp_path / "by-size.svg").touch()
    text = tables.measurements()
    assert "| authcrypt | 20.0 |  | 25.0 |" in text
    assert "![by size](measured/by-size.svg)" in text


def test_a_cell_with_a_bar_stays_one_cell() -> None:
    assert tables.table(("a",), [("x | y",)]).splitlines()[-1] == r"| x \| y |"
