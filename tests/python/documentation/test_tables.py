"""The tables of the site that a program writes."""

from __future__ import annotations

import platform
import tomllib
from typing import TYPE_CHECKING

import pytest

from generator import tables
from publish import publish
from support.paths import ROOT
from table import LIMIT, OURS, keep

if TYPE_CHECKING:
    from pathlib import Path


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
    assert "| `--html` | Write an HTML page to this file" in text
    assert "`--help`" not in text


def test_without_a_published_run_there_are_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MEASURED", tmp_path)
    assert "No run of `make bench` is published" in tables.measurements()


def test_the_figures_are_multiples_of_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, published = tmp_path / "run", tmp_path / "published"
    keep(run / "bench.json", {"authcrypt": {LIMIT: [30.0, 10.0, 20.0], OURS: [25.0]}}, {})
    (run / "by-size.svg").touch()
    publish(run, published)
    monkeypatch.setattr(tables, "MEASURED", published)
    text = tables.measurements()
    assert "| authcrypt | 20.0 |  | 1.25 |" in text
    assert "![cost by size](measured/by-size.svg)" in text
    assert f"CPython {platform.python_version()}" in text


def test_only_a_run_can_be_published(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish(tmp_path, tmp_path / "published")


def test_a_cell_with_a_bar_stays_one_cell() -> None:
    assert tables.table(("a",), [("x | y",)]).splitlines()[-1] == r"| x \| y |"
