"""The ASGI application of a configured mediator, for `pydidcomm mediator run` and for other servers."""

import gc
import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from pydidcomm.cli._mediator_onward import open_onward
from pydidcomm.cli._mediator_parts import open_party, open_store, read_settings
from pydidcomm.cli._mediator_v1 import require_verkey

if TYPE_CHECKING:
    from pydidcomm import DIDCommMessaging
    from pydidcomm.mediator import Admission, MediatorServer, MediatorStore
    from pydidcomm.mediator.settings import Settings

__all__ = ["application", "open_server"]

OBJECTS: Final = 10_000
"""Allocations between two garbage collections: more than those of the messages in work."""


_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Application:
    """Opens secrets and store in the lifespan of its server, and serves the mediator."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._served: MediatorServer | None = None

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Serve one request, one WebSocket, or the lifespan of the server."""
        if scope["type"] != "lifespan":
            if self._served is None:
                message = "the mediator is not started: use an ASGI server that runs the lifespan"
                raise RuntimeError(message)
            await self._served(scope, receive, send)
            return
        try:
            async with open_server(self._settings) as self._served:
                await self._served(scope, receive, send)
        except click.ClickException as error:
            # the server prints this text, and exits
            await send({"type": "lifespan.startup.failed", "message": error.format_message()})


def application() -> _Application:
    """Return the mediator of the file in `PYDIDCOMM_MEDIATOR_CONFIG`, by default `mediator.toml`."""
    return _Application(read_settings(Path(os.environ.get("PYDIDCOMM_MEDIATOR_CONFIG", "mediator.toml"))))


@asynccontextmanager
async def open_server(settings: "Settings") -> AsyncGenerator["MediatorServer"]:
    """Return the server of a configured mediator, with its secrets, store and transports open."""
    from pydidcomm.mediator import Mediator, MediatorServer, RateLimit  # noqa: PLC0415, not for --help
    from pydidcomm.mediator.metrics import PrometheusMetrics  # noqa: PLC0415
    from pydidcomm.transports.http import HttpTransport  # noqa: PLC0415

    # logs failures of the store; refused messages are in the metrics
    logging.getLogger("pydidcomm.mediator").addHandler(logging.StreamHandler())
    one = settings.server
    async with open_party(settings) as party, HttpTransport() as sender, open_onward(settings) as onward:
        await _require_keys(party, settings.mediator.did)
        await require_verkey(party, settings.mediator.verkey)
        admission = _admission(settings)
        store = await open_store(settings)
        served = MediatorServer(
            Mediator(
                party,
                settings.mediator.did,
                store,
                base_url=settings.mediator.base_url,
                admission=admission(store),
                limits=settings.limits,
                metrics=PrometheusMetrics(),
                previous_dids=settings.mediator.previous_dids,
                reply_when_unreachable=one.reply_when_unreachable,
                reveal_unknown=one.reveal_unknown,
                json_attachments=one.attachments == "json",
                accept_profiles=one.accept_profiles,
                sender=sender,
                onward=onward,
                verkey=settings.mediator.verkey or None,
            ),
            max_bytes=one.max_bytes,
            max_concurrency=one.max_concurrency,
            max_sockets=one.max_sockets,
            rate=RateLimit(float(one.messages_per_second), one.burst),
            trusted_proxies=one.trusted_proxies,
            cors_origin=one.cors_origin or None,
            frames=one.frames,
            accept_any_type=one.accept_any_type,
        )
        with _rare_collections():
            yield served


@contextmanager
def _rare_collections() -> Generator[None]:
    """Collect garbage rarely: messages leave no cycles, and collections take 5 % of the time of a forward."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _require_keys(party: "DIDCommMessaging", did: str) -> None:
    """Raise an error if the private keys of the DID are missing.

    Raises:
        UsageError: The secrets lack a key of the DID.
    """
    from pydidcomm import Message  # noqa: PLC0415
    from pydidcomm.errors import NotFoundError  # noqa: PLC0415

    probe = Message(type="https://didcomm.org/empty/1.0/empty")
    try:
        packed = await party.pack(probe, to=did, anonymous=True)
        await party.unpack(packed.text)
    except NotFoundError:
        message = (
            f"the secrets have no private key of the DID in the configuration, {did[:60]}...: set [secrets] "
            "to the file or the wallet that `pydidcomm mediator init` created"
        )
        raise click.UsageError(message) from None


def _admission(settings: "Settings") -> "Callable[[MediatorStore], Admission]":
    """Return a function that creates the admission policy, given the store."""
    from pydidcomm.mediator import AllowList, Closed, InvitedOnly, Open  # noqa: PLC0415

    match settings.admission.mode:
        case "open":
            return lambda _: Open()
        case "closed":
            return lambda _: Closed()
        case "list":
            return lambda _: AllowList(settings.admission.dids, settings.admission.invitations)
        case "token":
            return lambda store: InvitedOnly(store.invitations)
        case other:
            message = f'[admission] `mode` must be "open", "closed", "list" or "token", got {other!r}'
            raise click.UsageError(message)
