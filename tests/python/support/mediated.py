"""A mediator on loopback, and agents without an endpoint behind it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

from pydidcomm import DIDCommMessaging
from pydidcomm.agent.server import bound, serving
from pydidcomm.mediator import Mediator, SqliteMediatorStore
from pydidcomm.mediator.server import MediatorServer
from pydidcomm.protocols.basic_message import Text
from support.agents import new_agent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from pydidcomm.agent import Agent
    from pydidcomm.stores import MemoryStore


@asynccontextmanager
async def mediator(folder: Path, *, live: bool = True, **options: Any) -> AsyncGenerator[str]:  # noqa: ANN401
    """A mediator over HTTP, and over WebSocket where it is live; its DID."""
    listener, url = bound("http://127.0.0.1:0/")
    socket = {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": url.replace("http", "ws")}}
    party = DIDCommMessaging()
    did = await party.create_peer_did(service_endpoint=url, services=[socket] if live else [])
    one = Mediator(party, did, SqliteMediatorStore(folder / "mediator.db"), base_url=url, **options)
    with listener:
        server = MediatorServer(one)

        async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, those of ASGI
            if scope["type"] == "lifespan":
                # the fixture runs it
                raise NotImplementedError
            await server(scope, receive, send)

        async with anyio.create_task_group() as tasks, serving(app, listener):
            tasks.start_soon(one.run)
            yield did
            tasks.cancel_scope.cancel()
    await one.aclose()


def mobile(store: MemoryStore | None = None, heard: list[str] | None = None, **options: Any) -> Agent:  # noqa: ANN401
    """An agent without an endpoint, which echoes."""
    agent = new_agent(store, listen=None, **options)

    @agent.on
    async def hear(text: Text) -> Text:
        if heard is not None:
            heard.append(text.content)
        return Text(content=f"you said {text.content}")

    return agent
