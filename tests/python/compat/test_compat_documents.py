"""The documents of the stand-ins name existing objects."""

from __future__ import annotations

import importlib
import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

import pydidcomm

PAGES = files("pydidcomm.compat")
MIGRATION = (PAGES / "MIGRATION.md").read_text(encoding="utf-8")
DIFFERENCES = (PAGES / "DIFFERENCES.md").read_text(encoding="utf-8")


def rows(page: str) -> list[list[str]]:
    """The cells of every row of every table, headings left out."""
    lines = [line for line in page.splitlines() if line.startswith("|")]
    headings = {one for one, two in pairwise(lines) if two.startswith("|---")}
    table = [line for line in lines if line not in headings and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def found(name: str) -> Any:  # noqa: ANN401, whatever it names
    """What a dotted name stands for, in the stand-ins where it is the name of an original."""
    package, *path = name.split(".")
    module: Any = importlib.import_module(
        package if package == "pydidcomm" else f"pydidcomm.compat.{package}"
    )
    for part in path:
        if not hasattr(module, part):
            importlib.import_module(f"{module.__name__}.{part}")
        module = getattr(module, part)
    return module


@pytest.mark.parametrize(
    "row", [row for row in rows(MIGRATION) if row[0].startswith(("`didcomm", "`peerdid."))]
)
def test_every_documented_name_of_the_stand_ins_exists(row: list[str]) -> None:
    old, new, change = row
    assert found(old.strip("`")) is not None
    if new != "`ValueError`":
        assert found(new.strip("`")) is not None
    for name in re.findall(r"`(pydidcomm\.[\w.]+)", change):
        assert found(name) is not None


def test_the_migration_guide_is_short_and_covers_what_the_original_offers() -> None:
    assert len(MIGRATION.splitlines()) < 120
    table = {row[0].strip("`").rpartition(".")[2] for row in rows(MIGRATION)}
    assert {
        "pack_encrypted",
        "unpack",
        "Message",
        "FromPrior",
        "DIDDoc",
        "Secret",
        "resolve_peer_did",
    } <= table


def test_every_difference_has_a_reason() -> None:
    table = rows(DIFFERENCES)
    assert len(table) > 30
    for row in table:
        assert len(row) in {2, 4, 5, 6}
        assert all(row), row


@pytest.mark.parametrize("name", sorted(set(re.findall(r"UnpackConfig\((\w+)", DIFFERENCES))))
def test_a_switch_is_an_option_of_unpacking(name: str) -> None:
    assert name in pydidcomm.UnpackConfig.__dataclass_fields__


@pytest.mark.parametrize("name", sorted(set(re.findall(r"PackEncryptedConfig\((\w+)", DIFFERENCES))))
def test_a_switch_is_an_option_of_packing(name: str) -> None:
    assert name in pydidcomm.PackEncryptedConfig.__dataclass_fields__
