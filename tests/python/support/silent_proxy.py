"""A proxy in front of a server that can fall silent: its connections stay open, and carry nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Pipe:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, port: int) -> None:
        self.silent = False
        self.ends = (client, socket.create_connection(("127.0.0.1", port)))
        for one, other in (self.ends, self.ends[::-1]):
            threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := one.recv(65536):
                if not self.silent:
                    other.sendall(octets)
            if not self.silent:
                other.shutdown(socket.SHUT_WR)


class SilentProxy:
    """The proxy, on a free port of loopback."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._pipes: list[Pipe] = []
        self.silent = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                pipe = Pipe(client, self._to)
                pipe.silent = self.silent
                self._pipes.append(pipe)

    def fall_silent(self) -> None:
        """From now on nothing comes through, neither by old connections nor by new ones."""
        self.silent = True
        for pipe in self._pipes:
            pipe.silent = True

    def recover(self) -> None:
        """New connections work; the old ones stay silent, as behind a router that forgot them."""
        self.silent = False

    def close(self) -> None:
        self._listening.close()
        for pipe in self._pipes:
            for end in pipe.ends:
                end.close()


@contextlib.contextmanager
def in_front_of(port: int) -> Generator[SilentProxy]:
    proxy = SilentProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
