"""Onward delivery of a mediator, from the section `[onward]` of its configuration."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import rich_click as click

if TYPE_CHECKING:
    from pydidcomm.mediator import Onward
    from pydidcomm.mediator.settings import Settings

__all__ = ["open_onward"]


_SECONDS: Final = 20.0
"""Timeout of one request, in seconds: several endpoints fit into an attempt of the relay."""


@asynccontextmanager
async def open_onward(settings: "Settings") -> AsyncGenerator["Onward | None"]:
    """Return the options of onward delivery for the block; None if it is off.

    Raises:
        UsageError: A key of `[onward]` is wrong.
    """
    from pydidcomm.mediator import Onward, OutgoingLimits  # noqa: PLC0415, not for --help
    from pydidcomm.transports.http import HttpTransport  # noqa: PLC0415

    one = settings.onward
    if one.mode not in {"off", "list", "any"}:
        message = f'[onward] `mode` must be "off", "list" or "any", got {one.mode!r}'
        raise click.UsageError(message)
    if (one.mode == "list") != bool(one.hosts):
        message = '[onward] `hosts` must list hosts if `mode` is "list", and must be empty otherwise'
        raise click.UsageError(message)
    if one.mode == "off":
        yield None
        return
    try:
        limits = OutgoingLimits(
            messages=one.messages, bytes=one.bytes, per_next=one.per_next, age=one.age, delay=one.delay
        )
        # one round: further attempts are made from the queue, also after a restart
        sender = HttpTransport(rounds=1, timeout=_SECONDS, allow=one.networks)
        hosts = one.hosts if one.mode == "list" else None
        onward = Onward(sender=sender, hosts=hosts, schemes=one.schemes, rewrap=one.rewrap, limits=limits)
    except ValueError as error:
        message = f"[onward] {error}"
        raise click.UsageError(message) from None
    async with sender:
        yield onward
