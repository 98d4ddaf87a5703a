"""The server of an agent: which one it needs in which event loop."""

from __future__ import annotations

import re
import sys

import anyio
import httpx2
import pytest
import trio
import uvicorn

from pydidcomm import DIDCommMessaging
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import MemoryStore
from support.agents import new_agent

SERVERS = {"asyncio": ("uvicorn", r"pydidcomm\[agent\]"), "trio": ("hypercorn", r"pydidcomm\[agent,trio\]")}


async def test_an_agent_without_its_server_names_what_to_install_and_can_be_mounted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "trio" if _on_trio() else "asyncio"
    module, extra = SERVERS[name]
    monkeypatch.setitem(sys.modules, module, None)
    store = MemoryStore()
    agent = new_agent(store)
    with pytest.raises(ImportError, match=f"{module} is not installed.*pip install '{extra}'"):
        await agent.__aenter__()
    # nothing of it runs, and another one can use the store
    with pytest.raises(RuntimeError, match="does not run"):
        await agent.did()
    async with new_agent(store, listen=None, endpoint="https://example.com/didcomm") as mounted:
        assert mounted.endpoint == "https://example.com/didcomm"
        assert await mounted.did()


@pytest.mark.parametrize(
    "listen",
    [
        "127.0.0.1:8040",
        "http://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://h:80a/",
        "http://[::1",
        "http://127.0.0.1:0/?room=1",
        "http://127.0.0.1:0/#room",
        "http://user@127.0.0.1:0/",
    ],
)
async def test_an_address_that_is_not_one_is_named(listen: str) -> None:
    with pytest.raises(ValueError, match=f"`listen` must be a URL such as .*, got {re.escape(repr(listen))}"):
        async with new_agent(listen=listen):
            pass


@pytest.mark.parametrize("endpoint", ["nonsense", "example.com/didcomm", "localhost:8040", ""])
def test_an_endpoint_that_is_not_one_is_named_before_anything_is_opened(endpoint: str) -> None:
    with pytest.raises(ValueError, match="`endpoint` must be a URI with a scheme, or a DID"):
        new_agent(endpoint=endpoint)


@pytest.mark.parametrize(("accept_any_type", "status"), [(False, 415), (True, 202)])
async def test_a_message_of_another_media_type_is_taken_where_it_is_configured(
    accept_any_type: bool,  # noqa: FBT001, a case
    status: int,
) -> None:
    party = DIDCommMessaging()
    async with new_agent(accept_any_type=accept_any_type) as agent, httpx2.AsyncClient() as client:
        packed = await party.pack(Text(content="hi").to_message(), to=await agent.did(), anonymous=True)
        url = packed.endpoint()
        for headers in ({"content-type": "text/plain"}, {}):
            answer = await client.post(url, content=packed.text.encode(), headers=headers)
            assert answer.status_code == status


def _on_trio() -> bool:
    return trio.lowlevel.in_trio_run()


class Lifespan:
    """The events of a server that starts and stops."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.started, self.stop = anyio.Event(), anyio.Event()
        self._begun = False

    async def receive(self) -> dict[str, str]:
        if self._begun:
            await self.stop.wait()
            return {"type": "lifespan.shutdown"}
        self._begun = True
        return {"type": "lifespan.startup"}

    async def send(self, event: dict[str, str]) -> None:
        self.sent.append(event["type"])
        self.started.set()


async def test_a_server_of_the_application_starts_and_stops_the_agent() -> None:
    agent, server = new_agent(listen=None, endpoint="https://example.com/didcomm"), Lifespan()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(agent.app, {"type": "lifespan"}, server.receive, server.send)
        await server.started.wait()
        assert await agent.did()
        server.stop.set()
    assert server.sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(RuntimeError, match="does not run"):
        await agent.did()


async def test_a_server_whose_agent_does_not_start_gets_a_lifespan_failure() -> None:
    server = Lifespan()
    async with new_agent() as agent:
        with pytest.raises(RuntimeError, match="runs already"):
            await agent.app({"type": "lifespan"}, server.receive, server.send)
    assert server.sent == ["lifespan.startup.failed"]


def test_uvicorn_takes_the_application_as_what_it_is() -> None:
    config = uvicorn.Config(new_agent(listen=None).app)
    config.load()
    assert config.interface == "asgi3"
