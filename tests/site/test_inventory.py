"""The inventory of the built site has every public name and every member of a public class."""

from __future__ import annotations

import inspect
import re
import zlib
from typing import TYPE_CHECKING, Any

from support.docstrings import MODULES, members, names
from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

# the commands are in a generated page; the stand-ins have the interfaces of other libraries
APART = ("pydidcomm.cli", "pydidcomm.compat")
ENTRY = re.compile(r"^(\S+) py:\w+ ", re.MULTILINE)
HEAD_LINES = 4


def inventory() -> set[str]:
    """The names of the site, as Sphinx and mkdocstrings write them."""
    data = (ROOT / "build" / "site" / "objects.inv").read_bytes()
    return {*ENTRY.findall(zlib.decompress(data.split(b"\n", HEAD_LINES)[HEAD_LINES]).decode())}


def public() -> dict[int, tuple[Any, set[str]]]:
    """Classes and functions, each with its names."""
    found: dict[int, tuple[Any, set[str]]] = {}
    for module in MODULES:
        for name, value in names(module) if not module.__name__.startswith(APART) else ():
            if inspect.isclass(value) or inspect.isroutine(value):
                found.setdefault(id(value), (value, set()))[1].add(name)
    return found


def missing() -> Iterator[str]:
    """The names that are not on the site under any of theirs, and the members of classes that are."""
    listed = inventory()
    for value, each in public().values():
        shown = each & listed
        if not shown:
            yield min(each, key=len)
        elif inspect.isclass(value):
            # the class documents its plain attributes
            own = [
                name.rpartition(".")[2]
                for name, member in members("", value)
                if inspect.isroutine(member) or inspect.isdatadescriptor(member)
            ]
            absent = (one for one in own if not listed & {f"{name}.{one}" for name in shown})
            yield from (f"{min(shown)}.{one}" for one in absent)


def test_every_public_name_and_member_is_on_the_site() -> None:
    assert sorted(missing()) == []
