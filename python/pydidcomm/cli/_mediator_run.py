"""`pydidcomm mediator run`: run a mediator until a signal."""

import asyncio
import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from pydidcomm.cli._mediator_application import open_server
from pydidcomm.cli._mediator_parts import config_option, read_settings
from pydidcomm.cli._options import option
from pydidcomm.cli._output import json_option, write_json, write_note
from pydidcomm.cli._run import in_event_loop, in_server_loop

if TYPE_CHECKING:
    from pydidcomm.mediator import MediatorServer
    from pydidcomm.mediator.settings import Settings

__all__ = ["run"]


_APPLICATION: Final = "pydidcomm.cli.mediator:application"

_MOST_WORKERS: Final = 64
"""Maximum number of processes of one command."""

_GRACE_SECONDS: Final = 20
"""Seconds that the shutdown waits for open requests."""


@click.command()
@option("--workers", type=click.IntRange(1, _MOST_WORKERS), default=1, show_default=True, help="Processes.")
@config_option
@json_option
def run(workers: int, config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Serve until SIGTERM or Ctrl-C; then close WebSockets with 1012, and finish open requests."""
    settings = read_settings(config)
    if workers == 1:
        _serve(settings, as_json=as_json)
        return
    # report a wrong configuration, and migrate the tables, before several processes start
    _open_once(settings)
    _supervise(settings, config, workers, as_json=as_json)


@in_server_loop
async def _serve(settings: "Settings", *, as_json: bool) -> None:
    import uvicorn  # noqa: PLC0415, the extra `server`

    async with open_server(settings) as served:
        server = uvicorn.Server(uvicorn.Config(served, **_options(settings)))
        _start(settings, 1, as_json=as_json)
        # uvicorn waits for its connections before it ends the lifespan, so WebSockets are closed first
        draining = asyncio.create_task(_drain(server, served))
        # uvicorn shuts down gracefully, restores this handler, and raises the signal again
        signal.signal(signal.SIGTERM, _end)
        await server.serve()
        draining.cancel()


@in_event_loop
async def _open_once(settings: "Settings") -> None:
    async with open_server(settings) as served:
        await served.aclose()


def _supervise(settings: "Settings", config: Path, workers: int, *, as_json: bool) -> None:
    """Run several processes on one socket; restart a process that dies."""
    import uvicorn  # noqa: PLC0415, the extra `server`
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415

    os.environ["PYDIDCOMM_MEDIATOR_CONFIG"] = str(config.resolve())
    options = uvicorn.Config(_APPLICATION, factory=True, workers=workers, lifespan="on", **_options(settings))
    listener = options.bind_socket()
    # the metrics of all processes are combined, whichever process answers
    with TemporaryDirectory(prefix="pydidcomm-metrics-") as folder, listener:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        supervisor = Multiprocess(options, sockets=[listener])
        _start(settings, workers, as_json=as_json)
        interrupted = _note_signals(signal.SIGINT)
        supervisor.run()
    if interrupted:
        raise KeyboardInterrupt


def _note_signals(number: signal.Signals) -> list[int]:
    """Return a list that collects a signal, which is still passed to its handler."""
    found: list[int] = []
    before: Any = signal.getsignal(number)

    def note(sent: int, frame: object) -> None:
        found.append(sent)
        before(sent, frame)

    signal.signal(number, note)
    return found


def _options(settings: "Settings") -> dict[str, Any]:
    """Return the options of uvicorn."""
    one = settings.server
    return {
        "host": one.host,
        "port": one.port,
        "log_level": "warning",
        # it would contain addresses and times, and lines are formatted even if they are not written
        "access_log": False,
        "ws_max_size": one.max_bytes + 1,
        # the application itself reads `X-Forwarded-For` of trusted proxies
        "proxy_headers": False,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
    }


def _start(settings: "Settings", workers: int, *, as_json: bool) -> None:
    one, identity = settings.server, settings.mediator
    url = f"http://{one.host}:{one.port}/"
    if as_json:
        write_json({"listening": url, "base_url": identity.base_url, "did": identity.did, "workers": workers})
    else:
        write_note(f"serving {identity.base_url} on {url}")


def _end(number: int, frame: object) -> None:
    """Ignore the signal, so that the command returns once uvicorn has ended."""


async def _drain(server: Any, served: "MediatorServer") -> None:  # noqa: ANN401, of uvicorn
    while not server.should_exit:  # noqa: ASYNC110, a flag of uvicorn
        await asyncio.sleep(0.05)
    served.drain()
