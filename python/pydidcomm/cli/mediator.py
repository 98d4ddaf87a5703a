"""`pydidcomm mediator`: make, run and look after a mediator."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from pydidcomm.cli._options import argument, option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop, in_server_loop
from pydidcomm.cli._wallet import opened

if TYPE_CHECKING:
    from pydidcomm import DIDCommMessaging
    from pydidcomm.mediator import MediatorServer
    from pydidcomm.mediator.settings import Settings

__all__ = ["mediator"]

POSTGRES = (
    "Keep the queue in PostgreSQL, not in a file. Other users of the machine see arguments: a URL with a "
    "password belongs into PYDIDCOMM_MEDIATOR_STORE_URL."
)

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add `--config`, which the command gets as `config`."""
    return option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="PYDIDCOMM_MEDIATOR_CONFIG",
        default=Path("mediator.toml"),
        show_default=True,
        help="The configuration in TOML.",
    )(command)


@click.group()
def mediator() -> None:
    """Run a mediator: it keeps messages for DIDs until they are picked up."""


@mediator.command()
@option("--url", required=True, metavar="URL", help="The public URL, for instance https://m.example/.")
@option("--wallet", is_flag=True, help="Keep the secrets in an encrypted wallet, not in a file of mode 0600.")
@option("--postgres", metavar="URL", help=POSTGRES)
@config_option
@in_event_loop
async def init(url: str, wallet: bool, postgres: str | None, config: Path) -> None:  # noqa: FBT001, options
    """Make a DID with the URL as its endpoint, and write the configuration."""
    from pydidcomm.mediator.settings import Identity, SecretSettings, Settings, StoreSettings  # noqa: PLC0415

    if config.exists():  # noqa: ASYNC240, nothing else runs
        message = f"{config} exists: remove it, or name another file with --config"
        raise click.UsageError(message)
    settings = Settings(
        folder=config.resolve().parent,  # noqa: ASYNC240
        mediator=Identity(base_url=url, did=""),
        store=StoreSettings(url=postgres or ""),
        secrets=SecretSettings(wallet="mediator.wallet" if wallet else ""),
    )
    did = await _new_did(settings)
    settings = Settings(
        folder=settings.folder,
        mediator=Identity(base_url=url, did=did),
        store=settings.store,
        secrets=settings.secrets,
    )
    _write(config, settings)
    write_line(did)
    write_note(f"wrote {config}: `pydidcomm mediator run` starts the mediator")


