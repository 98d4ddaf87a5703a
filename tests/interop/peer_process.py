"""A peer: a process of its own, in an environment of its own, spoken to in lines of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from typing import IO, TYPE_CHECKING, Any

from peers import HOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from peers import Implementation

# An answer takes milliseconds, the first one about a second: the peer imports its packages.
ANSWER_TIMEOUT_SECONDS = 20
# The longest line that is read; a packed message of the scenarios has some kilobytes.
LINE_BYTES = 1 << 24


class PeerError(Exception):
    """What the peer raised: the name of its exception and the text."""


class PeerSilentError(Exception):
    """The peer died, or did not answer in time; the next request starts it anew."""


class PipedProcess:
    """Answers requests; starts its process at the first one, and ends it with the block.

    Args:
        home: The folder in which it runs.
        command: Its program, of that folder or of the machine, and the arguments.
        environment: Variables besides those of this process.
        seconds: How long an answer may take.
    """

    def __init__(
        self,
        home: Path,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        seconds: float = ANSWER_TIMEOUT_SECONDS,
    ) -> None:
        self._home = home
        self._command = command
        self._environment = os.environ | (environment or {})
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115, closed by __aexit__

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()
        self._complaints.close()

    async def ask(self, command: str, **arguments: Any) -> Any:  # noqa: ANN401, JSON both ways
        """The result of the command.

        Raises:
            PeerError: The peer answered with an error.
            PeerSilentError: The peer did not answer.
        """
        line = json.dumps({"command": command, **arguments}).encode() + b"\n"
        try:
            answer = await asyncio.wait_for(self._exchange(line), self._seconds)
        except TimeoutError:
            await self._stop()
            message = f"no answer to {command} within {self._seconds} s"
            raise PeerSilentError(message) from None
        except ConnectionError:
            answer = b""
        if not answer:
            await self._stop()
            message = f"died of {command}; its last words: {self._last_complaint()}"
            raise PeerSilentError(message)
        reply = json.loads(answer)
        if "error" in reply:
            message = f"{reply['error']['type']}: {reply['error']['text']}"
            raise PeerError(message)
        return reply["result"]

    async def _exchange(self, line: bytes) -> bytes:
        process = self._process or await self._start()
        if process.stdin is None or process.stdout is None:
            message = "the peer has no pipes"
            raise ConnectionError(message)
        process.stdin.write(line)
        await process.stdin.drain()
        return await process.stdout.readline()

    async def _start(self) -> asyncio.subprocess.Process:
        program, *arguments = self._command
        installed = self._home / program
        # the link to an interpreter is not followed: it is what makes it that of the virtual environment
        self._process = await asyncio.create_subprocess_exec(
            installed if installed.is_file() else program,
            *arguments,
            cwd=self._home,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._complaints,
            limit=LINE_BYTES,
        )
        return self._process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def _last_complaint(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(sys.getdefaultencoding(), "replace").splitlines()
        return lines[-1].strip() if lines else "none"


class Peer(PipedProcess):
    """The process of an implementation.

    Args:
        implementation: Whose it is.
    """

    def __init__(self, implementation: Implementation) -> None:
        super().__init__(HOMES / implementation.home, implementation.command)
        self.implementation = implementation
