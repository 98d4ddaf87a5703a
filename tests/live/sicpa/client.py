"""A wallet on SICPA's PyPI didcomm, behind a pipe: one JSON request a line in, one JSON answer a line out.

SICPA publishes a library, and no wallet: protocols, HTTP and DID documents are of this program, and
envelopes of the library.
"""

# the peer's packages come without types, and the only URL is that of a mediator or an agent on loopback
# ruff: noqa: ANN401, S310

from __future__ import annotations

import asyncio
import base64
import json
import platform
import urllib.request
import uuid
from importlib.metadata import version
from typing import Any

from didcomm.common.resolvers import ResolversConfig
from didcomm.did_doc.did_doc import DIDDoc
from didcomm.did_doc.did_resolver import DIDResolver
from didcomm.message import Message
from didcomm.pack_encrypted import PackEncryptedConfig, pack_encrypted
from didcomm.secrets.secrets_resolver_in_memory import SecretsResolverInMemory
from didcomm.secrets.secrets_util import (
    generate_ed25519_keys_as_jwk_dict,
    generate_x25519_keys_as_jwk_dict,
    jwk_to_secret,
)
from didcomm.unpack import unpack
from peerdid.dids import create_peer_did_numalgo_2
from peerdid.keys import Ed25519VerificationKey, X25519KeyAgreementKey

SECONDS = 10.0
POLL_SECONDS = 0.2
COORDINATION = "https://didcomm.org/coordinate-mediation/2.0"
PICKUP = "https://didcomm.org/messagepickup/3.0"
PING = "https://didcomm.org/trust-ping/2.0"


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def document_of(did: str) -> dict[str, Any]:
    """The document of a did:peer:2: peerdid refuses several services, and its names of keys do not serve."""
    document: dict[str, Any] = {"id": did, "verificationMethod": []}
    parts = did.split(".")[1:]
    for number, part in enumerate((part for part in parts if part[0] != "S"), 1):
        method = {"id": f"{did}#key-{number}", "controller": did, "publicKeyMultibase": part[1:]}
        method["type"] = "X25519KeyAgreementKey2020" if part[0] == "E" else "Ed25519VerificationKey2020"
        document["verificationMethod"].append(method)
        relationship = "keyAgreement" if part[0] == "E" else "authentication"
        document.setdefault(relationship, []).append(method["id"])
    return document


class Documents(DIDResolver):
    """Documents of did:peer:2."""

    async def resolve(self, did: str) -> Any:
        # without services, which didcomm reads as they were before DIDComm v2: it forwards nothing here
        return DIDDoc.deserialize(document_of(did))


