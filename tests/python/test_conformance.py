"""The report of the requirements that the tests name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import Conformance

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = """
[[requirement]]
id = "REQ-01"
level = "MUST"
library = true

[[requirement]]
id = "REQ-02"
level = "SHOULD NOT"
library = true

[[requirement]]
id = "REQ-03"
level = "MUST"
library = false
"""
RUST = """
// {0}: as the specification says
#[test]
fn it_holds() {{}}

// {1}
fn not_a_test() {{}}
"""
PYTHON = """
@pytest.mark.spec("{0}")
def test_it_holds(): ...
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    tests = tmp_path / "tests"
    for folder in ("tests/core", "tests/python", "src"):
        (tmp_path / folder).mkdir(parents=True)
    (tests / "conformance.toml").write_text(LEDGER)
    (tests / "conformance-gaps.toml").write_text("")
    (tests / "core" / "a.rs").write_text(RUST.format("REQ-01", "REQ-02"))
    (tests / "python" / "test_a.py").write_text(PYTHON.format("REQ-02"))
    return tests


def test_ids_above_rust_tests_and_in_marks_count(project: Path) -> None:
    conformance = Conformance(project)
    assert conformance.named == {"REQ-01", "REQ-02"}
    assert list(conformance.faults()) == []
    assert "REQ             1 of 1          1 of 1" in conformance.table()


def test_an_id_that_stands_above_no_test_does_not_count(project: Path) -> None:
    (project / "python" / "test_a.py").unlink()
    faults = list(Conformance(project).faults())
    assert faults == ["0.0% of the SHOULDs have a test, and 95% is what we promise"]


def test_a_must_needs_a_test_or_a_reason(project: Path) -> None:
    (project / "core" / "a.rs").unlink()
    assert list(Conformance(project).faults()) == ["REQ-01 is a MUST without a test and without a reason"]
    (project / "conformance-gaps.toml").write_text('REQ-01 = "no library matter"')
    assert list(Conformance(project).faults()) == []
    assert list(Conformance(project).gaps()) == ["REQ-01  MUST    no library matter"]


def test_an_unknown_id_and_a_stale_reason_are_faults(project: Path) -> None:
    (project / "core" / "b.rs").write_text(RUST.format("REQ-99", "REQ-01"))
    (project / "conformance-gaps.toml").write_text('REQ-01 = "no library matter"')
    assert list(Conformance(project).faults()) == [
        "a test names REQ-99, which the ledger does not have",
        "REQ-01 has a reason to be without a test, and is not without one",
    ]
