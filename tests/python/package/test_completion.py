"""Static completion: an editor finds every public name, with its type, without running the package."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import sync

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

pytest.importorskip("pyright")

SUBMODULES = ("errors", "external_keys", "invitations", "out_of_band", "rotation", "testing", "v1")


def faults(folder: Path, program: str) -> list[str]:
    """What the strict mode of pyright reports about a program."""
    (folder / "program.py").write_text(program)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    run = subprocess.run(  # noqa: S603, the interpreter that runs this
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(run.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    return [fault["message"] for fault in report["generalDiagnostics"]]


def test_a_static_checker_finds_every_public_name_with_its_type(tmp_path: Path) -> None:
    names = [
        *(f"pydidcomm.{name}" for name in pydidcomm.__all__),
        *(f"pydidcomm.sync.{name}" for name in sync.__all__),
        *(f"pydidcomm.{name}" for name in SUBMODULES),
    ]
    imported = [f"import pydidcomm.{name}" for name in ("sync", *SUBMODULES)]
    uses = [f"print({name})" for name in names]
    assert faults(tmp_path, "\n".join(["import pydidcomm", *imported, *uses, ""])) == []


def test_a_static_checker_refuses_a_name_that_is_not_public(tmp_path: Path) -> None:
    assert faults(tmp_path, "import pydidcomm\n\nprint(pydidcomm.Packd)\n") != []
