"""The table of extras in the README says what pyproject.toml and the installed packages say."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from importlib.util import find_spec

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.paths import ROOT

EXTRAS: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]["optional-dependencies"]
ROW = re.compile(r"^\| (`.+?`) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAME = re.compile(r"`([\w.-]+)`")


def rows() -> dict[str, tuple[str, str]]:
    """What each extra brings and installs; two extras may share a row, with a semicolon between them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found: dict[str, tuple[str, str]] = {}
    for names, brings, installs in ROW.findall(text.partition("| extra |")[2].partition("\n## ")[0]):
        extras = NAME.findall(names)
        parts = installs.split(";")
        assert len(parts) == len(extras)
        found |= {extra: (brings, part) for extra, part in zip(extras, parts, strict=True)}
    return found


ROWS = rows()


def installed(requirements: list[str]) -> set[str]:
    """The packages that the requirements install, of which the test environment has all."""
    found: set[tuple[str, frozenset[str]]] = set()
    left = [Requirement(one) for one in requirements]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        key = name, frozenset(requirement.extras)
        if key in found:
            continue
        found.add(key)
        if name == "pydidcomm":
            left += [Requirement(one) for extra in requirement.extras for one in EXTRAS[extra]]
            continue
        for needed in map(Requirement, metadata.requires(name) or []):
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": one}) for one in requirement.extras | {""}):
                left.append(needed)
    return {name for name, _ in found} - {"pydidcomm"}


def of_row(extra: str) -> set[str]:
    """What the packages and extras of a row install, packages as pyproject.toml asks for them."""
    asked = {canonicalize_name(Requirement(one).name): one for each in EXTRAS.values() for one in each}
    names = [canonicalize_name(name) for name in NAME.findall(ROWS[extra][1])]
    # `keyring` is a package too
    return installed(
        [f"pydidcomm[{name}]" if name in {*EXTRAS} - {extra} else asked.get(name, name) for name in names]
    )


def test_every_extra_has_a_row() -> None:
    assert {*ROWS} == {*EXTRAS} - {"all"}


@pytest.mark.parametrize("extra", ROWS)
def test_the_packages_of_a_row_are_those_of_the_extra(extra: str) -> None:
    assert of_row(extra) == installed(EXTRAS[extra])


@pytest.mark.parametrize("extra", ROWS)
def test_the_modules_of_a_row_exist(extra: str) -> None:
    named = NAME.findall(ROWS[extra][0])
    parent = "pydidcomm"
    for name in named:
        full = f"{parent}{name}" if name.startswith(".") else name
        assert find_spec(full) is not None
        parent = full.rpartition(".")[0] or full


def test_all_is_every_extra_but_compat() -> None:
    (one,) = EXTRAS["all"]
    assert Requirement(one).extras == {*EXTRAS} - {"all", "compat"}
    assert "`all` for all but `compat`" in (ROOT / "README.md").read_text(encoding="utf-8")
