"""The report of the requirements that the tests name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import Conformance, Results
from ledger_table import Ledger, cell

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
def test_the_project_has_no_conformance_fault(): ...
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
    assert faults == ["0.0% of the SHOULDs have a test, and the project promises 95%"]


def test_a_must_needs_a_test_or_a_reason(project: Path) -> None:
    (project / "core" / "a.rs").unlink()
    assert list(Conformance(project).faults()) == [
        "REQ-01 is a MUST without a test that passed and without a reason"
    ]
    (project / "conformance-gaps.toml").write_text('REQ-01 = "no library matter"')
    assert list(Conformance(project).faults()) == []
    assert list(Conformance(project).gaps()) == ["REQ-01  MUST    no library matter"]


def test_an_unknown_id_and_a_stale_reason_are_faults(project: Path) -> None:
    (project / "core" / "b.rs").write_text(RUST.format("REQ-99", "REQ-01"))
    (project / "conformance-gaps.toml").write_text('REQ-01 = "no library matter"')
    assert list(Conformance(project).faults()) == [
        "a test names REQ-99, which the ledger does not have",
        "REQ-01 has a reason to be untested, and a test",
    ]


def test_an_id_on_a_test_that_was_skipped_or_failed_does_not_count(project: Path) -> None:
    passed = Results(frozenset({"a::it_holds"}), frozenset({"REQ-02"}))
    assert list(Conformance(project, passed).faults()) == []
    skipped = Results(frozenset({"b::it_holds", "a::another"}), frozenset({"REQ-02"}))
    faults = list(Conformance(project, skipped).faults())
    assert faults == ["REQ-01 is a MUST without a test that passed and without a reason"]


def test_results_are_read_from_the_output_of_the_test_runners(tmp_path: Path) -> None:
    (tmp_path / "rust.txt").write_text(
        "test a::it_holds ... ok\ntest a::b ... ignored\ntest a::c ... FAILED\n"
    )
    (tmp_path / "python.json").write_text('["REQ-02"]')
    assert Results.read(tmp_path) == Results(frozenset({"a::it_holds"}), frozenset({"REQ-02"}))


def test_a_deviation_is_not_counted_as_met_and_needs_a_test(project: Path) -> None:
    (project / "conformance-gaps.toml").write_text('[deviations]\nREQ-01 = "the peers do otherwise"')
    conformance = Conformance(project)
    assert list(conformance.faults()) == []
    assert list(conformance.gaps()) == ["REQ-01  MUST    deviates: the peers do otherwise"]
    (project / "core" / "a.rs").unlink()
    assert list(Conformance(project).faults()) == [
        "REQ-01 deviates from the ledger on purpose, and no test shows how"
    ]


def test_a_must_of_the_ledger_of_protocols_needs_a_test_or_a_reason(project: Path) -> None:
    row = '[[requirement]]\nid = "PING-01"\nlevel = "MUST"\nlibrary = true\n'
    (project / "protocols.toml").write_text(row)
    assert list(Conformance(project).faults()) == [
        "PING-01 is a MUST without a test that passed and without a reason"
    ]
    (project / "conformance-gaps.toml").write_text('PING-01 = "the agent answers pings"')
    assert list(Conformance(project).faults()) == []
    assert list(Conformance(project).gaps()) == ["PING-01 MUST    the agent answers pings"]


def rows(project: Path) -> list[str]:
    for name, level, library in (
        ("REQ-01", "MUST", True),
        ("REQ-02", "SHOULD NOT", True),
        ("REQ-03", "MUST", False),
    ):
        row = f'[[requirement]]\nid = "{name}"\nlevel = "{level}"\nlibrary = {str(library).lower()}\n'
        others = 'section = "One"\nsays = "a | b"\nrole = "application"\n'
        with (project / "conformance.toml").open("a" if name != "REQ-01" else "w") as ledger:
            ledger.write(row + others)
    (project / "protocols.toml").write_text("requirement = []")
    lines = "\n".join(Ledger(Conformance(project)).tables()).splitlines()
    return [lines[0], *(line for line in lines if line.startswith("| REQ"))]


def test_the_table_says_of_each_requirement_test_gap_or_not_ours(project: Path) -> None:
    assert rows(project) == [
        "3 requirements; test: 2, deviates: 0, gap: 0, not ours: 1.",
        "| REQ-01 | MUST | a \\| b | test: `tests/core/a.rs` |",
        "| REQ-02 | SHOULD NOT | a \\| b | test: `test_a.py` |",
        "| REQ-03 | MUST | a \\| b | not ours: a matter of the application's program |",
    ]
    (project / "core" / "a.rs").unlink()
    (project / "conformance-gaps.toml").write_text('[deviations]\nREQ-02 = "so do peers"')
    assert [line.rpartition(" | ")[2] for line in rows(project)[1:3]] == [
        "gap: no test |",
        "deviates: so do peers |",
    ]
    (project / "conformance-gaps.toml").write_text('REQ = "later"')
    assert rows(project)[1].endswith("| gap: later |")


def test_a_text_of_the_ledger_is_neither_markup_nor_another_cell() -> None:
    assert cell("a|b <c> *d* `e_f|g`") == r"a\|b \<c\> \*d\* `e_f\|g`"
