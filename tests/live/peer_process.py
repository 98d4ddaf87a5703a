"""A peer: a process of its own in an environment of its own, spoken to in lines of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

    from live.peers import LivePeer

# where the Makefile installs them
HOMES = Path(__file__).resolve().parents[2] / ".venvs"
HERE = Path(__file__).resolve().parent
ANSWERS = HERE.parent / "interop" / "answers.js"
"""The end of the pipe in a program of Node.js."""

# a peer waits up to ten seconds for a message, and two wallets make a connection in one answer
ANSWER_SECONDS = 60
# a packed message of the scenarios has some kilobytes
LINE_BYTES = 1 << 24


class PeerError(Exception):
    """What the peer raised: the name of its exception and the text."""


class PeerProcess:
    """Answers requests; its process ends with the block.

    Args:
        peer: Which one.
    """

    def __init__(self, peer: LivePeer) -> None:
        self._peer = peer
        self._process: asyncio.subprocess.Process | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115, closed by __aexit__

    async def __aenter__(self) -> Self:
        home = HOMES / self._peer.home
        # modules of npm are found from the folder in which a script is
        for script in [*sorted((HERE / self._peer.folder).glob("*.mjs")), ANSWERS]:
            shutil.copy(script, home)
        program, *arguments = self._peer.command
        installed = home / program
        self._process = await asyncio.create_subprocess_exec(
            # the link to an interpreter is not followed: it is what makes it that of the virtual environment
            installed if installed.is_file() else program,
            *arguments,
            cwd=home,
            env=os.environ | self._peer.environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._complaints,
            limit=LINE_BYTES,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()
        self._complaints.close()

    async def ask(self, command: str, **arguments: Any) -> Any:  # noqa: ANN401, JSON both ways
        """The result of a command.

        Raises:
            PeerError: The peer answered with an error, or ended.
        """
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await process.stdin.drain()
                answer = await process.stdout.readline()
        except TimeoutError:
            message = f"no answer to {command} within {ANSWER_SECONDS} s"
            raise PeerError(message) from None
        except ConnectionError:
            answer = b""
        if not answer:
            message = f"ended at {command}: {self._last_complaint()}"
            raise PeerError(message)
        reply = json.loads(answer)
        if "error" in reply:
            message = f"{reply['error']['type']}: {reply['error']['text']}"
            raise PeerError(message)
        return reply["result"]

    def _last_complaint(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").splitlines()
        return lines[-1].strip() if lines else "nothing on stderr"
