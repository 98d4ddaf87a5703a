"""Every public name has a place in the reference of the site."""

from __future__ import annotations

import inspect
import tomllib
from typing import TYPE_CHECKING, Any

from generator.pages import sources
from generator.parts import listed
from support.docstrings import MODULES, names
from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = listed()
# the commands are in a generated page; the stand-ins have the interfaces of other libraries
APART = ("pydidcomm.cli", "pydidcomm.compat")
DEFINED = [module for module in MODULES if not module.__name__.startswith(APART)]


def homes() -> dict[str, set[str]]:
    """The qualified names of each public object; a constant is an object of its own."""
    found: dict[Any, set[str]] = {}
    for module in DEFINED:
        for name, value in names(module):
            if not inspect.ismodule(value):
                shared = inspect.isclass(value) or inspect.isroutine(value)
                found.setdefault(id(value) if shared else constant(name, value), set()).add(name)
    return {min(each, key=len): each for each in found.values()}


def constant(qualified: str, value: object) -> tuple[str, str]:
    """Constants of one name and one value are one, which several modules offer."""
    return qualified.rpartition(".")[2], repr(value)


def test_every_public_name_has_a_place() -> None:
    modules = {module.__name__ for module in MODULES} - {"pydidcomm"}
    whole = [place for place in PLACES if place in modules]
    missing = [
        name
        for name, each in homes().items()
        if not each & {*PLACES} and not any(one.rpartition(".")[0] in whole for one in each)
    ]
    assert missing == [], "a line `::: NAME` on a page of docs/reference for each"


def test_no_name_has_two_places() -> None:
    assert sorted(PLACES) == sorted({*PLACES})


def pages_of(nav: list[dict[str, Any]]) -> Iterator[str]:
    """The pages of a navigation."""
    for entry in nav:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from pages_of(value)


def test_every_page_is_in_the_navigation_once() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
    shown = [*pages_of(site["nav"])]
    assert sorted(shown) == sorted({*shown})
    assert {page for page in sources().values() if page.endswith(".md")} - {*shown} == set()
