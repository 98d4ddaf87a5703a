"""Event loops, parties, and the report of the requirements that the tests name."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from asked import Asked, packed_for
from conformance import Conformance
from world import Documents, Party

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(Conformance().line())
