"""The programs of docs/how-to/receiving.md under real servers: a page, and messages."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message, sync
from pydidcomm.transports.http import HttpTransport
from support.https_server import LOOPBACK
from support.paths import ROOT
from support.server_process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "how-to" / "receiving.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## (?P<title>.+?)$.*?^```python\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {match["title"]: match["source"] for match in SECTION.finditer(PAGE)}
ASGI = "uvicorn --ws websockets-sansio app:app --port {port}"
WSGI = "granian --interface wsgi app:app --port {port}"
SERVERS = {
    "Starlette": ASGI,
    "FastAPI": ASGI,
    "Litestar": ASGI,
    "Django, with ASGI": ASGI,
    "Django, with WSGI": WSGI,
    "Flask": WSGI,
    "Without a framework": ASGI,
}
# the DID of the party, for the test
TAIL = """
from pathlib import Path
from pydidcomm import sync
Path("did").write_text(sync.DIDCommMessaging(party.secrets, party.resolver).create_peer_did())
"""
HELLO = "https://example.org/greeting/1.0/hello"


class Application:
    """A program of the page, and the DID of its party."""

    def __init__(self, title: str, folder: Path) -> None:
        (folder / "app.py").write_text(PROGRAMS[title] + TAIL, encoding="utf-8")
        self.title = title
        self.server = ServerProcess(SERVERS[title], folder)
        self.did = self.server.wait(folder / "did")
        self.path = "/" if title == "Without a framework" else "/didcomm/"

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server.port}{self.path}"


@pytest.fixture(params=SERVERS)
def application(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Application]:
    one = Application(request.param, tmp_path)
    yield one
    one.server.stop()


def test_every_program_of_the_page_has_a_server() -> None:
    assert PROGRAMS.keys() == SERVERS.keys()


def curl(*arguments: str, data: str | None = None) -> str:
    """The status, a space, and the body."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    command = [program, "--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}"]
    done = subprocess.run(  # noqa: S603, curl
        [*command, *arguments], input=data, capture_output=True, text=True, check=True
    )
    body, _, status = done.stdout.rpartition("\n")
    return f"{status} {body}"


def test_a_program_serves_its_page_and_receives_messages(application: Application) -> None:
    websocket = SERVERS[application.title] is ASGI
    bodies = [{"over": "http"}, *([{"over": "ws"}] if websocket else [])]

    async def main() -> None:
        alice = DIDCommMessaging()
        did = await alice.create_peer_did()
        async with HttpTransport(allow=LOOPBACK, rounds=1) as transport:
            for body in bodies:
                packed = await alice.pack(Message(type=HELLO, body=body), to=application.did, frm=did)
                sent = await transport.send(packed, uri=application.url(body["over"]))
                assert sent.status == (202 if body["over"] == "http" else 101)

    anyio.run(main)
    url = application.url()
    if application.path != "/":
        assert "Hello" in curl(url.removesuffix("didcomm/"))
    packed = sync.DIDCommMessaging().pack(Message(type=HELLO, body={"over": "curl"}), to=application.did).text
    media_type = "content-type: application/didcomm-encrypted+json"
    assert curl("--header", media_type, "--data-binary", "@-", url, data=packed) == "202 "
    assert curl("--header", media_type, "--data-binary", "{}", url).startswith("400 ")
    assert curl("--header", "content-type: text/plain", "--data-binary", "@-", url, data=packed)[:3] == "415"
    assert curl(url)[:3] == "405"
    printed = application.server.stop()
    assert printed.count("None {'over': 'curl'}") == 1
    for body in bodies:
        assert len(re.findall(rf"did:peer:2\S+ {re.escape(str(body))}", printed)) == 1
    assert "Traceback" not in printed
