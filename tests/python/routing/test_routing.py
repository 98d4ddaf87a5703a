"""Routing as a sender does it: which way a message goes, and in how many layers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydidcomm import (
    DIDCommMessaging,
    Message,
    Packed,
    PackEncryptedConfig,
    PackEncryptedParameters,
    sync,
)
from pydidcomm.errors import (
    DidNotFoundError,
    EndpointNotFoundError,
    KeyNotFoundError,
    MalformedDocumentError,
)
from support.parties import HELLO, Documents, Party, header_of, hello

FORWARD = "https://didcomm.org/routing/2.0/forward"
Json = dict[str, Any]


@pytest.fixture
def one() -> Party:
    return serving(Party("did:example:one", agreement=2), {"uri": "https://one.example"})


@pytest.fixture
def two() -> Party:
    return serving(Party("did:example:two", agreement=2), {"uri": "wss://two.example"})


@pytest.fixture
def world(alice: Party, bob: Party, carol: Party, one: Party, two: Party) -> Documents:
    return Documents(alice, bob, carol, one, two)


def serving(party: Party, endpoint: object) -> Party:
    party.document["service"] = [{"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": endpoint}]
    return party


def pack(world: Documents, alice: Party, bob: Party, **parameters: Any) -> Packed:  # noqa: ANN401
    headers = parameters.pop("headers", {})
    params = PackEncryptedParameters(**parameters)
    return sync.pack_encrypted(world.of(alice), hello(**headers), bob.did, alice.did, params=params)


def kids(text: str) -> list[str]:
    return [entry["header"]["kid"] for entry in json.loads(text)["recipients"]]


def opened(world: Documents, mediator: Party, text: str) -> tuple[str, str, Json]:
    """What the mediator is to hand on, to whom, and the forward itself, which is as it has to be."""
    header = header_of(json.loads(text)["protected"])
    assert header["alg"] == "ECDH-ES+A256KW"
    assert header.keys().isdisjoint({"skid", "apu"})
    forwarded = sync.unpack_forward(world.of(mediator), text)
    forward: Json = forwarded.message.as_dict()
    assert forward["type"] == FORWARD
    assert forward["to"] == [mediator.did]
    assert "from" not in forward
    assert forward["id"]
    (attachment,) = forward["attachments"]
    assert attachment["id"]
    assert attachment["media_type"] == "application/didcomm-encrypted+json"
    assert set(attachment["data"]) == {"json"}
    (message,) = forwarded.messages
    return forwarded.next, message, forward


@pytest.mark.spec("RTE-01", "RTE-05", "RTE-06", "RTE-07", "RTE-09", "RTE-21", "RTE-22", "ENC-14", "DID-14")
def test_each_routing_key_has_a_layer_that_contains_only_the_next_hop(
    world: Documents, alice: Party, bob: Party, one: Party, two: Party
) -> None:
    serving(bob, {"uri": "https://one.example", "routingKeys": [one.kids[0], two.kids[1]]})
    packed = pack(world, alice, bob)
    (delivery,) = packed.deliveries
    assert (delivery.uri, delivery.service_id) == ("https://one.example", f"{bob.did}#s")
    assert delivery.message == packed.message == packed.packed_msg
    assert delivery.route == (one.kids[0], two.kids[1])
    assert delivery.routed_to_kids == tuple(kids(packed.message)) == (one.kids[0],)
    hop, inner, first = opened(world, one, packed.message)
    assert (hop, kids(inner)) == (two.kids[1], [two.kids[1]])
    protected = header_of(json.loads(inner)["protected"])
    seen = json.dumps(
        [first, protected, json.loads(packed.message), header_of(json.loads(packed.message)["protected"])]
    )
    assert [name for name in (alice.did, bob.did, "two.example", HELLO) if name in seen] == []
    hop, innermost, second = opened(world, two, inner)
    assert (hop, tuple(kids(innermost))) == (bob.did, packed.to_kids)
    assert [name for name in (one.did, HELLO) if name in json.dumps(second)] == []
    assert first["id"] != second["id"]
    received = world.unpack(bob, innermost)
    assert received.metadata.encrypted_from == packed.from_kid == alice.kids[0]
    assert not received.metadata.re_wrapped_in_forward


@pytest.mark.spec("DID-15", "DID-16", "DID-17", "RTE-09", "RTE-10")
@pytest.mark.parametrize(
    ("endpoint", "route", "uri"),
    [
        ({"uri": "https://bob.example"}, [], "https://bob.example"),
        ({"uri": "https://bob.example", "routingKeys": []}, [], "https://bob.example"),
        ({"uri": "did:example:one"}, ["did:example:one"], "https://one.example"),
        ([{"uri": "did:example:two"}], ["did:example:two"], "wss://two.example"),
        (
            {"uri": "did:example:one", "routingKeys": ["did:example:two#x2"]},
            ["did:example:one", "did:example:two#x2"],
            "https://one.example",
        ),
        (
            {"uri": "https://c.example", "routingKeys": ["did:example:one", "did:example:two"]},
            ["did:example:one", "did:example:two"],
            "https://c.example",
        ),
    ],
    ids=str,
)
def test_there_are_as_many_layers_as_the_documents_say(  # noqa: PLR0913, PLR0917, a table
    world: Documents, alice: Party, bob: Party, endpoint: object, route: list[str], uri: str
) -> None:
    serving(bob, endpoint)
    packed = pack(world, alice, bob)
    assert (packed.endpoint(), packed.deliveries[0].route) == (uri, tuple(route))
    text = packed.message
    for place, hop in enumerate(route):
        mediator = world.parties[hop.split("#")[0]]
        assert kids(text) == ([hop] if "#" in hop else mediator.kids)
        following, text, _ = opened(world, mediator, text)
        assert following == [*route, bob.did][place + 1]
    assert tuple(kids(text)) == packed.to_kids
    assert world.unpack(bob, text).message.body == {"msg": "Hi"}


@pytest.mark.spec("DID-15", "DID-18", "DID-22")
def test_a_mediator_that_does_not_resolve_is_an_error(
    world: Documents, alice: Party, bob: Party, one: Party, two: Party
) -> None:
    serving(bob, {"uri": one.did})
    serving(one, {"uri": two.did})
    serving(two, {"uri": one.did})
    with pytest.raises(MalformedDocumentError, match="returns to did:example:one") as circle:
        pack(world, alice, bob)
    assert circle.value.did == two.did
    del two.document["service"]
    with pytest.raises(EndpointNotFoundError) as silent:
        pack(world, alice, bob)
    assert silent.value.did == two.did
    del world.parties[one.did]
    with pytest.raises(DidNotFoundError) as unknown:
        pack(world, alice, bob)
    assert unknown.value.did == one.did


@pytest.mark.spec("DID-14")
@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("did:example:one#ed", KeyNotFoundError),
        ("did:example:unknown#k", DidNotFoundError),
        ("#x1", MalformedDocumentError),
        ("key", MalformedDocumentError),
    ],
)
def test_an_invalid_routing_key_is_an_error(
    world: Documents, alice: Party, bob: Party, key: str, error: type[Exception]
) -> None:
    serving(bob, {"uri": "https://one.example", "routingKeys": [key]})
    with pytest.raises(error):
        pack(world, alice, bob)


@pytest.mark.spec("RTE-24", "DID-06", "DID-07", "DID-08")
def test_the_text_and_the_uri_of_a_delivery_belong_together(
    world: Documents, alice: Party, bob: Party, one: Party, two: Party
) -> None:
    serving(
        bob,
        [
            {"uri": "did:example:gone"},
            {"uri": "wss://one.example", "routingKeys": [one.kids[0]]},
            {"uri": two.did},
            {"uri": "https://one.example", "routingKeys": [one.kids[0]]},
            {"uri": "https://bob.example"},
        ],
    )
    packed = pack(world, alice, bob)
    assert [each.uri for each in packed.deliveries] == [
        "wss://one.example",
        "wss://two.example",
        "https://one.example",
        "https://bob.example",
    ]
    texts = [each.message for each in packed.deliveries]
    assert texts[0] == texts[2] == packed.message
    assert [kids(text) for text in texts] == [[one.kids[0]], two.kids, [one.kids[0]], [*packed.to_kids]]
    assert opened(world, one, texts[0])[1] == opened(world, two, texts[1])[1] == texts[3]
    assert packed.delivery("https").uri == packed.endpoint("https") == "https://one.example"
    assert packed.delivery().uri == packed.endpoint() == "wss://one.example"
    assert packed.delivery("mailto", "https").message == packed.message
    with pytest.raises(EndpointNotFoundError):
        packed.delivery("mailto")


def test_a_delivery_after_the_first_is_wrapped_when_its_text_is_read(
    world: Documents, alice: Party, bob: Party, one: Party, two: Party
) -> None:
    serving(bob, [{"uri": one.did}, {"uri": two.did}])
    first, second = pack(world, alice, bob).deliveries
    assert ("bytes" in repr(first), "bytes" in repr(second)) == (True, False)
    assert second.routed_to_kids == tuple(two.kids)
    assert kids(second.text) == two.kids
    assert second.text is second.message
    assert "bytes" in repr(second)


def test_the_work_of_one_pack_does_not_grow_with_the_keys_and_routes_of_mediators(
    world: Documents, alice: Party, bob: Party
) -> None:
    def work(count: int, routes: int) -> tuple[int, list[bool]]:
        """The keys of the outermost layer, and which deliveries are wrapped."""
        crowded = Party("did:example:crowded", agreement=1)
        method = crowded.document["verificationMethod"][0]
        crowded.document["keyAgreement"] = [
            {**method, "id": f"{crowded.did}#{place}"} for place in range(count)
        ]
        world.parties[crowded.did] = crowded
        layers = [[f"did:example:crowded#{n}"] + ["did:example:crowded"] * 5 for n in range(routes - 1)]
        layers.insert(0, ["did:example:crowded"] * 6)
        serving(bob, [{"uri": "https://bob.example", "routingKeys": keys} for keys in layers])
        packed = pack(world, alice, bob)
        return len(kids(packed.text)), ["bytes" in repr(each) for each in packed.deliveries]

    assert work(10, 1) == (8, [True])
    assert work(100, 4) == (8, [True, False, False, False])


def test_the_keys_that_one_message_is_encrypted_to_have_a_limit(
    world: Documents, alice: Party, bob: Party, one: Party
) -> None:
    serving(bob, {"uri": "https://bob.example", "routingKeys": [one.kids[0]]})
    most = len(bob.kids) + 1

    def packed(most: int) -> Packed:
        config = PackEncryptedConfig(max_keys=most)
        return sync.pack_encrypted(world.of(alice), hello(), bob.did, config=config)

    assert packed(most).to_kids == tuple(bob.kids)
    with pytest.raises(ValueError, match=f"`max_keys={most - 1}`"):
        packed(most - 1)
    with pytest.raises(ValueError, match="`max_keys` must be at least 1, got 0"):
        PackEncryptedConfig(max_keys=0)


@pytest.mark.spec("DID-07")
def test_an_endpoint_for_which_the_message_is_not_wrapped_is_not_named(
    world: Documents, alice: Party, bob: Party, two: Party
) -> None:
    serving(bob, [{"uri": "https://bob.example"}, {"uri": two.did}])
    packed = pack(world, alice, bob)
    assert packed.endpoint() == "https://bob.example"
    with pytest.raises(EndpointNotFoundError) as caught:
        packed.endpoint("wss")
    assert caught.value.did == bob.did
    delivery = packed.delivery("wss")
    assert (delivery.uri, kids(delivery.message)) == ("wss://two.example", two.kids)
    chosen = pack(world, alice, bob, forward_schemes=["wss"])
    assert (chosen.endpoint(), kids(chosen.message)) == ("wss://two.example", two.kids)
    assert pack(world, alice, bob, forward_service_id="#s").endpoint() == "https://bob.example"
    for parameters in ({"forward_schemes": ["mailto"]}, {"forward_service_id": f"{bob.did}#t"}):
        with pytest.raises(EndpointNotFoundError):
            pack(world, alice, bob, **parameters)


@pytest.mark.spec("DID-11", "DID-12")
@pytest.mark.parametrize(
    ("accept", "usable"),
    [
        (None, True),
        ([], True),
        (["didcomm/v2"], True),
        (["didcomm/aip1", "didcomm/v2"], True),
        (["didcomm/aip2;env=rfc19"], False),
    ],
    ids=str,
)
def test_an_endpoint_has_to_take_this_profile(
    world: Documents, alice: Party, bob: Party, *, accept: list[str] | None, usable: bool
) -> None:
    serving(bob, {"uri": "did:example:one", "accept": accept})
    packed = pack(world, alice, bob)
    assert [each.uri for each in packed.deliveries] == (["https://one.example"] if usable else [])


@pytest.mark.spec("DID-13")
def test_missing_and_empty_routing_keys_are_equivalent_and_a_string_is_invalid(
    world: Documents, alice: Party, bob: Party, one: Party
) -> None:
    alike: list[Json] = [{}, {"routingKeys": []}, {"routingKeys": None}]
    for keys in alike:
        serving(bob, {"uri": "https://bob.example", **keys})
        packed = pack(world, alice, bob)
        assert (packed.endpoint(), packed.deliveries[0].route) == ("https://bob.example", ())
    serving(bob, {"uri": "https://bob.example", "routingKeys": one.kids[0]})
    assert pack(world, alice, bob).deliveries == ()


@pytest.mark.spec("RTE-18", "RTE-19")
def test_forwards_have_the_expiry_of_the_message_and_the_requested_headers(
    world: Documents, alice: Party, bob: Party, one: Party, two: Party
) -> None:
    serving(bob, {"uri": one.did, "routingKeys": [two.kids[0]]})

    def forwards(**parameters: Any) -> list[Json]:  # noqa: ANN401
        packed = pack(world, alice, bob, **parameters)
        _, inner, outer = opened(world, one, packed.message)
        return [outer, opened(world, two, inner)[2]]

    soon = {"expires_time": 4_000_000_000}
    assert [each["expires_time"] for each in forwards(headers=soon)] == [4_000_000_000] * 2
    assert all("expires_time" not in each for each in forwards())
    for each in forwards(headers=soon, forward_headers={"expires_time": None, "delay_milli": -500}):
        assert "expires_time" not in each
        assert each["delay_milli"] == -500
    for name in ("from", "to", "id", "body", "attachments", "type", "from_prior"):
        with pytest.raises(ValueError, match=name):
            forwards(forward_headers={name: "did:example:alice"})


@pytest.mark.spec("RTE-08")
def test_two_recipients_have_two_routes_and_one_plaintext(  # noqa: PLR0913, PLR0917, all parties
    world: Documents, alice: Party, bob: Party, carol: Party, one: Party, two: Party
) -> None:
    serving(bob, {"uri": one.did})
    serving(carol, {"uri": two.did})
    both = Message(type=HELLO, frm=alice.did, to=[bob.did, carol.did])
    read: list[Message] = []
    for party, mediator, uri in ((bob, one, "https://one.example"), (carol, two, "wss://two.example")):
        packed = sync.pack_encrypted(world.of(alice), both, party.did, alice.did)
        assert packed.endpoint() == uri
        hop, inner, _ = opened(world, mediator, packed.message)
        assert hop == party.did
        read.append(world.unpack(party, inner).message)
    assert read[0] == read[1] == both


@pytest.mark.spec("RTE-25")
def test_a_message_to_a_key_names_that_key_as_the_last_hop(
    world: Documents, alice: Party, bob: Party, one: Party
) -> None:
    serving(bob, {"uri": one.did})
    packed = sync.pack_encrypted(world.of(alice), hello(), bob.kids[1])
    hop, inner, _ = opened(world, one, packed.message)
    assert (hop, kids(inner)) == (bob.kids[1], [bob.kids[1]])


def test_every_envelope_has_deliveries_of_its_own(
    world: Documents, alice: Party, bob: Party, one: Party
) -> None:
    serving(bob, {"uri": one.did})
    packed = sync.pack_encrypted(
        world.of(alice), hello(), bob.did, config=PackEncryptedConfig(every_curve=True)
    )
    for envelope in packed.envelopes:
        assert envelope.deliveries[0].message == envelope.message == envelope.delivery("https").message
        _, inner, _ = opened(world, one, envelope.message)
        assert tuple(kids(inner)) == envelope.to_kids


@pytest.mark.spec("DID-14", "DID-16", "RTE-13")
async def test_did_peer_mediators_work_without_any_resolver() -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    front, back = DIDCommMessaging(), DIDCommMessaging()
    front_did = await front.create_peer_did(service_endpoint="https://front.example")
    back_did = await back.create_peer_did()
    bob_did = await bob.create_peer_did(service_endpoint=front_did, routing_keys=[f"{back_did}#key-1"])
    packed = await alice.pack(hello(), to=bob_did, frm=await alice.create_peer_did())
    assert packed.endpoint("https") == "https://front.example"
    first = await front.unpack_forward(packed.message)
    assert first.next == f"{back_did}#key-1"
    second = await back.unpack_forward(first.messages[0])
    assert second.goes_to(bob_did)
    assert (await bob.unpack(second.messages[0])).metadata.authenticated
