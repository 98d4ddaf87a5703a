"""A mediator on loopback, and agents without an endpoint behind it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pydidcomm.protocols.basic_message import Text
from support.agents import new_agent
from support.relaying import served, service

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from pydidcomm.agent import Agent
    from pydidcomm.stores import MemoryStore


@asynccontextmanager
async def mediator(folder: Path, *, live: bool = True, **options: Any) -> AsyncGenerator[str]:  # noqa: ANN401
    """A mediator over HTTP, and over WebSocket where it is live; its DID."""

    def services(url: str) -> list[dict[str, Any]]:
        return [service(url), *([service(url.replace("http", "ws"))] if live else [])]

    async with served(folder / "mediator.db", services, **options) as (did, _):
        yield did


def mobile(store: MemoryStore | None = None, heard: list[str] | None = None, **options: Any) -> Agent:  # noqa: ANN401
    """An agent without an endpoint, which echoes."""
    agent = new_agent(store, listen=None, **options)

    @agent.on
    async def hear(text: Text) -> Text:
        if heard is not None:
            heard.append(text.content)
        return Text(content=f"you said {text.content}")

    return agent
