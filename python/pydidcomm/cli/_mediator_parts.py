"""The configuration, secrets, store and DIDs that the commands of a mediator share."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydidcomm.cli._config import config_option_of, read_config
from pydidcomm.cli._wallet import open_wallet

if TYPE_CHECKING:
    from pydidcomm import DIDCommMessaging
    from pydidcomm.mediator.settings import Settings

__all__ = ["config_option", "new_did", "open_party", "open_store", "read_settings"]


config_option: Final = config_option_of("mediator")
"""Adds `--config`, passed to the command as `config`."""


def read_settings(config: Path) -> "Settings":
    """Read the settings from a file and the environment.

    Raises:
        UsageError: The file does not exist, or a section or key is wrong.
    """
    from pydidcomm.mediator.settings import Settings  # noqa: PLC0415

    return read_config(Settings.read, config, "mediator")


@asynccontextmanager
async def open_party(settings: "Settings", *, create: bool = False) -> AsyncGenerator["DIDCommMessaging"]:
    """Return a party with the secrets of the mediator for the block; `create` allows to add keys."""
    from pydidcomm import DIDCommMessaging  # noqa: PLC0415
    from pydidcomm.cli._resolvers import local_and, network  # noqa: PLC0415
    from pydidcomm.mediator.key_file import KeyFile  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        if settings.secrets.wallet:
            wallet = settings.located(settings.secrets.wallet)
            secrets: Any = await stack.enter_async_context(open_wallet(wallet, create=create))
            resolver: Any = secrets.did_resolver(network(allow_private=False, serving=True))
        else:
            file = KeyFile(settings.located(settings.secrets.path))
            # only commands add keys; the running mediator finds keys in memory without a call into Python
            secrets = file if create else file.in_memory
            resolver = local_and(network(allow_private=False, serving=True))
        yield await stack.enter_async_context(DIDCommMessaging(secrets=secrets, resolver=resolver))


async def new_did(settings: "Settings") -> str:
    """Create a DID whose endpoints are the HTTP and WebSocket URLs of the mediator."""
    http = settings.mediator.base_url
    socket = http.replace("http", "ws", 1)
    services = [
        {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri, "accept": ["didcomm/v2"]}}
        for uri in (http, socket)
    ]
    async with open_party(settings, create=True) as party:
        return await party.create_peer_did(services=services)


async def open_store(settings: "Settings") -> Any:  # noqa: ANN401, one of two stores
    """Open the store of grants, routes and envelopes."""
    if settings.store.url:
        from pydidcomm.mediator.postgres import PostgresMediatorStore  # noqa: PLC0415

        return await PostgresMediatorStore.open(settings.store.url, limits=settings.limits)
    from pydidcomm.mediator import SqliteMediatorStore  # noqa: PLC0415

    return SqliteMediatorStore(settings.located(settings.store.path), limits=settings.limits)
