"""What tests of an agent share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the store of an agent is, in a file and in a server of its own."""
    if request.param == "sqlite":
        yield str(tmp_path / "bob.db")
        return
    if postgres.binaries() is None:
        pytest.skip("its server is not installed (make system)")
    with postgres.server() as running:
        yield running.url()
