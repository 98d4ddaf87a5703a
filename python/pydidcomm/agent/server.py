"""Serve an ASGI application on a socket: with uvicorn on asyncio, with hypercorn on trio."""

import os
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, cast
from urllib.parse import urlsplit

import anyio

__all__ = ["bound", "serve_app"]

BACKLOG: Final = 2048
"""Connections that the operating system queues until they are accepted."""


def bound(listen: str) -> tuple[socket.socket, str]:
    """Bind a socket to the address of a URL; return it, and the URL with the actual port.

    Args:
        listen: A URL such as `http://127.0.0.1:8040/didcomm`; port 0 selects a free port. For TLS put a proxy
            in front.

    Raises:
        ValueError: `listen` is not an `http` URL with host and port and without query, fragment and user.
        OSError: The address is in use, or is not one of this machine.
    """
    try:
        parts = urlsplit(listen)
        host, port = parts.hostname, parts.port
    except ValueError:
        # the port is not a number or too large, or a bracket is not closed
        parts, host, port = urlsplit(""), None, None
    # requests contain neither a user nor a fragment, and a query does not select an endpoint
    more = parts.query or parts.fragment or parts.username is not None
    if parts.scheme != "http" or host is None or port is None or more:
        problem = f"`listen` must be a URL such as http://127.0.0.1:8040/didcomm, got {listen!r}"
        raise ValueError(problem)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    host = f"[{host}]" if ":" in host else host
    return listener, parts._replace(netloc=f"{host}:{listener.getsockname()[1]}").geturl()


@asynccontextmanager
async def serve_app(app: Any, listener: socket.socket) -> AsyncGenerator[None]:  # noqa: ANN401, an ASGI application
    """Serve the application while the block runs; at its end finish open requests.

    Args:
        app: The application.
        listener: The socket.

    Raises:
        ImportError: The server for this event loop, uvicorn or hypercorn, is not installed.
    """
    by = _serve_by_hypercorn if _on_trio() else _serve_by_uvicorn
    async with by(app, listener):
        yield


def _on_trio() -> bool:
    trio: Any = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_run()


@asynccontextmanager
async def _serve_by_uvicorn(app: Any, listener: socket.socket) -> AsyncGenerator[None]:  # noqa: ANN401
    try:
        import uvicorn  # noqa: PLC0415, the server of asyncio
    except ImportError as error:
        problem = "uvicorn is not installed: pip install 'pydidcomm[agent]'"
        raise ImportError(problem, name="uvicorn") from error

    class Server(uvicorn.Server):
        """A uvicorn server that does not install signal handlers."""

        @contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = Server(config)

    def end() -> None:
        server.should_exit = True

    # the flag shuts uvicorn down gracefully
    async with _run_server(lambda: server.serve(sockets=[listener]), end):
        yield


@asynccontextmanager
async def _serve_by_hypercorn(app: Any, listener: socket.socket) -> AsyncGenerator[None]:  # noqa: ANN401
    try:
        from hypercorn import trio as hypercorn  # noqa: PLC0415
        from hypercorn.config import Config  # noqa: PLC0415, the server of trio
    except ImportError as error:
        problem = (
            "hypercorn is not installed; `listen` on trio needs it: pip install 'pydidcomm[agent,trio]', "
            "or set `listen` to None and mount `Agent.app` into another server"
        )
        raise ImportError(problem, name="hypercorn") from error
    serve = cast("Any", hypercorn).serve
    config = Config()
    # hypercorn closes this descriptor, and the caller closes the socket
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.errorlog = None
    config.graceful_timeout = 5.0
    ending = anyio.Event()
    async with _run_server(lambda: serve(app, config, shutdown_trigger=ending.wait), ending.set):
        yield


@asynccontextmanager
async def _run_server(serve: Callable[[], Awaitable[None]], end: Callable[[], None]) -> AsyncGenerator[None]:
    """Run a server while the block runs; at its end shut the server down without cancelling it."""
    failed: BaseException | None = None
    async with anyio.create_task_group() as tasks:

        async def run() -> None:
            with anyio.CancelScope(shield=True):
                await serve()

        tasks.start_soon(run)
        try:
            yield
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001
            # raised below, outside of the task group, which would wrap it in an ExceptionGroup
            failed = error
        finally:
            end()
    if failed is not None:
        raise failed
