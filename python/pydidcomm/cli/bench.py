"""`pydidcomm bench`: measure packing and unpacking on this machine."""

import time
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from pydidcomm.cli._options import option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["bench"]

CURVES: Final = ("X25519", "P-256", "P-384", "P-521")

MOST_SECONDS: Final = 60.0
"""The longest measurement, in seconds."""


@click.command()
@option("--seconds", type=click.FloatRange(0.01, MOST_SECONDS), default=0.5, show_default=True)
@option("--size", type=click.IntRange(0, 10_000_000), default=1000, show_default=True, help="Text, in bytes.")
@json_option
@in_event_loop
async def bench(seconds: float, size: int, as_json: bool) -> None:  # noqa: FBT001, an option
    """Measure packing and unpacking in microseconds per message, for --seconds each, with keys in memory."""
    from pydidcomm import DIDCommMessaging, Message  # noqa: PLC0415, not for --help

    for curve in CURVES:
        one = DIDCommMessaging()
        frm = await one.create_peer_did(agreement_curves=[curve])
        to = await one.create_peer_did(agreement_curves=[curve])
        message = Message(type="https://example.org/bench/1.0/text", body={"text": "x" * size})
        for mode in ("authcrypt", "anoncrypt"):
            sender = frm if mode == "authcrypt" else None
            packed = await one.pack(message, to=to, frm=sender)
            took = {
                "pack": await _measure(lambda: one.pack(message, to=to, frm=sender), seconds),  # noqa: B023
                "unpack": await _measure(lambda: one.unpack(packed.text), seconds),  # noqa: B023
            }
            if as_json:
                write_json({"curve": curve, "mode": mode, "bytes": size, "microseconds": took})
            else:
                write_line(f"{curve:8} {mode}  pack {took['pack']:8.1f}  unpack {took['unpack']:8.1f}")
    if not as_json:
        write_note("microseconds per message, between known peers with cached shared secrets")


async def _measure(operation: "Callable[[], Awaitable[Any]]", seconds: float) -> float:
    """Return the mean duration of a call, in microseconds."""
    await operation()
    calls = 0
    start = time.perf_counter()
    while (took := time.perf_counter() - start) < seconds:
        await operation()
        calls += 1
    return took / max(calls, 1) * 1e6
