"""Services of DID documents: endpoints and routing keys, in the forms that documents have."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import (
    DIDCommMessaging,
    DIDDocument,
    MalformedDocumentError,
    Message,
    sync,
)
from support.did_documents import BOB, GOOD, Answers, agreeing, packed_for
from support.parties import hello

ROUTING: list[dict[str, Any]] = [
    {"routing": ["did:example:m#k"]},
    {"routes": ["did:example:m#k"]},
    {"routingKey": "did:example:m#k"},
    {"routing-keys": []},
    {"RoutingKeys": ["did:example:m#k"]},
    {"routingKeys": ["did:example:m#k"], "routing_keys": ["did:example:m#l"]},
]


@pytest.mark.spec("DID-13")
@pytest.mark.parametrize("members", ROUTING)
def test_an_endpoint_whose_routing_cannot_be_read_is_not_used_as_if_it_had_none(
    members: dict[str, Any],
) -> None:
    service = {
        "id": "#s",
        "type": "DIDCommMessaging",
        "serviceEndpoint": {"uri": "https://a.example", **members},
    }
    document = agreeing({"publicKeyJwk": GOOD.public_jwk()}, service=[service])
    with pytest.raises(MalformedDocumentError, match="rout"):
        packed_for(document)
    other = {**service, "serviceEndpoint": "https://a.example", **members}
    with pytest.raises(MalformedDocumentError, match="rout"):
        packed_for({**document, "service": [other]})
    other = {"id": "#t", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://b.example"}}
    party = sync.DIDCommMessaging(resolver=Answers({**document, "service": [service, other]}))
    assert party.pack(hello(), to=BOB).endpoint() == "https://b.example"


@pytest.mark.spec("DID-13")
def test_routing_keys_in_snake_case_are_routing_keys() -> None:
    endpoint = {"uri": "https://a.example", "routing_keys": ["did:example:m#k"]}
    for written in (endpoint, {**endpoint, "routingKeys": endpoint["routing_keys"]}):
        service = {"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": written}
        (read,) = DIDDocument({"id": BOB, "service": [service]}).services
        assert read.endpoints[0].routing_keys == ("did:example:m#k",)


async def test_a_mediator_is_wrapped_for_by_the_ed25519_key_of_its_did_key() -> None:
    mediator = DIDCommMessaging()
    did = await mediator.create_key_did()
    bob = DIDCommMessaging()
    kid = f"{did}#{did.removeprefix('did:key:')}"
    bob_did = await bob.create_peer_did(service_endpoint="https://m.example", routing_keys=[kid])
    packed = await bob.pack(Message(type="https://example.org/x/1.0/y"), to=bob_did)
    forward = await mediator.unpack_forward(packed.message)
    assert (await bob.unpack(forward.messages[0])).metadata.encrypted


@pytest.mark.parametrize("uri", ["example.com", "example.com:8080/x", "localhost:8080", "//example.com", ""])
@pytest.mark.parametrize("method", [1, 2, 3, 4])
def test_an_endpoint_without_a_scheme_is_not_written(uri: str, method: Any) -> None:  # noqa: ANN401
    party = sync.DIDCommMessaging()
    with pytest.raises(ValueError, match="scheme"):
        party.create_peer_did(method=method, service_endpoint=uri)
    assert party.create_peer_did(method=method, service_endpoint="https://example.com:8080")
