"""A command on a pseudo-terminal, as a person sees it; every read has a time limit."""

from __future__ import annotations

import codecs
import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.command_line import PROGRAM, SECONDS

if TYPE_CHECKING:
    from collections.abc import Generator

    from support.command_line import Terminal

ROWS = 24
BLOCK = 65_536


class Screen:
    """What a command shows, and what is typed."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int, name: str) -> None:
        self._process = process
        self._name = name
        self._descriptor = descriptor
        # a read may end within a character
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.shown = ""

    def _read(self, until: float) -> bool:
        """Whether the terminal is still open."""
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            message = f"nothing more was shown in {SECONDS} seconds: {self.shown!r}"
            raise TimeoutError(message)
        try:
            part = os.read(self._descriptor, BLOCK)
        except OSError as error:
            # Linux: the last program on it has left
            if error.errno != errno.EIO:
                raise
            part = b""
        self.shown += self._decoder.decode(part)
        return part != b""

    def wait_for(self, text: str) -> None:
        """Reads until the text is shown."""
        until = time.monotonic() + SECONDS
        while text not in self.shown:
            assert self._read(until), self.shown

    def wait_until_read(self) -> None:
        """Waits until the command has read what was typed."""
        descriptor = os.open(self._name, os.O_RDONLY | os.O_NOCTTY)
        try:
            for _ in range(SECONDS * 20):
                waiting = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
                if waiting == bytes(4):
                    return
                time.sleep(0.05)
        finally:
            os.close(descriptor)
        message = f"what was typed was not read in {SECONDS} seconds: {self.shown!r}"
        raise TimeoutError(message)

    def type(self, keys: str) -> None:
        """Types keys: `\\x03` is Ctrl-C, `\\x04` Ctrl-D."""
        os.write(self._descriptor, keys.encode())

    def end(self) -> int:
        """Reads until the command has ended, and returns its status."""
        until = time.monotonic() + SECONDS
        while self._read(until):
            pass
        return self._process.wait(timeout=SECONDS)


@contextmanager
def on_screen(terminal: Terminal, *arguments: str, columns: int = 80, **changes: str) -> Generator[Screen]:
    """Runs a command on a terminal of that width; it is ended after the block."""
    descriptor, other = pty.openpty()
    name = os.ttyname(other)
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    process = subprocess.Popen(  # noqa: S603, the interpreter that runs this
        [*PROGRAM, *arguments],
        stdin=other,
        stdout=other,
        stderr=other,
        env=terminal.environment(**{"TERM": "xterm-256color", **changes}),
        start_new_session=True,
        # the terminal becomes that of the session, so that Ctrl-C is a signal
        preexec_fn=_take_terminal,  # noqa: PLW1509, no threads here
    )
    os.close(other)
    try:
        yield Screen(process, descriptor, name)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=SECONDS)
        os.close(descriptor)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
