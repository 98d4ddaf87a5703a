"""`pydidcomm agent`: create and run an agent."""

import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Final

import rich_click as click

from pydidcomm.cli._config import config_option_of, read_config, require_absent, write_config
from pydidcomm.cli._options import DID, option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._passphrase import passphrase
from pydidcomm.cli._run import in_event_loop, in_server_loop
from pydidcomm.cli._wallet import TIMEOUT_SECONDS, check_file
from pydidcomm.secrets.errors import SecretsLockedError

if TYPE_CHECKING:
    from pydidcomm.agent import Agent, Router
    from pydidcomm.agent.settings import Settings
    from pydidcomm.stores.askar import AskarStore

__all__ = ["agent"]

CONFIG: Final = config_option_of("agent")

POSTGRES: Final = (
    "Store the state in PostgreSQL, not in a file. Other users can read the arguments of a process: put a "
    "URL with a password into PYDIDCOMM_AGENT_STORE_URL."
)


@click.group()
def agent() -> None:
    """Run an agent, which answers messages by its protocols and by your handlers."""


@agent.command()
@option("--listen", metavar="URL", help="The URL to serve, for instance http://127.0.0.1:8040/didcomm.")
@option(
    "--endpoint", metavar="URL", default="", help="The URL at which peers reach it, if other than --listen."
)
@option("--mediator", metavar="DID", type=DID, help="The mediator that receives for the agent.")
@option("--label", default="", help="The name of the agent for peers.")
@option("--router", "routers", multiple=True, metavar="MODULE:NAME", help="A router with your handlers.")
@option("--postgres", metavar="URL", default="", help=POSTGRES)
@CONFIG
@in_event_loop
async def init(  # noqa: PLR0913, PLR0917, an argument an option
    listen: str | None,
    endpoint: str,
    mediator: str | None,
    label: str,
    routers: tuple[str, ...],
    postgres: str,
    config: Path,
) -> None:
    """Create the encrypted store of an agent, and write its configuration."""
    from pydidcomm.agent.settings import (  # noqa: PLC0415, not for --help
        LISTEN,
        AgentSettings,
        ServerSettings,
        Settings,
        StoreSettings,
    )

    require_absent(config)
    here = "" if mediator else LISTEN
    settings = Settings(
        folder=config.resolve().parent,  # noqa: ASYNC240, nothing else runs
        agent=AgentSettings(label=label, mediator=mediator or "", routers=routers),
        store=StoreSettings(url=postgres),
        server=ServerSettings(listen=here if listen is None else listen, endpoint=endpoint),
    )
    # raises if the extra `cli` is missing, before anything is created
    settings.text()
    async with _open_store(settings, create=True):
        write_config(config, settings)
    write_note(f"wrote {config}: `pydidcomm agent run` starts the agent")


@agent.command()
@CONFIG
@json_option
@in_server_loop
async def run(config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Serve until SIGTERM or Ctrl-C; print the DID and an invitation for any number of peers."""
    import anyio  # noqa: PLC0415, the extra `agent`

    from pydidcomm.agent import Agent  # noqa: PLC0415, not for --help
    from pydidcomm.agent.settings import Settings  # noqa: PLC0415
    from pydidcomm.cli._logs import AGENT, show_refusals  # noqa: PLC0415
    from pydidcomm.cli._resolvers import network  # noqa: PLC0415

    settings = read_config(Settings.read, config, "agent")
    routers = [_router(reference, settings.folder) for reference in settings.agent.routers]
    show_refusals(as_json=as_json, levels=AGENT)
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with _open_store(settings, create=False) as store:
            one = Agent(
                store,
                listen=settings.server.listen or None,
                endpoint=settings.server.endpoint or None,
                protocols=settings.protocols(),
                resolver=store.secrets.did_resolver(
                    network(allow_private=bool(settings.server.allow), serving=True)
                ),
                allow=settings.server.allow,
                accept_any_type=settings.server.accept_any_type,
                accept_profiles=settings.server.accept_profiles,
                worker=settings.agent.worker or None,
            )
            for router in routers:
                one.include(router)
            async with one:
                if settings.agent.mediator not in {"", *one.mediators}:
                    await one.mediate(settings.agent.mediator)
                await _show(one, settings, as_json=as_json)
                number = await anext(aiter(signals))
    if number == signal.SIGINT:
        raise KeyboardInterrupt


@asynccontextmanager
async def _open_store(settings: "Settings", *, create: bool) -> AsyncGenerator["AskarStore"]:
    """Open the store of the agent while the block runs.

    Raises:
        SecretsLockedError: The passphrase is wrong, or cannot be read.
        SecretsUnavailableError: The path is not an SQLite database.
        StoreUnavailableError: The store cannot be opened.
        UsageError: The file does not exist, or with `create` exists already.
    """
    from pydidcomm.stores.askar import AskarStore  # noqa: PLC0415, the extra `askar`

    location = settings.location()
    # a URL may contain a password, so it is not shown
    shown = settings.folder / "postgres" if settings.store.url else Path(location)
    if not settings.store.url and shown.exists() == create:
        message = (
            f"{shown} exists: remove it, or name another file in [store]"
            if create
            else f"{shown} does not exist: `pydidcomm agent init` creates it"
        )
        raise click.UsageError(message)
    if not settings.store.url and not create:
        check_file(shown, "store")
    words = passphrase(shown, new=create)
    try:
        async with AskarStore.open(
            location, passphrase=words, create=create, timeout=TIMEOUT_SECONDS
        ) as store:
            yield store
    except SecretsLockedError as error:
        message = f"the passphrase does not open {shown}"
        raise SecretsLockedError(message) from error


def _router(reference: str, folder: Path) -> "Router":
    """Import the router of a reference `module:name`."""
    from pydidcomm.agent import Router  # noqa: PLC0415, the extra `agent`

    module, _, name = reference.partition(":")
    # modules in the folder can be imported, as with `python -m`
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found = getattr(import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        message = f"[agent] `routers`: {reference} cannot be imported: {error}"
        raise click.UsageError(message) from error
    if not isinstance(found, Router) and callable(found):
        try:
            signature(found).bind()
        except (TypeError, ValueError) as error:
            message = (
                f"[agent] `routers`: {reference} must be a Router, or a function without arguments: {error}"
            )
            raise click.UsageError(message) from error
        found = found()
    if not isinstance(found, Router):
        message = (
            f"[agent] `routers`: {reference} must be a Router, or a function that returns one, got "
            f"{type(found).__name__}"
        )
        raise click.UsageError(message)
    return found


async def _show(one: "Agent", settings: "Settings", *, as_json: bool) -> None:
    # a DID keeps its endpoint, so there is one DID for each endpoint
    place = settings.agent.mediator or one.endpoint or ""
    did = await one.did(place)
    label = settings.agent.label
    # likewise one invitation for each endpoint
    invitation = await one.invite(
        goal=settings.invitation.goal or (f"Talk to {label}" if label else None),
        goal_code=settings.invitation.goal_code or None,
        uses=None,
        name=place,
    )
    url = invitation.url
    if as_json:
        write_json({"did": did, "invitation": url, "endpoint": one.endpoint})
        return
    write_line(did)
    write_line(url)
    write_note(f"serving {one.endpoint}" if one.endpoint else f"served by {settings.agent.mediator}")
