"""The server and the event loops of the tests of stores: Askar has its own; uvloop is asyncio to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Postgres]:
    with postgres.server() as running:
        yield running
