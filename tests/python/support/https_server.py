"""A server for tests: TLS on loopback, and on each path a way to answer, right or wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import socket
import ssl
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import trustme

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

LOOPBACK = ["127.0.0.1"]
HOSTS = ("alice.example", "bob.example", "localhost")

AUTHORITY = trustme.CA()
TRUSTED = ssl.create_default_context(cadata=AUTHORITY.cert_pem.bytes().decode())


def certificate(*hosts: str, authority: trustme.CA = AUTHORITY, **options: Any) -> ssl.SSLContext:  # noqa: ANN401, trustme's
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # trustme's type of a context also names pyOpenSSL's, which is not installed
    issued: Any = authority.issue_cert(*hosts, **options)
    issued.configure_cert(context)
    return context


def self_signed() -> ssl.SSLContext:
    """A certificate that no authority has issued."""
    own, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with own.cert_pem.tempfile() as file, own.private_key_pem.tempfile() as key:
        context.load_cert_chain(file, key)
    return context


EXPIRED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
GOOD = certificate(*HOSTS)


async def to_loopback(_host: str, _port: int) -> list[str]:
    """Every host is this machine."""
    return ["127.0.0.1"]


class Connection:
    """One accepted connection: the request that was read from it, and what can be written."""

    def __init__(self, stream: socket.socket, server: Server) -> None:
        self.stream = stream
        self.server = server
        self.method = self.path = ""
        self.headers: dict[str, str] = {}
        self.body = b""
        self._ahead = b""

    def read_request(self) -> bool:
        head = self._until(b"\r\n\r\n")
        if not head:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = first.split(" ")
        self.headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
        }
        length = int(self.headers.get("content-length", 0))
        while len(self._ahead) < length:
            data = self.stream.recv(65_536)
            if not data:
                return False
            self._ahead += data
        self.body, self._ahead = self._ahead[:length], self._ahead[length:]
        return True

    def _until(self, end: bytes) -> bytes:
        while end not in self._ahead:
            data = self.stream.recv(65_536)
            if not data:
                return b""
            self._ahead += data
            if self._ahead[:1] == b"\x16":
                # TLS where there is none
                self.answer(400)
                return b""
        head, _, self._ahead = self._ahead.partition(end)
        return head

    def write(self, data: bytes) -> None:
        self.stream.sendall(data)

    def answer(
        self, status: int, body: bytes = b"", length: int | None = None, /, **headers: str | None
    ) -> None:
        fields = {
            "content-type": "application/json",
            "content-length": str(len(body) if length is None else length),
        }
        fields |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.write(f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + body)


class Server:
    """Answers on a free port of loopback; `ways` says how, by path."""

    def __init__(
        self, context: ssl.SSLContext | None = GOOD, address: tuple[str, int] = ("127.0.0.1", 0)
    ) -> None:
        self.ways: dict[str, Callable[[Connection], None]] = {}
        self.requests: Counter[str] = Counter()
        self.connections = 0
        self.hosts: list[str] = []
        self._context = context
        self._listener = socket.create_server(address, backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in list(self._open):
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        stream = plain
        self._open.add(plain)
        try:
            plain.settimeout(20)
            if self._context is not None:
                stream = self._context.wrap_socket(plain, server_side=True)
                self._open.add(stream)
            connection = Connection(stream, self)
            while connection.read_request():
                self.requests[connection.path] += 1
                self.hosts.append(connection.headers.get("host", ""))
                self.ways.get(connection.path, not_found)(connection)
        except (OSError, ValueError):
            pass
        finally:
            for one in (stream, plain):
                self._open.discard(one)
                with contextlib.suppress(OSError):
                    one.close()

    def did(self, path: str = "", host: str = "alice.example") -> str:
        """A did:web of this server."""
        return f"did:web:{host}%3A{self.port}{f':{path}' if path else ''}"

    def url(self, path: str = "/", host: str = "alice.example", scheme: str = "https") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@contextlib.contextmanager
def serving(
    context: ssl.SSLContext | None = GOOD, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Generator[Server]:
    server = Server(context, address)
    server.start()
    try:
        yield server
    finally:
        server.stop()


# ways to answer


def not_found(connection: Connection) -> None:
    connection.answer(404)


def document(value: object, **headers: str | None) -> Callable[[Connection], None]:
    return lambda connection: connection.answer(200, json.dumps(value).encode(), None, **headers)


def body(data: bytes, status: int = 200, **headers: str | None) -> Callable[[Connection], None]:
    return lambda connection: connection.answer(status, data, None, **headers)


def compressed(data: bytes) -> Callable[[Connection], None]:
    return body(gzip.compress(data), content_encoding="gzip")


def silent(connection: Connection) -> None:
    connection.server.closing.wait(15)


def dripping(connection: Connection) -> None:
    """One byte at a time, each within the time limit of a read."""
    connection.write(b"HTTP/1.1 200 x\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(300):
        connection.write(b" ")
        if connection.server.closing.wait(0.05):
            return


def truncated(connection: Connection) -> None:
    connection.answer(200, b'{"id":', 100)
    connection.stream.shutdown(socket.SHUT_RDWR)


def cut(connection: Connection) -> None:
    """Closes before it answers."""
    connection.stream.shutdown(socket.SHUT_RDWR)


def endless(connection: Connection) -> None:
    """A gigabyte, or as much of it as is read."""
    connection.write(b"HTTP/1.1 200 x\r\ncontent-type: text/html\r\ncontent-length: 1073741824\r\n\r\n")
    block = bytes(65_536)
    for _ in range(16_384):
        connection.write(block)


def redirect(location: str, status: int = 302) -> Callable[[Connection], None]:
    return lambda connection: connection.answer(status, location=location)


def slow(way: Callable[[Connection], None], seconds: float) -> Callable[[Connection], None]:
    def answer(connection: Connection) -> None:
        time.sleep(seconds)
        way(connection)

    return answer


def transport_options(**given: Any) -> dict[str, Any]:  # noqa: ANN401, those of a transport
    """The options of a transport or resolver that trusts the server."""
    return {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0, **given}
