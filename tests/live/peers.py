"""The agents and wallets of other projects: how each is started, and what it lacks."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from live.peer_process import HERE, HOMES

COLUMNS = ("ping", "basic message", "discovery", "mediation", "pickup", "live mode")


@dataclass(frozen=True)
class LivePeer:
    """A program that talks with our agent or our mediator.

    Attributes:
        name: The name in `make live-peers ONLY=NAME`.
        title: What the table calls it.
        home: The folder below `.venvs` in which it is installed.
        folder: The folder of its driver.
        command: How the driver is started, from its home.
        scenario: The talk: "v1 wallet", "wallet" or "mediator".
        lacks: Columns that it does not have, each with the reason.
        profile: How it reads.
        settings: Settings of our mediator for it, as `PYDIDCOMM_MEDIATOR_` has them.
    """

    name: str
    title: str
    home: str
    folder: str
    command: tuple[str, ...]
    scenario: str = "wallet"
    lacks: dict[str, str] = field(default_factory=dict[str, str])
    settings: dict[str, str] = field(default_factory=dict[str, str])
    profile: Literal["didcomm/v2", "veramo"] = "didcomm/v2"

    def installed(self) -> bool:
        return (HOMES / self.home / "installed").is_file()

    def environment(self) -> dict[str, str]:
        """Variables of its process."""
        # the wheel of Askar has the library that its package of npm wraps
        found = importlib.util.find_spec("aries_askar")
        return (
            {}
            if found is None or found.origin is None
            else {"LIB_ASKAR_PATH": str(Path(found.origin).parent)}
        )


def _python(peer: str) -> tuple[str, ...]:
    # -I: nothing of this environment reaches the peer's
    return ("bin/python", "-I", "-Wignore", str(HERE / "pipe.py"), str(HERE / peer / "client.py"))


PEERS = (
    LivePeer(
        "credo", "Credo (DIDComm v1)", "live-credo", "credo", ("node", "client.mjs"), scenario="v1 wallet"
    ),
    LivePeer(
        "identus",
        "Identus SDK",
        "identus",
        "identus",
        ("node", "--experimental-websocket", "client.mjs"),
    ),
    LivePeer(
        "indicio",
        "Quickstart of didcomm-messaging",
        "indicio",
        "indicio",
        _python("indicio"),
        lacks={"live mode": "its WebSocket passes over what the mediator itself sends, as deliveries are"},
        settings={"server_accept_any_type": "true", "server_attachments": "json"},
    ),
    LivePeer(
        "sicpa",
        "Wallet on PyPI didcomm",
        "sicpa",
        "sicpa",
        _python("sicpa"),
        lacks={"live mode": "the library has no transport, and the wallet of this test no WebSocket"},
    ),
    LivePeer(
        "veramo",
        "Veramo",
        "live-veramo",
        "veramo",
        ("node", "client.mjs"),
        lacks={"live mode": "it has none"},
        profile="veramo",
        settings={
            "server_accept_profiles": "veramo",
            "server_attachments": "json",
            "server_reply_when_unreachable": "true",
        },
    ),
    LivePeer(
        "veramo-mediator",
        "Veramo",
        "live-veramo",
        "veramo",
        ("node", "mediator.mjs"),
        scenario="mediator",
        lacks={"live mode": "it has none", "discovery": "it has none"},
        profile="veramo",
    ),
)
