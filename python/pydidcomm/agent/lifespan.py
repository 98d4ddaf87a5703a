"""An agent that an ASGI server starts and stops, by the lifespan of its application."""

from contextlib import AbstractAsyncContextManager
from typing import Any

__all__ = ["lifespan"]


async def lifespan(block: AbstractAsyncContextManager[object], receive: Any, send: Any) -> None:  # noqa: ANN401
    """Enter a block at the start of the server, and leave it at the end.

    Args:
        block: The agent.
        receive: That of ASGI.
        send: That of ASGI.
    """
    await receive()
    phase = "startup"
    try:
        async with block:
            await send({"type": "lifespan.startup.complete"})
            phase = "shutdown"
            await receive()
    except Exception as error:
        await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
        raise
    await send({"type": "lifespan.shutdown.complete"})
