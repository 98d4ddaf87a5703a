"""The application of the command where an extra for the DIDs of peers is not installed."""

import base64
import json
import sys
from pathlib import Path

import anyio
import httpx2
import pytest

from pydidcomm import DIDCommMessaging, Message
from pydidcomm.cli.mediator import application
from support.mediation import M3
from support.mediator_process import TYPE, command

pytestmark = pytest.mark.anyio

WEBVH = "did:webvh:QmXcMKZkVWeHKhxhxvLm7MPFpXL5Mgm6mEuYzXxKqX8XYZ:peer.example"


def from_another(packed: str, kid: str) -> str:
    """An envelope that names the key of another sender."""
    envelope = json.loads(packed)
    header = json.loads(base64.urlsafe_b64decode(envelope["protected"] + "=="))
    header |= {"skid": kid, "apu": base64.urlsafe_b64encode(kid.encode()).decode().rstrip("=")}
    envelope["protected"] = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return json.dumps(envelope)


async def test_a_did_of_a_method_that_is_not_installed_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # stands in for an interpreter without the extra `webvh`
    monkeypatch.setitem(sys.modules, "did_webvh", None)
    monkeypatch.delitem(sys.modules, "pydidcomm.resolvers.webvh", raising=False)
    did = command(tmp_path, "init", "--url", "http://127.0.0.1:1/").stdout.strip()
    monkeypatch.setenv("PYDIDCOMM_MEDIATOR_CONFIG", str(tmp_path / "mediator.toml"))
    app = application()
    bob = DIDCommMessaging()
    message = Message(type=f"{M3}/mediate-request", body={})
    packed = await bob.pack(message, to=did, frm=await bob.create_peer_did())
    started, ended = anyio.Event(), anyio.Event()
    events = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

    async def receive() -> dict[str, str]:
        event = next(events)
        if event["type"] == "lifespan.shutdown":
            started.set()
            await ended.wait()
        return event

    async def send(_: object) -> None:
        pass

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(app, {"type": "lifespan"}, receive, send)
        with anyio.fail_after(20):
            await started.wait()
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), headers=TYPE) as client:
            content = from_another(packed.text, f"{WEBVH}#key-1").encode()
            reply = await client.post("http://mediator.example/", content=content)
            # 503 would have the sender try again for ever
            assert reply.status_code == 400
        ended.set()
