"""`pydidcomm listen`: receive messages over HTTP and WebSocket, and print them."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import Any, Final

import rich_click as click

from pydidcomm.cli._input import MAX_BYTES
from pydidcomm.cli._logs import show_refusals
from pydidcomm.cli._options import option, private_option
from pydidcomm.cli._output import json_option, write_json, write_json_note, write_line, write_note
from pydidcomm.cli._received import facts, sender_line
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import party, wallet_option

__all__ = ["listen"]

LISTEN_BYTES: Final = 1_048_576
"""The default of `--max-bytes`, the same as in `receiver`."""


@click.command()
@option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free port.")
@option("--count", type=click.IntRange(1), help="Exit after this number of messages.")
@option("--require-sender", is_flag=True, help="Refuse messages without an authenticated sender.")
@option(
    "--max-bytes",
    type=click.IntRange(1, MAX_BYTES),
    metavar="BYTES",
    default=LISTEN_BYTES,
    show_default=True,
    help="Refuse longer messages.",
)
@private_option
@wallet_option
@json_option
@in_event_loop
async def listen(  # noqa: PLR0913, PLR0917, an argument an option
    host: str,
    port: int,
    count: int | None,
    require_sender: bool,  # noqa: FBT001, options
    max_bytes: int,
    allow_private: bool,  # noqa: FBT001
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Receive messages and print each with its authenticated sender, or "sender not proved".

    Repeats of a message are not printed. The reasons of refusals are on stderr. For TLS put a proxy in front.
    """
    import uvicorn  # noqa: PLC0415, the extra `server`

    from pydidcomm import UnpackConfig  # noqa: PLC0415, not for --help
    from pydidcomm.transports.receiver import receiver  # noqa: PLC0415

    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise click.UsageError(message) from None
    with listener:
        async with party(wallet, needs_keys=True, allow_private=allow_private) as one:
            printer = _Printer(count, as_json=as_json)
            config = UnpackConfig(require_authenticated=require_sender)
            app = receiver(one, printer.handle, config=config, max_bytes=max_bytes)
            server = uvicorn.Server(
                uvicorn.Config(app, log_config=None, lifespan="off", ws_max_size=max_bytes + 1)
            )
            show_refusals(as_json=as_json)
            interrupted = _end_by_interrupt(server)
            shown = f"[{host}]" if ":" in host else host
            url = f"http://{shown}:{listener.getsockname()[1]}/"
            if as_json:
                write_json_note({"listening": url})
            else:
                write_note(f"listening on {url}")
            ending = asyncio.create_task(printer.stop_when_finished(server))
            await server.serve(sockets=[listener])
            ending.cancel()
    if printer.failed is not None:
        raise printer.failed
    if interrupted.is_set():
        raise KeyboardInterrupt


def _end_by_interrupt(server: Any) -> asyncio.Event:  # noqa: ANN401, a uvicorn.Server
    """Make Ctrl-C end only the server, so that the wallet is closed afterwards.

    uvicorn itself raises the signal again after it has ended, which would interrupt the closing.
    """
    interrupted = asyncio.Event()

    def handler(*_: object) -> None:
        interrupted.set()
        server.should_exit = True

    signal.signal(signal.SIGINT, handler)
    return interrupted


class _Printer:
    """Prints messages as they arrive, until `count` is reached or stdout is closed."""

    def __init__(self, count: int | None, *, as_json: bool) -> None:
        self._left = count
        self._as_json = as_json
        self._end = asyncio.Event()
        self.failed: OSError | None = None

    async def handle(self, received: Any) -> None:  # noqa: ANN401, an UnpackResult
        """Print one message."""
        if self._end.is_set():
            return
        try:
            self._print(received)
        except OSError as error:
            # the receiver would log the error and continue
            self.failed = error
            self._end.set()
            return
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self._end.set()

    def _print(self, received: Any) -> None:  # noqa: ANN401
        if self._as_json:
            write_json(facts(received))
            return
        import json  # noqa: PLC0415, for text alone

        body = json.dumps(received.message.as_dict().get("body", {}), ensure_ascii=False)
        write_line(f"{sender_line(received)}: {received.message.type} {body}")

    async def stop_when_finished(self, server: Any) -> None:  # noqa: ANN401, a uvicorn.Server
        """Stop the server once printing has ended."""
        await self._end.wait()
        server.should_exit = True
