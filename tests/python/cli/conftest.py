"""Two terminals with homes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.command_line import Terminal, cleaned

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def alice(tmp_path: Path) -> Terminal:
    return Terminal.at(tmp_path / "alice")


@pytest.fixture
def bob(tmp_path: Path) -> Terminal:
    return Terminal.at(tmp_path / "bob")


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """What is put here is ended after the test."""
    yield from cleaned([])
