"""`pydidcomm.sync.network` over real TLS on loopback: resolvers and a transport without an event loop."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import LocalResolver, Message, PrefixResolver, Secret, sync
from pydidcomm.errors import DeliveryError, DidNotFoundError, ResolutionError
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.web import WebResolver, did_web_url
from pydidcomm.sync.network import BlockingResolver, HttpTransport
from support.https_server import LOOPBACK, TRUSTED, Server, body, document, serving, to_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

HELLO = Message(type="https://example.org/greeting/1.0/hello")
OPTIONS: dict[str, Any] = {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def test_a_party_resolves_and_sends_without_an_event_loop(server: Server) -> None:
    did = server.did("bob")
    key = Secret.generate("X25519", kid=f"{did}#key-1")
    method = {
        "id": key.kid,
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": key.public_multikey(),
    }
    service = {"id": "#in", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": server.url("/in")}}
    path = f"/{did_web_url(did).split('/', 3)[3]}"
    server.ways[path] = document({"id": did, "keyAgreement": [method], "service": [service]})
    server.ways["/in"] = body(b"", 202)
    web = BlockingResolver(CachingResolver(WebResolver(**OPTIONS)))
    routes = PrefixResolver({"did:web:": web, "did:": LocalResolver()})
    with sync.DIDCommMessaging(resolver=routes) as alice, HttpTransport(**OPTIONS) as transport:
        for _ in range(3):
            assert transport.send(alice.pack(HELLO, to=did)).status == 202
        with pytest.raises(DidNotFoundError):
            alice.pack(HELLO, to=server.did("nowhere"))
        server.ways["/in"] = body(b"", 415)
        with pytest.raises(DeliveryError, match="415"):
            transport.send(alice.pack(HELLO, to=did))
    assert server.requests[path] == 1
    with pytest.raises(ResolutionError):
        BlockingResolver(WebResolver(lookup=to_loopback)).resolve(did)


def test_a_program_that_closes_nothing_ends() -> None:
    program = """
from pydidcomm.resolvers.web import WebResolver
from pydidcomm.sync.network import BlockingResolver
try:
    BlockingResolver(WebResolver(timeout=5)).resolve("did:web:localhost%3A1")
except Exception as error:
    print(error.cause)
"""
    run = subprocess.run(  # noqa: S603, the interpreter that runs this
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert (run.stdout, run.stderr) == ("refused address\n", "")
