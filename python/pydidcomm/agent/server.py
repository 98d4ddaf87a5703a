"""Serves an ASGI application on a socket: by uvicorn on asyncio, by hypercorn on trio."""

import os
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, cast
from urllib.parse import urlsplit

import anyio

__all__ = ["bound", "serving"]

BACKLOG: Final = 2048
"""Connections that the system keeps until they are accepted."""


def bound(listen: str) -> tuple[socket.socket, str]:
    """The socket of a URL, and the URL with the port that it has.

    Args:
        listen: A URL such as `http://127.0.0.1:8040/didcomm`; port 0 is any free one. TLS is terminated by a
            proxy in front.

    Raises:
        ValueError: It is not such a URL.
        OSError: The address is in use or not ours.
    """
    try:
        parts = urlsplit(listen)
        host, port = parts.hostname, parts.port
    except ValueError:
        # a port that is not a number or too large, or a bracket without its other
        parts, host, port = urlsplit(""), None, None
    # a server sees neither a user nor a fragment, and has one path for every query
    more = parts.query or parts.fragment or parts.username is not None
    if parts.scheme != "http" or host is None or port is None or more:
        problem = f"`listen` must be a URL such as http://127.0.0.1:8040/didcomm, got {listen!r}"
        raise ValueError(problem)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    host = f"[{host}]" if ":" in host else host
    return listener, parts._replace(netloc=f"{host}:{listener.getsockname()[1]}").geturl()


@asynccontextmanager
async def serving(app: Any, listener: socket.socket) -> AsyncGenerator[None]:  # noqa: ANN401, an ASGI application
    """Serve the application while the block runs; requests under way are finished at its end.

    Args:
        app: The application.
        listener: The socket.

    Raises:
        ImportError: The server of this event loop is not installed.
    """
    by = _by_hypercorn if _on_trio() else _by_uvicorn
    async with by(app, listener):
        yield


def _on_trio() -> bool:
    trio: Any = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_run()


@asynccontextmanager
async def _by_uvicorn(app: Any, listener: socket.socket) -> AsyncGenerator[None]:  # noqa: ANN401
    try:
        import uvicorn  # noqa: PLC0415, the server of asyncio
    except ImportError as error:
        problem = "uvicorn is not installed: pip install 'pydidcomm[agent]'"
        raise ImportError(problem, name="uvicorn") from error

    class Server(uvicorn.Server):
        """A server of uvicorn that leaves the signals to the program."""

        @contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = Server(config)

    def end() -> None:
        server.should_exit = True

    # uvicorn ends in order, by its flag
    async with _meanwhile(lambda: server.serve(sockets=[listener]), end):
        yield


@asynccontextmanager
async def _by_hypercorn(app: Any, listener: socket.socket) -> AsyncGenerator[None]:  # noqa: ANN401
    try:
        from hypercorn import trio as hypercorn  # noqa: PLC0415
        from hypercorn.config import Config  # noqa: PLC0415, the server of trio
    except ImportError as error:
        problem = (
            "hypercorn is not installed, which serves `listen` on trio: pip install 'pydidcomm[agent,trio]', "
            "or mount `Agent.app` into a server of your own"
        )
        raise ImportError(problem, name="hypercorn") from error
    serve = cast("Any", hypercorn).serve
    config = Config()
    # it closes the one that it is given
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.errorlog = None
    config.graceful_timeout = 5.0
    ending = anyio.Event()
    async with _meanwhile(lambda: serve(app, config, shutdown_trigger=ending.wait), ending.set):
        yield


@asynccontextmanager
async def _meanwhile(serve: Callable[[], Awaitable[None]], end: Callable[[], None]) -> AsyncGenerator[None]:
    """Run a server while the block runs; it is not cancelled, but ended."""
    failed: BaseException | None = None
    async with anyio.create_task_group() as tasks:

        async def run() -> None:
            with anyio.CancelScope(shield=True):
                await serve()

        tasks.start_soon(run)
        try:
            yield
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001
            # that of the program, which leaves without a group
            failed = error
        finally:
            end()
    if failed is not None:
        raise failed
