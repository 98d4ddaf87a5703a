"""`pydidcomm mediator queue` and `parked`: inspect queues, and manage parked messages."""

import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from pydidcomm.cli._mediator_parts import config_option, open_store, read_settings
from pydidcomm.cli._options import DID, argument, option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop

if TYPE_CHECKING:
    from pydidcomm.mediator import MediatorStore, Undelivered

__all__ = ["parked", "queue"]


_MOST: Final = 1_000
"""Messages per list and per command, the default limit of a queue."""

_NUMBERS: Final = click.IntRange(1, 2**63 - 1)


@click.command()
@option("--limit", type=click.IntRange(1, _MOST), default=20, show_default=True, help="Maximum lines.")
@option("--of", "did", type=DID, metavar="DID", help="List the unacknowledged messages of a recipient.")
@config_option
@json_option
@in_event_loop
async def queue(limit: int, did: str | None, config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """List the longest queues, or with --of the unacknowledged messages of one.

    Each line has the number of messages, their bytes, the number of messages that were delivered without an
    acknowledgment, the maximum number of deliveries of one message, the number of parked messages, and the
    DID of the recipient.
    """
    async with _store(config) as store:
        if did is not None:
            _list(await store.parked.delivered(limit, did=did), as_json=as_json)
            return
        rows = await store.longest(limit)
    for row in rows:
        if as_json:
            write_json(asdict(row))
        else:
            waiting = f"{row.messages:8} {row.bytes:12} {row.unacknowledged:8}"
            write_line(f"{waiting} {row.deliveries:6} {row.parked:8}  {row.did}")


@click.group()
def parked() -> None:
    """Manage parked messages, which are not in a queue, and are deleted when they expire."""


@parked.command("list")
@option("--limit", type=click.IntRange(1, _MOST), default=100, show_default=True, help="Maximum messages.")
@option("--of", "did", type=DID, metavar="DID", help="Only messages of this recipient.")
@config_option
@json_option
@in_event_loop
async def list_parked(limit: int, did: str | None, config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """List parked messages: number, deliveries, bytes, hours until they expire, recipient."""
    async with _store(config) as store:
        _list(await store.parked.messages(limit, did=did), as_json=as_json)


@parked.command()
@argument("numbers", nargs=-1, type=_NUMBERS)
@option("--deliveries", type=click.IntRange(1), help="Park messages with at least this many deliveries.")
@option("--of", "did", type=DID, metavar="DID", help="Only messages of this recipient.")
@config_option
@json_option
@in_event_loop
async def add(
    numbers: tuple[int, ...],
    deliveries: int | None,
    did: str | None,
    config: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Park messages, by their NUMBERS in `queue --of` or by --deliveries."""
    if bool(numbers) == (deliveries is not None) or (numbers and did is not None):
        message = "give the NUMBERS of messages, or --deliveries with or without --of"
        raise click.UsageError(message)
    async with _store(config) as store:
        if deliveries is not None:
            found = await store.parked.delivered(_MOST, did=did)
            numbers = tuple(each.number for each in found if each.deliveries >= deliveries)
        _report("parked", await store.parked.park(numbers, time.time()), as_json=as_json)


def _parked_command(function: Callable[..., Coroutine[Any, Any, None]]) -> click.Command:
    """Return the command of a function for parked messages, chosen by numbers or by recipient."""
    of_recipient = option("--of", "did", type=DID, metavar="DID", help="All messages of this recipient.")
    numbered = argument("numbers", nargs=-1, type=_NUMBERS)
    return parked.command()(numbered(of_recipient(config_option(json_option(in_event_loop(function))))))


@_parked_command
async def restore(numbers: tuple[int, ...], did: str | None, config: Path, as_json: bool) -> None:  # noqa: FBT001
    """Put parked messages at the end of their queues, by their NUMBERS or by recipient."""
    async with _store(config) as store:
        chosen = await _choose(store, numbers, did)
        _report("restored", await store.parked.restore(chosen), as_json=as_json)


@_parked_command
async def delete(numbers: tuple[int, ...], did: str | None, config: Path, as_json: bool) -> None:  # noqa: FBT001
    """Delete parked messages, by their NUMBERS or by recipient."""
    async with _store(config) as store:
        chosen = await _choose(store, numbers, did)
        _report("deleted", await store.parked.delete(chosen), as_json=as_json)


@asynccontextmanager
async def _store(config: Path) -> AsyncGenerator["MediatorStore"]:
    store: MediatorStore = await open_store(read_settings(config))
    try:
        yield store
    finally:
        await store.aclose()


async def _choose(store: "MediatorStore", numbers: tuple[int, ...], did: str | None) -> tuple[int, ...]:
    if bool(numbers) == (did is not None):
        message = "give the NUMBERS of messages, or --of for all messages of a recipient"
        raise click.UsageError(message)
    if did is None:
        return numbers
    return tuple(each.number for each in await store.parked.messages(_MOST, did=did))


def _report(what: str, count: int, *, as_json: bool) -> None:
    if as_json:
        write_json({what: count})
    else:
        write_note(f"{what}: {count}")


def _list(found: list["Undelivered"], *, as_json: bool) -> None:
    now = time.time()
    for each in found:
        if as_json:
            write_json(asdict(each))
            continue
        hours = max(0, int((each.expires - now) / 3_600))
        write_line(f"{each.number:12} {each.deliveries:6} {each.bytes:12} {hours:5} h  {each.did}")
