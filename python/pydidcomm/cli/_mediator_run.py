"""`pydidcomm mediator run`: serve a mediator until a signal."""

import asyncio
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from pydidcomm.cli._mediator_onward import open_onward
from pydidcomm.cli._mediator_parts import config_option, open_party, open_store, read_settings
from pydidcomm.cli._output import write_note
from pydidcomm.cli._run import in_server_loop

if TYPE_CHECKING:
    from pydidcomm import DIDCommMessaging
    from pydidcomm.mediator import Admission, MediatorServer, MediatorStore
    from pydidcomm.mediator.settings import Settings


@click.command()
@config_option
@in_server_loop
async def run(config: Path) -> None:
    """Serve until SIGTERM or Ctrl-C: then sockets are closed with 1012 and what was accepted is finished."""
    import uvicorn  # noqa: PLC0415, the extra `server`

    from pydidcomm.mediator import Mediator, MediatorServer, RateLimit  # noqa: PLC0415, not for --help
    from pydidcomm.mediator.metrics import PrometheusMetrics  # noqa: PLC0415
    from pydidcomm.transports.http import HttpTransport  # noqa: PLC0415

    settings = read_settings(config)
    # failures of the store; refused messages are in the metrics
    logging.getLogger("pydidcomm.mediator").addHandler(logging.StreamHandler())
    one = settings.server
    async with open_party(settings) as party, HttpTransport() as sender, open_onward(settings) as onward:
        await _require_keys(party, settings.mediator.did)
        store = await open_store(settings)
        served = MediatorServer(
            Mediator(
                party,
                settings.mediator.did,
                store,
                base_url=settings.mediator.base_url,
                admission=_admission(settings, store),
                limits=settings.limits,
                metrics=PrometheusMetrics(),
                previous_dids=settings.mediator.previous_dids,
                reply_when_unreachable=one.reply_when_unreachable,
                reveal_unknown=one.reveal_unknown,
                sender=sender,
                onward=onward,
            ),
            max_bytes=one.max_bytes,
            max_concurrency=one.max_concurrency,
            max_sockets=one.max_sockets,
            rate=RateLimit(float(one.messages_per_second), one.burst),
            trusted_proxies=one.trusted_proxies,
            cors_origin=one.cors_origin or None,
            frames=one.frames,
        )
        server = uvicorn.Server(
            uvicorn.Config(
                served,
                host=one.host,
                port=one.port,
                log_level="warning",
                ws_max_size=one.max_bytes + 1,
                # the application reads the header of trusted proxies itself
                proxy_headers=False,
                timeout_graceful_shutdown=20,
            )
        )
        write_note(f"serving {settings.mediator.base_url} on http://{one.host}:{one.port}/")
        # uvicorn waits for its connections before it ends the lifespan, so sockets are closed before
        draining = asyncio.create_task(_drained(server, served))
        # uvicorn ends in order, restores the handler that it found, and raises the signal once more
        signal.signal(signal.SIGTERM, _ended)
        await server.serve()
        draining.cancel()


async def _require_keys(party: "DIDCommMessaging", did: str) -> None:
    """Refuse to run where no message could be opened."""
    from pydidcomm import Message  # noqa: PLC0415
    from pydidcomm.errors import NotFoundError  # noqa: PLC0415

    probe = Message(type="https://didcomm.org/empty/1.0/empty")
    try:
        packed = await party.pack(probe, to=did, anonymous=True)
        await party.unpack(packed.text)
    except NotFoundError:
        message = (
            f"the secrets have no key of the DID in the configuration, {did[:60]}...: name the file or the "
            "wallet that `pydidcomm mediator init` made in [secrets]"
        )
        raise click.UsageError(message) from None


def _ended(number: int, frame: object) -> None:
    """Lets the command return where uvicorn has ended."""


async def _drained(server: Any, served: "MediatorServer") -> None:  # noqa: ANN401, of uvicorn
    while not server.should_exit:  # noqa: ASYNC110, a flag of uvicorn
        await asyncio.sleep(0.05)
    served.drain()


def _admission(settings: "Settings", store: "MediatorStore") -> "Admission":
    from pydidcomm.mediator import AllowList, Closed, InvitedOnly, Open  # noqa: PLC0415

    match settings.admission.mode:
        case "open":
            return Open()
        case "closed":
            return Closed()
        case "list":
            return AllowList(settings.admission.dids, settings.admission.invitations)
        case "token":
            return InvitedOnly(store.invitations)
        case other:
            message = f'[admission] `mode` must be "open", "closed", "list" or "token", got {other!r}'
            raise click.UsageError(message)
