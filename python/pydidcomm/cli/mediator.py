"""`pydidcomm mediator`: create, run and manage a mediator."""

import time
from pathlib import Path
from typing import Any

import rich_click as click

from pydidcomm.cli._config import require_absent, write_config
from pydidcomm.cli._mediator_application import application
from pydidcomm.cli._mediator_invite import invite
from pydidcomm.cli._mediator_parts import config_option, new_did, open_store, read_settings
from pydidcomm.cli._mediator_queue import parked, queue
from pydidcomm.cli._mediator_run import run
from pydidcomm.cli._mediator_v1 import v1
from pydidcomm.cli._options import argument, option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop

__all__ = ["application", "mediator"]

POSTGRES = (
    "Store the queue in PostgreSQL, not in a file. Other users can read the arguments of a process: put a "
    "URL with a password into PYDIDCOMM_MEDIATOR_STORE_URL."
)


@click.group()
def mediator() -> None:
    """Run a mediator, which queues messages for DIDs until they are picked up."""


mediator.add_command(run)
mediator.add_command(invite)
mediator.add_command(queue)
mediator.add_command(parked)
mediator.add_command(v1)


@mediator.command()
@option("--url", required=True, metavar="URL", help="The public URL, for instance https://m.example/.")
@option(
    "--wallet", is_flag=True, help="Store private keys in an encrypted wallet, not in a file of mode 0600."
)
@option("--postgres", metavar="URL", help=POSTGRES)
@config_option
@json_option
@in_event_loop
async def init(
    url: str,
    wallet: bool,  # noqa: FBT001, options
    postgres: str | None,
    config: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Create the DID of a mediator with the URL as endpoint, and write the configuration."""
    from pydidcomm.mediator.settings import Identity, SecretSettings, Settings, StoreSettings  # noqa: PLC0415

    require_absent(config)
    settings = Settings(
        folder=config.resolve().parent,  # noqa: ASYNC240
        mediator=Identity(base_url=url, did=""),
        store=StoreSettings(url=postgres or ""),
        secrets=SecretSettings(wallet="mediator.wallet" if wallet else ""),
    )
    did = await new_did(settings)
    settings = Settings(
        folder=settings.folder,
        mediator=Identity(base_url=url, did=did),
        store=settings.store,
        secrets=settings.secrets,
    )
    write_config(config, settings)
    if as_json:
        write_json({"did": did, "base_url": url, "config": str(config)})
        return
    write_line(did)
    write_note(f"wrote {config}: `pydidcomm mediator run` starts the mediator")


@mediator.command()
@config_option
@json_option
@in_event_loop
async def status(config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Show the number of recipients, and the messages in all queues."""
    store = await open_store(read_settings(config))
    try:
        found = await store.overview()
        leaving = await store.departures.load()
    finally:
        await store.aclose()
    values: dict[str, Any] = {
        "recipients": found.recipients,
        "routes": found.routes,
        "messages": found.messages,
        "bytes": found.bytes,
        "oldest_seconds": None if found.oldest is None else max(0, int(time.time() - found.oldest)),
        "unacknowledged": found.unacknowledged,
        "parked": found.parked,
        "parked_bytes": found.parked_bytes,
        "onward": leaving[0],
        "onward_bytes": leaving[1],
    }
    if as_json:
        write_json(values)
        return
    for name, value in values.items():
        write_line(f"{name:16} {'-' if value is None else value}")


@mediator.command()
@config_option
@json_option
@in_event_loop
async def rotate(config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Create a new DID; the current one keeps working until it is removed from `previous_dids`."""
    settings = read_settings(config)
    did = await new_did(settings)
    write_config(config, settings.with_did(did))
    if as_json:
        write_json({"did": did, "previous_did": settings.mediator.did})
        return
    write_line(did)
    write_note("restart the mediator; recipients get the new DID with their next grant")


@mediator.command()
@argument("target", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@json_option
@in_event_loop
async def backup(target: Path, config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Write a consistent copy of the queue into a new file, while the mediator runs. SQLite only."""
    from pydidcomm.mediator import SqliteMediatorStore  # noqa: PLC0415

    store = await open_store(read_settings(config))
    try:
        if not isinstance(store, SqliteMediatorStore):
            message = "the queue is in PostgreSQL: use pg_dump"
            raise click.UsageError(message)
        await store.backup(target)
        found = await store.overview()
    finally:
        await store.aclose()
    if as_json:
        size = target.stat().st_size  # noqa: ASYNC240, nothing else runs
        write_json({"file": str(target), "bytes": size, "messages": found.messages})
