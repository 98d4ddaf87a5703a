"""The frames of a WebSocket peer in a test, right or wrong: what a library would not send."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.https_server import Connection


CLOSE, PING, PONG = 8, 9, 10


def handshake(connection: Connection) -> None:
    key = connection.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()  # noqa: S324, RFC 6455
    connection.write(
        b"HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        + f"sec-websocket-accept: {accept}\r\n\r\n".encode()
    )


def frame(data: bytes, opcode: int = 1, *, final: bool = True) -> bytes:
    head = bytes([(0x80 if final else 0) | opcode])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    if len(data) < 65_536:
        return head + b"\x7e" + struct.pack(">H", len(data)) + data
    return head + b"\x7f" + struct.pack(">Q", len(data)) + data


def next_frame(connection: Connection) -> tuple[int, bytes]:
    """The opcode and the data of the next frame of the client."""
    opcode = _read(connection, 1)[0] & 0x0F
    length = _read(connection, 1)[0] & 0x7F
    if length == 126:
        length = struct.unpack(">H", _read(connection, 2))[0]
    elif length == 127:
        length = struct.unpack(">Q", _read(connection, 8))[0]
    mask = _read(connection, 4)
    data = _read(connection, length)
    return opcode, bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))


def _read(connection: Connection, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = connection.stream.recv(length - len(data))
        if not part:
            raise OSError
        data += part
    return data
