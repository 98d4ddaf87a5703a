"""A wallet that writes plaintexts as other programs do, and talks to an ASGI application without a socket."""

from __future__ import annotations

import json
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import anyio
import base58
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pydidcomm import DIDCommMessaging, InMemorySecrets, LocalResolver
from support import forge
from support.parties import Key, unb64

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from pydidcomm import Message
    from pydidcomm.mediator import MediatorServer

# the multicodec of a public key of X25519
X25519 = b"\xec\x01"


@dataclass(frozen=True)
class Agreement(Key):
    """A key of agreement of a DID, as `forge` takes it."""

    encoded: bytes = b""
    seed: bytes = b""

    @cached_property
    def private(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> bytes:
        return self.encoded

    @classmethod
    def of(cls, did: str) -> Agreement:
        """The public key of a did:peer:2, whose first `E` is its first key of agreement."""
        document = LocalResolver().resolve(did)
        assert document is not None
        encoded = next(part for part in did.split(".")[1:] if part[0] == "E")[2:]
        return cls(document.key_agreement[0], encoded=base58.b58decode(encoded)[len(X25519) :])

    @property
    def did_key(self) -> str:
        """The did:key of the key."""
        return f"did:key:z{base58.b58encode(X25519 + self.public).decode()}"


class ForeignWallet:
    """A recipient whose messages are any JSON."""

    def __init__(self, did: str, secrets: InMemorySecrets, mediator: str) -> None:
        self.did, self.mediator = did, mediator
        self.party = DIDCommMessaging(secrets=secrets)
        public = Agreement.of(did)
        secret = secrets.get_key(public.kid)
        assert secret is not None
        self.key = replace(public, seed=unb64(secret.expose_jwk()["d"]))
        self._to = Agreement.of(mediator)

    @classmethod
    async def new(cls, mediator: str) -> ForeignWallet:
        secrets = InMemorySecrets()
        return cls(await DIDCommMessaging(secrets=secrets).create_peer_did(), secrets, mediator)

    def write(self, kind: str, body: Mapping[str, Any] | None, headers: Mapping[str, Any]) -> str:
        """An authcrypted message, header by header as it is given."""
        plaintext = {
            "id": str(uuid.uuid4()),
            "type": kind,
            "from": self.did,
            "to": [self.mediator],
            **({} if body is None else {"body": body}),
            **headers,
        }
        return json.dumps(forge.encrypt(plaintext, [self._to], sender=self.key))

    async def read(self, envelope: str | bytes) -> Message:
        result = await self.party.unpack(envelope)
        assert result.sender is not None
        return result.message


@dataclass(frozen=True)
class Answered:
    """A whole answer to a POST."""

    status: int
    headers: dict[str, str]
    body: bytes


async def post(server: MediatorServer, body: bytes, media_type: str) -> Answered:
    """What a POST to the application is answered with."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:  # noqa: ANN401, of ASGI
        sent.append(message)

    headers = [(b"content-type", media_type.encode())]
    await server({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, send)
    start, end = sent
    named = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answered(start["status"], named, end["body"])


class Socket:
    """The client's end of a WebSocket of the application."""

    def __init__(self) -> None:
        self._to_server, self._server_reads = anyio.create_memory_object_stream[dict[str, Any]](100)
        self._server_writes, self._from_server = anyio.create_memory_object_stream[Any](100)

    async def run(self, server: MediatorServer) -> None:
        scope: dict[str, Any] = {"type": "websocket", "path": "/", "headers": []}
        await server(scope, self._server_reads.receive, self._server_writes.send)

    async def send(self, frame: str | bytes) -> None:
        kind = "text" if isinstance(frame, str) else "bytes"
        await self._to_server.send({"type": "websocket.receive", kind: frame})

    async def receive(self) -> str | bytes:
        """The next frame."""
        with anyio.fail_after(20):
            event = await self._from_server.receive()
        text: str | None = event.get("text")
        data: bytes = event.get("bytes") or b""
        return data if text is None else text

    async def event(self, kind: str) -> None:
        await self._to_server.send({"type": kind})

    def close(self) -> None:
        for each in (self._to_server, self._server_reads, self._server_writes, self._from_server):
            each.close()


@asynccontextmanager
async def connected(server: MediatorServer) -> AsyncGenerator[Socket]:
    """A WebSocket that the application has accepted."""
    socket = Socket()
    async with anyio.create_task_group() as group:
        group.start_soon(socket.run, server)
        await socket.event("websocket.connect")
        # "websocket.accept" has neither text nor bytes
        assert await socket.receive() == b""
        yield socket
        await socket.event("websocket.disconnect")
    socket.close()
