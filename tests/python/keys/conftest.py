"""A server of PostgreSQL for the stores of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Postgres]:
    with postgres.server() as running:
        yield running
