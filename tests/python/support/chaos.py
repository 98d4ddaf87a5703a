"""A proxy in front of an agent that drops, delays, duplicates, reorders and cuts messages."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import anyio
import httpx2

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

CONTENT = b"content-type"


class Chaos:
    """An ASGI application that passes POST requests on, or does worse.

    Args:
        target: The URL of the agent.
        seed: What the misfortunes are drawn from.
        tasks: Where messages wait that come later than their answer.
    """

    def __init__(self, target: str, seed: int, tasks: TaskGroup) -> None:
        self._target = target
        self._chance = random.Random(seed)  # noqa: S311, a seed that repeats
        self._tasks = tasks
        self._client = httpx2.AsyncClient()
        self.done: dict[str, int] = {}

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __call__(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:  # noqa: ANN401
        if scope["type"] != "http":
            # what servers take for an application without a lifespan
            raise NotImplementedError
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body", False):
                break
        kind = next((value.decode() for name, value in scope["headers"] if name == CONTENT), "")
        fate = self._chance.choices(
            ["pass", "drop", "delay", "duplicate", "later", "lose answer", "cut"], [60, 8, 8, 6, 6, 6, 6]
        )[0]
        self.done[fate] = self.done.get(fate, 0) + 1
        status = 503
        match fate:
            case "drop":
                pass
            case "later":
                # it overtakes those after it, and comes twice
                self._tasks.start_soon(self._pass_on_later, body, kind)
            case "lose answer" | "cut":
                await self._pass_on(body, kind)
            case "duplicate":
                await self._pass_on(body, kind)
                status = await self._pass_on(body, kind)
            case _:
                if fate == "delay":
                    await anyio.sleep(self._chance.uniform(0, 0.1))
                status = await self._pass_on(body, kind)
        if fate == "cut":
            # fewer bytes than announced: the server breaks the connection off
            await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"9")]})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            return
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _pass_on(self, body: bytes, kind: str) -> int:
        try:
            answer = await self._client.post(self._target, content=body, headers={"content-type": kind})
        except httpx2.HTTPError:
            return 503
        return answer.status_code

    async def _pass_on_later(self, body: bytes, kind: str) -> None:
        await anyio.sleep(self._chance.uniform(0, 0.3))
        await self._pass_on(body, kind)
