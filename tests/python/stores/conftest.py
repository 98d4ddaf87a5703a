"""The event loops of the stores' tests: Askar runs in a loop of its own, and uvloop is asyncio to it."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
