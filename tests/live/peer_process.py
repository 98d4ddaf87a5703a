"""A program of another project: a process in an environment of its own, spoken to in lines of JSON."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Self

from peer_process import PeerError, PeerSilentError, PipedProcess
from peers import HOMES

if TYPE_CHECKING:
    from live.peers import LivePeer

__all__ = ["HERE", "HOMES", "PeerError", "PeerProcess", "PeerSilentError"]

HERE = Path(__file__).resolve().parent
ANSWERS = HERE.parent / "interop" / "answers.js"
"""The end of the pipe in a program of Node.js."""

ANSWER_SECONDS = 60
"""A peer waits up to ten seconds for a message, and two wallets make a connection in one answer."""


class PeerProcess(PipedProcess):
    """The process of a peer.

    Args:
        peer: Which one.
    """

    def __init__(self, peer: LivePeer) -> None:
        home = HOMES / peer.home
        super().__init__(home, peer.command, environment=peer.environment(), seconds=ANSWER_SECONDS)
        self._scripts = [*sorted((HERE / peer.folder).glob("*.mjs")), ANSWERS]

    async def __aenter__(self) -> Self:
        # modules of npm are found from the folder in which a script is
        for script in self._scripts:
            shutil.copy(script, self._home)
        return self
