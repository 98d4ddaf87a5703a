"""Awaits the verbs of a store in the loop of a test that is not asynchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable


def run_verb(runner: asyncio.Runner, verb: Awaitable[Any]) -> Any:  # noqa: ANN401, the answer of the verb
    async def run() -> Any:  # noqa: ANN401, the answer of the verb
        return await verb

    return runner.run(run())