@mediator.command()
@config_option
@in_server_loop
async def run(config: Path) -> None:
    """Serve until SIGTERM or Ctrl-C: then sockets are closed with 1012 and what was accepted is finished."""
    import uvicorn  # noqa: PLC0415, the extra `server`

    from pydidcomm.mediator import Mediator, MediatorServer, RateLimit  # noqa: PLC0415, not for --help
    from pydidcomm.mediator.metrics import PrometheusMetrics  # noqa: PLC0415
    from pydidcomm.transports.http import HttpTransport  # noqa: PLC0415

    settings = _settings(config)
    # failures of the store; refused messages are in the metrics
    logging.getLogger("pydidcomm.mediator").addHandler(logging.StreamHandler())
    one = settings.server
    async with _party(settings) as party, HttpTransport() as sender:
        await _require_keys(party, settings.mediator.did)
        served = MediatorServer(
            Mediator(
                party,
                settings.mediator.did,
                await _store(settings),
                base_url=settings.mediator.base_url,
                admission=_admission(settings),
                limits=settings.limits,
                metrics=PrometheusMetrics(),
                previous_dids=settings.mediator.previous_dids,
                reply_when_unreachable=one.reply_when_unreachable,
                reveal_unknown=one.reveal_unknown,
                sender=sender,
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


@mediator.command()
@config_option
@json_option
@in_event_loop
async def status(config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Show how many recipients there are, and how much waits for them."""
    store = await _store(_settings(config))
    try:
        found = await store.overview()
    finally:
        await store.aclose()
    values: dict[str, Any] = {
        "recipients": found.recipients,
        "routes": found.routes,
        "messages": found.messages,
        "bytes": found.bytes,
        "oldest_seconds": None if found.oldest is None else max(0, int(time.time() - found.oldest)),
        "unacknowledged": found.unacknowledged,
    }
    if as_json:
        write_json(values)
        return
    for name, value in values.items():
        write_line(f"{name:16} {'-' if value is None else value}")


@mediator.command()
@option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="The most recipients.")
@config_option
@json_option
@in_event_loop
async def queue(limit: int, config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """List the longest queues, with the most deliveries of a message that was not acknowledged."""
    store = await _store(_settings(config))
    try:
        rows = await store.longest(limit)
    finally:
        await store.aclose()
    for row in rows:
        if as_json:
            write_json(asdict(row))
        else:
            write_line(f"{row.messages:8} {row.bytes:12} {row.deliveries:6}  {row.did}")


@mediator.command()
@config_option
@json_option
def invite(config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Show the invitation as a URL and a QR code."""
    from pydidcomm.invitations import Invitation  # noqa: PLC0415

    settings = _settings(config)
    made = Invitation.to(
        settings.mediator.did,
        settings.mediator.base_url,
        goal_code="request-mediate",
        goal="Mediate messages",
    )
    if as_json:
        write_json({"url": made.url})
        return
    write_line(made.url)
    for line in (made.qr().text() or "").splitlines():
        write_note(line)


@mediator.command()
@config_option
@in_event_loop
async def rotate(config: Path) -> None:
    """Make a new DID; the present one is answered as before until it is removed from `previous_dids`."""
    settings = _settings(config)
    did = await _new_did(settings)
    _write(config, settings.with_did(did))
    write_line(did)
    write_note("restart the mediator; recipients have the new DID from their next grant")


@mediator.command()
@argument("target", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@in_event_loop
async def backup(target: Path, config: Path) -> None:
    """Write a consistent copy of the queue into a new file, while the mediator runs. SQLite only."""
    from pydidcomm.mediator import SqliteMediatorStore  # noqa: PLC0415

    store = await _store(_settings(config))
    try:
        if not isinstance(store, SqliteMediatorStore):
            message = "the queue is in PostgreSQL: use pg_dump"
            raise click.UsageError(message)
        await store.backup(target)
    finally:
        await store.aclose()


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


def _settings(config: Path) -> "Settings":
    from pydidcomm.mediator.settings import Settings  # noqa: PLC0415

    try:
        return Settings.read(config, os.environ)
    except FileNotFoundError:
        message = f"there is no {config}: `pydidcomm mediator init` writes it"
        raise click.UsageError(message) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _write(config: Path, settings: "Settings") -> None:
    text = settings.text()
    new = config.with_name(f"{config.name}.new")
    # the URL of PostgreSQL may have a password
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(config)


@asynccontextmanager
async def _party(settings: "Settings", *, create: bool = False) -> AsyncGenerator["DIDCommMessaging"]:
    from pydidcomm import DIDCommMessaging  # noqa: PLC0415
    from pydidcomm.cli._resolvers import local_and, network  # noqa: PLC0415
    from pydidcomm.mediator.key_file import KeyFile  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        if settings.secrets.wallet:
            wallet = settings.located(settings.secrets.wallet)
            secrets: Any = await stack.enter_async_context(opened(wallet, create=create))
            resolver: Any = secrets.did_resolver(network(allow_private=False))
        else:
            file = KeyFile(settings.located(settings.secrets.path))
            # the keys are added by commands, and found by the running mediator without a call into Python
            secrets = file if create else file.in_memory
            resolver = local_and(network(allow_private=False))
        yield await stack.enter_async_context(DIDCommMessaging(secrets=secrets, resolver=resolver))


async def _new_did(settings: "Settings") -> str:
    http = settings.mediator.base_url
    socket = http.replace("http", "ws", 1)
    services = [
        {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri, "accept": ["didcomm/v2"]}}
        for uri in (http, socket)
    ]
    async with _party(settings, create=True) as party:
        return await party.create_peer_did(services=services)


async def _store(settings: "Settings") -> Any:  # noqa: ANN401, one of two stores
    if settings.store.url:
        from pydidcomm.mediator.postgres import PostgresMediatorStore  # noqa: PLC0415

        return await PostgresMediatorStore.open(settings.store.url, limits=settings.limits)
    from pydidcomm.mediator import SqliteMediatorStore  # noqa: PLC0415

    return SqliteMediatorStore(settings.located(settings.store.path), limits=settings.limits)


def _admission(settings: "Settings") -> Any:  # noqa: ANN401, an Admission
    from pydidcomm.mediator import AllowList, Closed, Open  # noqa: PLC0415

    match settings.admission.mode:
        case "open":
            return Open()
        case "closed":
            return Closed()
        case "list":
            return AllowList(settings.admission.dids, settings.admission.invitations)
        case other:
            message = f'[admission] `mode` must be "open", "closed" or "list", got {other!r}'
            raise click.UsageError(message)
