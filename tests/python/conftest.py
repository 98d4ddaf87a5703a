"""Event loops, parties, and the report of the requirements that the tests name."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

from conformance import Conformance
from support.parties import Documents, Party
from support.recording_resolver import RecordingResolver, packed_for

SPEC = "spec"
SHOWN: pytest.StashKey[set[str]] = pytest.StashKey()
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
def recorder(documents: Documents, bob: Party) -> RecordingResolver:
    return RecordingResolver(documents, bob)


@pytest.fixture
def packed(documents: Documents, alice: Party, bob: Party) -> str:
    return packed_for(bob, documents, alice)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance", type=Path, metavar="FOLDER", help="write the ids of tests that passed to python.json"
    )
    parser.addoption(
        "--requirement",
        action="append",
        metavar="ID",
        help="run only tests that name this id of the ledger, or one of several",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        # a property is run with a hundred inputs
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.slow)
        # the report of a test carries them, from the process that ran it
        item.user_properties.extend((SPEC, name) for mark in item.iter_markers("spec") for name in mark.args)
    wanted: list[str] | None = config.getoption("--requirement")
    if wanted is not None:
        named = [(item, {name for mark in item.iter_markers("spec") for name in mark.args}) for item in items]
        items[:] = [item for item, names in named if not names.isdisjoint(wanted)]


def pytest_configure(config: pytest.Config) -> None:
    # a job in the background of a shell ignores Ctrl-C, and so would the processes that tests start
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    shown: set[str] = set()
    config.stash[SHOWN] = shown
    config.pluginmanager.register(PassedRequirements(config))


class PassedRequirements:
    """The ids of the requirements that the tests which passed name."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._config.stash[SHOWN].update(
                str(value) for name, value in report.user_properties if name == SPEC
            )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    # reading all tests takes a second, which a run with -qq is spared
    if terminalreporter.verbosity > -2:
        terminalreporter.write_line(Conformance().line())
    folder: Path | None = terminalreporter.config.getoption("--conformance")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        shown = terminalreporter.config.stash[SHOWN]
        (folder / "python.json").write_text(json.dumps(sorted(shown)), encoding="utf-8")