class Wallet:
    """A wallet: a DID towards its mediator, another one towards peers."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.fetching: asyncio.Task[None] | None = None
        self.secrets: list[Any] = []
        self.own = self.mediator = ""

    async def mediate(self, request: dict[str, Any]) -> dict[str, Any]:
        self.mediator, self.own = request["mediator"], self._new_did(None)
        grant = await self._ask(f"{COORDINATION}/mediate-request", {})
        endpoint = {"uri": grant["body"]["routing_did"], "accept": ["didcomm/v2"], "routingKeys": []}
        did = self._new_did({"id": "#didcomm", "type": "DIDCommMessaging", "serviceEndpoint": endpoint})
        updates = [{"recipient_did": did, "action": "add"}]
        updated = await self._ask(f"{COORDINATION}/keylist-update", {"updates": updates})
        if updated["body"]["updated"][0]["result"] != "success":
            raise ValueError(updated)
        self.fetching = asyncio.create_task(self._fetch())
        return {"did": did}

    async def send(self, request: dict[str, Any]) -> dict[str, Any]:
        return await self._send(request["did"], request["to"], request["type"], request["body"])

    async def receive(self, request: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS):
            while True:
                for each in self.heard:
                    if each["type"] == request["type"] and request.get("thid") in {None, each.get("thid")}:
                        self.heard.remove(each)
                        return {"type": each["type"], "from": each["from"], "body": each["body"]}
                await asyncio.sleep(POLL_SECONDS)

    async def stop(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.fetching is not None:
            self.fetching.cancel()
        return {}

    async def hello(self, _: dict[str, Any]) -> dict[str, str]:
        packages = {f"PyPI {package}": version(package) for package in ("didcomm", "peerdid")}
        return {"Python": platform.python_version(), **packages}

    def _new_did(self, service: dict[str, Any] | None) -> str:
        (agreed, agreement), (signed, signing) = (
            generate_x25519_keys_as_jwk_dict(),
            generate_ed25519_keys_as_jwk_dict(),
        )
        keys = [X25519KeyAgreementKey.from_jwk(agreement)], [Ed25519VerificationKey.from_jwk(signing)]
        did = str(create_peer_did_numalgo_2(*keys, service))
        # the order of the keys in the DID
        for number, jwk in enumerate((agreed, signed), 1):
            self.secrets.append(jwk_to_secret({**jwk, "kid": f"{did}#key-{number}"}))
        return did

    async def _fetch(self) -> None:
        """Fetch what waits at the mediator, again and again."""
        while True:
            delivery = await self._ask(f"{PICKUP}/delivery-request", {"limit": 10})
            got: list[str] = []
            for each in delivery["attachments"]:
                got.append(each["id"])
                await self._hear(await self._open(decoded(each["data"]["base64"]).decode()))
            if got:
                await self._ask(f"{PICKUP}/messages-received", {"message_id_list": got})
            await asyncio.sleep(POLL_SECONDS)

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == f"{PING}/ping":
            await self._send(message["to"][0], message["from"], f"{PING}/ping-response", {}, message["id"])
            return
        self.heard.append(message)

    async def _ask(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer of the mediator."""
        sent = await self._send(self.own, self.mediator, kind, body)
        if sent["answer"] is None:
            message = f"no answer to {kind}"
            raise ValueError(message)
        answer: dict[str, Any] = sent["answer"]
        return answer

    async def _send(
        self, frm: str, to: str, kind: str, body: dict[str, Any], thid: str | None = None
    ) -> dict[str, Any]:
        message = {
            "id": str(uuid.uuid4()),
            "typ": "application/didcomm-plain+json",
            "type": kind,
            "body": body,
            "from": frm,
            "to": [to],
            "return_route": "all",
        }
        if thid is not None:
            message["thid"] = thid
        packed = await pack_encrypted(
            self._resolvers(),
            Message.from_dict(message),
            to=to,
            frm=frm,
            pack_config=PackEncryptedConfig(forward=False),
        )
        answer = await asyncio.to_thread(_posted, _endpoint(to), packed.packed_msg)
        return {"id": message["id"], "answer": await self._open(answer) if answer else None}

    async def _open(self, packed: str) -> dict[str, Any]:
        message = (await unpack(self._resolvers(), packed)).message.as_dict()
        return {"thid": None, "from": None, "attachments": [], **message}

    def _resolvers(self) -> ResolversConfig:
        return ResolversConfig(
            secrets_resolver=SecretsResolverInMemory(self.secrets), did_resolver=Documents()
        )


def _endpoint(did: str) -> str:
    """Where a DID receives over HTTP."""
    found = [json.loads(decoded(part[1:])) for part in did.split(".")[1:] if part[0] == "S"]
    services = [service for each in found for service in (each if isinstance(each, list) else [each])]
    # as did:peer:2 abbreviates the member
    endpoints = [service["s"] for service in services]
    uris = [endpoint if isinstance(endpoint, str) else endpoint["uri"] for endpoint in endpoints]
    return next(uri for uri in uris if uri.startswith("http"))


def _posted(uri: str, packed: str) -> str:
    headers = {"Content-Type": "application/didcomm-encrypted+json"}
    with urllib.request.urlopen(urllib.request.Request(uri, packed.encode(), headers)) as answer:
        return str(answer.read().decode())
