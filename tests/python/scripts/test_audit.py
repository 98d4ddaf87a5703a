"""The report of `make audit` names each vulnerability, and counts what was not audited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import audit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SOUND: dict[str, Any] = {"name": "sound", "version": "1", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "unknown", "skip_reason": "not found"}
VULNERABLE: dict[str, Any] = {
    "name": "old",
    "version": "2",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


def reported(
    packages: list[dict[str, Any]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[str]]:
    path = folder / "report.json"
    path.write_text(json.dumps({"dependencies": packages}), encoding="utf-8")
    return audit.main(str(path)), capsys.readouterr().out.splitlines()


def test_packages_without_a_vulnerability_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reported([SOUND], tmp_path, capsys) == (0, ["1 of 1 packages audited, 0 vulnerabilities"])


def test_a_vulnerability_fails_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines = reported([SOUND, VULNERABLE], tmp_path, capsys)
    assert status == 1
    assert lines == [
        "old 2: PYSEC-1, fixed in 3",
        "old 2: PYSEC-2, fixed in no version",
        "2 of 2 packages audited, 2 vulnerabilities",
    ]


def test_skipped_packages_are_counted_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines = reported([SKIPPED, SOUND], tmp_path, capsys)
    assert status == 0
    assert lines == ["1 of 2 packages audited, 0 vulnerabilities", "1 skipped; the first: not found"]


def test_a_missing_report_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(str(tmp_path / "none.json")) == 0
    assert capsys.readouterr().out.startswith("skipped:")
