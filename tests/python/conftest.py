"""Event loops, parties, and the report of the requirements that the tests name."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asked import Asked, packed_for
from world import Documents, Party

if TYPE_CHECKING:
    from collections.abc import Iterable

LEDGER = Path(__file__).parents[1] / "conformance.toml"
NO_OPTIONS: dict[str, Any] = {}
BACKENDS = [
    pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
    pytest.param(
        ("asyncio", {"use_uvloop": True}),
        id="uvloop",
        marks=pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not for Windows"),
    ),
    pytest.param(("trio", NO_OPTIONS), id="trio"),
]
NAMED: set[str] = set()


@pytest.fixture(params=BACKENDS)
def anyio_backend(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401, what anyio takes
    return request.param


@pytest.fixture
def alice() -> Party:
    return Party("did:example:alice")


@pytest.fixture
def bob() -> Party:
    return Party("did:example:bob", agreement=3)


@pytest.fixture
def carol() -> Party:
    return Party("did:example:carol")


@pytest.fixture
def mallory() -> Party:
    return Party("did:example:mallory")


@pytest.fixture
def documents(alice: Party, bob: Party, carol: Party, mallory: Party) -> Documents:
    return Documents(alice, bob, carol, mallory)


@pytest.fixture
def asked(documents: Documents, bob: Party) -> Asked:
    return Asked(documents, bob)


@pytest.fixture
def packed(documents: Documents, alice: Party, bob: Party) -> str:
    return packed_for(bob, documents, alice)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("spec"):
            NAMED.update(mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not LEDGER.exists():
        return
    ledger = LEDGER.read_text(encoding="utf-8").split("[[requirement]]")[1:]
    ids = {match[1] for entry in ledger if (match := re.search(r'^id = "(.+)"$', entry, re.MULTILINE))}
    asked = {name for name in ids if name.split("-")[0] in {named.split("-")[0] for named in NAMED}}
    unknown = ", ".join(sorted(NAMED - ids)) or "none"
    terminalreporter.write_line(
        f"conformance: {len(NAMED & ids)} of {len(asked)} requirements are named here; unknown ids: {unknown}"
    )
