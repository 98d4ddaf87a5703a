"""One server of PostgreSQL for the tests that need no more than a database."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest

from support import postgres
from support.mediator_stores import Databases, Share, shared_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Makes empty databases, of a server that is started for the first of them."""
    with ExitStack() as stack:

        @cache
        def server() -> postgres.Postgres:
            if postgres.binaries() is None:
                pytest.skip("PostgreSQL is not installed: make system")
            return stack.enter_context(postgres.server())

        yield lambda: server().database()


@pytest.fixture
def share(databases: Databases, tmp_path: Path) -> Share:
    """What opens a store of a kind as often as a test wants: every one is like a process of its own."""
    return partial(shared_store, databases, tmp_path)
