"""did:peer:2 with services: what one side creates, the other resolves to the same keys and services."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from peers import SICPA
from pydidcomm import DIDDocument, InMemorySecrets, LocalResolver, create_peer_did
from rows import Column, Row, Table, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parties import Json
    from peer_process import Peer

CREATED_HERE = "created by pydidcomm"
CREATED_THERE = "created by peerdid"

ACCEPT = ["didcomm/v2"]
ROUTING_KEYS = ["did:example:mediator#key-1"]
PLAIN = "https://example.com/alice"
# one of three ? in a row ends a group of base64url in six ones, which it writes as _
UNDERSCORE = "https://example.com/alice???"


def _keys(document: Json) -> dict[str, list[str]]:
    """The public keys by relationship, whatever their ids."""
    methods = {method["id"]: method for method in document.get("verificationMethod", [])}

    def public(entry: Any) -> str:  # noqa: ANN401, a method or its id
        method = methods[entry] if isinstance(entry, str) else entry
        return str(method["publicKeyMultibase"])

    return {name: [public(entry) for entry in document[name]] for name in ("keyAgreement", "authentication")}


async def created_here(peer: Peer, uri: str) -> tuple[Json, Json]:
    """The document of a DID of ours as we read it, and as peerdid does."""
    did = await create_peer_did(InMemorySecrets(), 1, 2, service_endpoint=uri, routing_keys=ROUTING_KEYS)
    return _resolved(did).as_dict(), await peer.ask("resolve", did=did, peerdid="raw")


async def keys_created_here(peer: Peer) -> None:
    ours, theirs = await created_here(peer, PLAIN)
    expect("the keys", _keys(theirs), _keys(ours))


async def service_created_here(peer: Peer) -> None:
    ours, theirs = await created_here(peer, PLAIN)
    expect("the endpoint", theirs["service"][0]["serviceEndpoint"], ours["service"][0]["serviceEndpoint"])


async def underscore_created_here(peer: Peer) -> None:
    ours, theirs = await created_here(peer, UNDERSCORE)
    expect("the keys", _keys(theirs), _keys(ours))


async def created_there(peer: Peer, uri: str) -> tuple[str, DIDDocument]:
    """A DID of peerdid, and how we resolve it."""
    endpoint = {"uri": uri, "accept": ACCEPT, "routingKeys": ROUTING_KEYS}
    service = {"type": "DIDCommMessaging", "serviceEndpoint": endpoint}
    created = await peer.ask("create_peer_did", agreement_keys=2, service=service)
    return created["did"], _resolved(created["did"])


async def keys_created_there(peer: Peer) -> None:
    did, ours = await created_there(peer, PLAIN)
    theirs = await peer.ask("resolve", did=did, peerdid="raw")
    expect("the keys", _keys(ours.as_dict()), _keys(theirs))


async def service_created_there(peer: Peer) -> None:
    _service_is_read(await created_there(peer, PLAIN), PLAIN)


async def underscore_created_there(peer: Peer) -> None:
    _service_is_read(await created_there(peer, UNDERSCORE), UNDERSCORE)


def _service_is_read(created: tuple[str, DIDDocument], uri: str) -> None:
    _, document = created
    found = [
        (endpoint.uri, list(endpoint.accept or []), list(endpoint.routing_keys))
        for service in document.services
        for endpoint in service.endpoints
    ]
    expect("the endpoints", found, [(uri, ACCEPT, ROUTING_KEYS)])


def _resolved(did: str) -> DIDDocument:
    document = LocalResolver().resolve(did)
    if document is None:
        raise LookupError(did)
    return document


def tables(peers: Sequence[Peer]) -> list[Table]:
    """Keys, services, and services whose base64url has more than letters and digits; with peerdid alone."""
    checks = {
        "keys": (keys_created_here, keys_created_there),
        "service": (service_created_here, service_created_there),
        "service, encoded with _": (underscore_created_here, underscore_created_there),
    }
    return [
        Table(
            "one side creates a did:peer:2, the other resolves it",
            columns := [Column(SICPA.name, CREATED_HERE), Column(SICPA.name, CREATED_THERE)],
            [
                Row(name, {column: partial(check, peer) for column, check in zip(columns, both, strict=True)})
                for name, both in checks.items()
            ],
        )
        for peer in peers
        if peer.implementation is SICPA
    ]
