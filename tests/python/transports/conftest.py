"""The HTTPS server of the tests of transports: one a module, which forgets between tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.https_server import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running_server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def server(running_server: Server) -> Server:
    running_server.ways.clear()
    running_server.requests.clear()
    return running_server
