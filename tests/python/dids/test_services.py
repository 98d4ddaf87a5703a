"""Services of DID documents, and the resolvers that come with the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from pydidcomm import (
    DIDCommMessaging,
    DIDResolver,
    InMemorySecrets,
    LocalResolver,
    PackEncryptedConfig,
    PrefixResolver,
    ResolversConfig,
    pack_encrypted,
    sync,
    unpack,
)
from pydidcomm.errors import (
    DidNotFoundError,
    EndpointNotFoundError,
    NotFoundError,
)
from support.parties import Documents, Key, Party, hello

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[Key], dict[str, Any]]


# services


def serving(bob: Party, *services: object) -> None:
    bob.document["service"] = list(services)


def service(endpoint: object, **members: object) -> dict[str, object]:
    return {"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": endpoint, **members}


@pytest.mark.spec("DID-04", "DID-06", "DID-09", "DID-12", "DID-13")
@pytest.mark.parametrize(
    ("endpoint", "beside"),
    [
        ({"uri": "https://b.example"}, {}),
        ([{"uri": "https://b.example"}], {}),
        ({"uri": "https://b.example", "routingKeys": [], "accept": ["didcomm/v2"]}, {}),
        ([{"uri": "https://b.example"}, {"uri": "wss://b.example"}], {}),
        ("https://b.example", {"accept": ["didcomm/v2"], "routingKeys": []}),
    ],
)
def test_every_form_of_an_endpoint_is_equivalent(
    documents: Documents, alice: Party, bob: Party, endpoint: object, beside: dict[str, object]
) -> None:
    serving(bob, service(endpoint, **beside))
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert packed.endpoint() == packed.endpoint("https") == "https://b.example"
    assert packed.service_metadata is not None
    assert packed.service_metadata.id == f"{bob.did}#s"
    assert packed.service_metadata.service_endpoint == "https://b.example"
    assert packed.services[0].id == f"{bob.did}#s"
    assert packed.services[0].endpoints[0].routing_keys == ()


@pytest.mark.spec("DID-06", "DID-07", "DID-08")
def test_an_endpoint_is_chosen_by_scheme_in_the_owners_order(
    documents: Documents, alice: Party, bob: Party
) -> None:
    serving(
        bob,
        service([{"uri": "wss://b.example"}, {"uri": "https://b.example/1"}]),
        service({"uri": "https://b.example/2"}, id=f"{bob.did}#t"),
    )
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert packed.endpoint() == "wss://b.example"
    assert packed.endpoint("https") == packed.endpoint("http", "https") == "https://b.example/1"
    with pytest.raises(NotFoundError):
        packed.endpoint("mailto")
    assert [each.id for each in packed.services] == [f"{bob.did}#s", f"{bob.did}#t"]


@pytest.mark.spec("DID-01", "DID-03", "DID-05", "DID-09", "DID-13")
@pytest.mark.parametrize(
    "services",
    [
        [],
        [{"id": "#l", "type": "LinkedDomains", "serviceEndpoint": "https://b.example"}],
        [{"id": "#l", "type": "didcommmessaging", "serviceEndpoint": {"uri": "https://b.example"}}],
        [{"id": "#l", "type": ["DIDCommMessaging2"], "serviceEndpoint": {"uri": "https://b.example"}}],
        [{"id": "#l", "type": " DIDCommMessaging", "serviceEndpoint": {"uri": "https://b.example"}}],
        [{"id": "#l", "type": "did-communication", "serviceEndpoint": "https://b.example"}],
        [service({})],
        [service({"uri": 7})],
        [service({"uri": "https://b.example", "routingKeys": "did:example:m#k"})],
        [service(None), service([]), service(7), 7, None],
    ],
    ids=str,
)
def test_without_a_usable_service_the_message_is_packed_and_has_no_endpoint(
    documents: Documents, alice: Party, bob: Party, services: list[object]
) -> None:
    serving(bob, *services)
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert packed.services == ()
    assert packed.service_metadata is None
    with pytest.raises(EndpointNotFoundError) as caught:
        packed.endpoint()
    assert caught.value.did == bob.did


ODD: list[Any] = [
    {"id": "#l", "type": "LinkedDomains", "serviceEndpoint": {"origins": ["https://b.example"]}},
    {"id": "#old", "type": ["did-communication"], "serviceEndpoint": "https://b.example", "priority": "0"},
    {"id": 7, "type": ["X", None, {}], "serviceEndpoint": [[["https://b.example"]]]},
    {"type": "DIDCommMessaging"},
    service([None, 7, {"uri": None}, {"uri": ""}, {"accept": ["didcomm/v2"]}]),
    "https://b.example",
    [],
    None,
]


@pytest.mark.spec("DID-01", "DID-04", "DID-05")
@pytest.mark.parametrize(
    "kind", ["DIDCommMessaging", ["DIDCommMessaging"], ["Other", "DIDCommMessaging"]], ids=str
)
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://b.example",
        {"uri": "https://b.example"},
        ["https://b.example"],
        [{"uri": "https://b.example"}, None, 7],
        ["didcomm:transport/queue", {"uri": "https://b.example"}],
    ],
    ids=str,
)
def test_unusable_services_do_not_affect_a_usable_one(
    documents: Documents, alice: Party, bob: Party, kind: object, endpoint: object
) -> None:
    serving(bob, *ODD, service(endpoint, type=kind), *ODD)
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert packed.endpoint("https") == "https://b.example"
    assert [each.id for each in packed.services] == [f"{bob.did}#s"]


@pytest.mark.spec("DID-06")
def test_a_party_that_fetches_its_messages_is_recognised(
    documents: Documents, alice: Party, bob: Party
) -> None:
    serving(bob, service({"uri": "didcomm:transport/queue"}))
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert packed.endpoint() == packed.endpoint("didcomm") == "didcomm:transport/queue"
    with pytest.raises(EndpointNotFoundError):
        packed.endpoint("https", "wss")


@pytest.mark.parametrize(
    "endpoint",
    [{"uri": "https://m.example", "routingKeys": ["did:example:m#k"]}, {"uri": "did:example:m"}],
    ids=str,
)
def test_a_message_without_a_forward_has_no_mediated_endpoint(
    documents: Documents, alice: Party, bob: Party, endpoint: dict[str, object]
) -> None:
    serving(bob, service(endpoint))
    config = PackEncryptedConfig(forward=False)
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, config=config)
    assert packed.service_metadata is None
    assert packed.deliveries == ()
    assert documents.unpack(bob, packed.message).message.body == {"msg": "Hi"}
    with pytest.raises(EndpointNotFoundError):
        packed.endpoint()


# resolvers of the library


async def test_a_prefix_resolver_uses_the_longest_prefix(alice: Party, bob: Party, carol: Party) -> None:
    class Other(Documents):
        async def resolve(self, did: str, /) -> dict[str, Any] | None:  # type: ignore[override]
            return super().resolve(did)

    routes: dict[str, DIDResolver] = {
        "did:example:b": Other(bob),
        "did:example:": Documents(alice),
        "did:": LocalResolver(),
    }
    config = ResolversConfig(secrets_resolver=bob.secrets, did_resolver=PrefixResolver(routes))
    sender = ResolversConfig(secrets_resolver=alice.secrets, did_resolver=PrefixResolver(routes))
    packed = await pack_encrypted(sender, hello(), to=bob.did, frm=alice.did)
    assert (await unpack(config, packed.packed_msg)).metadata.authenticated
    with pytest.raises(DidNotFoundError) as caught:
        await pack_encrypted(sender, hello(), to=carol.did)
    assert caught.value.did == carol.did


async def test_a_prefix_resolver_mixes_local_and_other_dids(alice: Party) -> None:
    resolver = PrefixResolver({"did:peer:": LocalResolver(), "did:example:": Documents(alice)})
    party = DIDCommMessaging(secrets=alice.secrets, resolver=resolver)
    peer = await party.create_peer_did()
    for to, frm in ((peer, alice.did), (alice.did, peer)):
        packed = await party.pack(hello(), to=to, frm=frm)
        assert (await party.unpack(packed.message)).message.frm == frm
    assert PrefixResolver({}).resolve(peer) is None


async def test_the_longest_prefix_wins_over_the_local_resolver(alice: Party) -> None:
    did = "did:peer:2.mine"
    mine = Party(did)
    resolver = PrefixResolver({"did:": LocalResolver(), "did:peer:2.mine": Documents(mine)})
    sender = ResolversConfig(secrets_resolver=alice.secrets, did_resolver=resolver)
    assert (await pack_encrypted(sender, hello(), to=did)).to_kids == tuple(mine.kids)


async def test_a_party_resolves_a_did_or_names_the_one_not_found(documents: Documents, bob: Party) -> None:
    party = DIDCommMessaging(resolver=documents)
    assert (await party.resolve(bob.did)).key_agreement == tuple(bob.kids)
    with pytest.raises(DidNotFoundError):
        await party.resolve("did:example:unknown")
    without_loop = sync.DIDCommMessaging(resolver=documents)
    assert without_loop.resolve(bob.did) == await party.resolve(bob.did)
    with pytest.raises(DidNotFoundError):
        without_loop.resolve("did:example:unknown")


@pytest.mark.parametrize(
    "uri",
    [
        "https://b.example/\r\nHost: m.example",
        "https://b.example/\n",
        "https://b.example/a b",
        "https://b.example/\x00",
        "https://b.example/\x85",
        "https://b.example/\u2028",
        "https://b.example/\u202emoc.elpmaxe.m",
        " https://b.example",
    ],
)
def test_an_endpoint_with_characters_that_no_uri_has_is_passed_over(
    documents: Documents, alice: Party, bob: Party, uri: str
) -> None:
    serving(bob, service([{"uri": uri}, {"uri": "https://b.example/é"}]))
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert [delivery.uri for delivery in packed.deliveries] == ["https://b.example/é"]
    party = sync.DIDCommMessaging()
    with pytest.raises(ValueError, match="`service_endpoint` must be a URI"):
        party.create_peer_did(service_endpoint=uri)
    with pytest.raises(ValueError, match="`uri` of a service must be a URI"):
        party.create_peer_did(services=[{"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri}}])
    assert len(cast("InMemorySecrets", party.secrets)) == 0
