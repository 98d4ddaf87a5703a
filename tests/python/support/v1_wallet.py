"""A wallet that knows DIDComm v1 alone, at a mediator without a socket."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
from pydidcomm.mediator.connection import Connection

if TYPE_CHECKING:
    from pydidcomm.mediator import Mediator
    from pydidcomm.transports._requests import Reply

M1 = "https://didcomm.org/coordinate-mediation/1.0"
P2 = "https://didcomm.org/messagepickup/2.0"
HELLO = {"@type": "https://example.org/greeting/1.0/hello", "@id": "h"}
TYPE = "application/didcomm-envelope-enc"


def did_key(verkey: str) -> str:
    return f"did:key:{v1.public_key(verkey).multikey()}"


@dataclass
class V1Wallet:
    """A recipient that knows DIDComm v1 alone."""

    mediator: Mediator
    resolvers: ResolversConfig
    verkey: str
    connection: Connection = field(default_factory=Connection)

    @classmethod
    async def new(cls, mediator: Mediator) -> V1Wallet:
        secrets = InMemorySecrets()
        resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        return cls(mediator, resolvers, await v1.create_verkey(secrets))

    async def key(self) -> str:
        """One more key, for a relationship."""
        secrets: Any = self.resolvers.secrets_resolver
        return await v1.create_verkey(secrets)

    async def send(self, kind: str, *others: str, anonymous: bool = False, **body: Any) -> Reply:  # noqa: ANN401
        transport = body.pop("transport", {"return_route": "all"})
        message: dict[str, Any] = {"@type": kind, "@id": "ask", "~transport": transport, **body}
        assert self.mediator.verkey is not None
        to = [self.mediator.verkey, *others]
        packed = await v1.pack(self.resolvers, message, to, None if anonymous else self.verkey)
        return await self.mediator.receive(packed.text.encode(), self.connection)

    async def read(self, text: str | bytes) -> dict[str, Any]:
        received = await v1.unpack(self.resolvers, text)
        assert received.sender_verkey == self.mediator.verkey
        return received.json()

    async def ask(self, kind: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401
        reply = await self.send(kind, **body)
        assert (reply.status, reply.media_type) == (200, TYPE), reply.body
        return await self.read(reply.body)

    async def enroll(self, *keys: str) -> None:
        assert (await self.ask(f"{M1}/mediate-request"))["@type"] == f"{M1}/mediate-grant"
        updates = [{"recipient_key": key, "action": "add"} for key in keys]
        answer = await self.ask(f"{M1}/keylist-update", updates=updates)
        assert [each["result"] for each in answer["updated"]] == ["success"] * len(keys)

    async def forward(self, verkey: str, number: int, *, to: str = "") -> Reply:
        """Send a message to a key behind the mediator."""
        assert self.mediator.verkey is not None
        inner = await v1.pack(self.resolvers, {**HELLO, "n": number}, [verkey])
        wrapped = await v1.forward(self.resolvers, inner.text, to or verkey, [self.mediator.verkey])
        return await self.mediator.receive(wrapped.text.encode())

    async def numbers(self, delivery: dict[str, Any]) -> list[int]:
        """The numbers of delivered messages."""
        texts = [base64.urlsafe_b64decode(each["data"]["base64"] + "==") for each in delivery["~attach"]]
        return [(await v1.unpack(self.resolvers, each)).json()["n"] for each in texts]
