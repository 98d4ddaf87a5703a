"""Messages of DIDComm v1: named as such, delivered as they are."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
from support.command_line import SECONDS

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = pytest.mark.slow


@pytest.fixture
def packed() -> str:
    async def pack() -> str:
        secrets = InMemorySecrets()
        resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        frm, to = await v1.create_verkey(secrets), await v1.create_verkey(secrets)
        content = {"@type": "https://didcomm.org/basicmessage/1.0/message", "@id": "1", "content": "Hi"}
        return (await v1.pack(resolvers, content, to=[to], frm=frm)).message

    return asyncio.run(pack())


def test_a_v1_message_is_named_as_such(alice: Terminal, packed: str) -> None:
    alice.done("did", "new")
    for arguments in (("unpack",), ("unpack", "--json"), ("diagnose",)):
        ended = alice.run(*arguments, given=packed)
        assert ended.returncode == 4
        assert "DIDComm v1" in ended.stdout + ended.stderr
    assert "authcrypt of DIDComm v1" in alice.done("inspect", given=packed)


def test_a_v1_message_is_sent_with_its_own_media_type(alice: Terminal, packed: str) -> None:
    received: list[tuple[str | None, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            received.append((self.headers["content-type"], self.rfile.read(length)))
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, that of the base
            """Write nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.timeout = SECONDS
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        alice.done(
            "send", "--url", f"http://127.0.0.1:{server.server_port}/", "--allow-private", given=packed
        )
        thread.join(SECONDS)
    assert received == [("application/didcomm-envelope-enc", packed.encode())]
