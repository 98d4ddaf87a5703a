"""Routing as mediators and receivers do it: what a forward asks for, and what lies inside of it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import DIDCommMessaging, Message, UnpackConfig, rewrap, sync, unpack_forward, wrap_in_forward
from pydidcomm.errors import (
    DIDCommError,
    MalformedMessageError,
    PolicyError,
    SecretNotFoundError,
    UntrustedMessageError,
)
from support import forge
from support.parties import hello

if TYPE_CHECKING:
    from support.parties import Documents, Party

FORWARD = "https://didcomm.org/routing/2.0/forward"
Json = dict[str, Any]


@pytest.fixture
def payload(documents: Documents, alice: Party, bob: Party) -> str:
    return sync.pack_encrypted(documents.of(alice), hello(), bob.did, alice.did).message


def forward(mediator: Party, next_hop: object, data: Json | list[Json], **headers: Any) -> Json:  # noqa: ANN401
    attachments = data if isinstance(data, list) else [{"id": "1", "data": data}]
    members: Json = {"type": FORWARD, "to": [mediator.did], "body": {"next": next_hop}}
    return forge.plaintext(**{**members, "attachments": attachments, **headers})


def sealed(content: Json, to: Party) -> Json:
    return forge.encrypt(content, [to.key])


ENVELOPE: Json = {"protected": "e30", "recipients": [], "iv": "AA", "ciphertext": "AA", "tag": "AA"}
"""The shape of an encrypted message."""


@pytest.mark.spec("RTE-11")
@pytest.mark.parametrize(
    "data",
    [
        {"json": forge.plaintext()},
        {"json": {"payload": "e30", "signatures": []}},
        {"json": {}},
        {"json": ["text"]},
        {"json": {"type": "https://example.org/x/1.0/y", "ciphertext": "AA"}},
        {"base64": base64.b64encode(b"not JSON").decode()},
    ],
)
def test_a_mediator_forwards_only_encrypted_messages(
    documents: Documents, carol: Party, bob: Party, data: Json
) -> None:
    packed = sealed(forward(carol, bob.did, [{"data": {"json": ENVELOPE}}, {"data": data}]), carol)
    with pytest.raises(MalformedMessageError) as caught:
        sync.unpack_forward(documents.of(carol), packed)
    assert caught.value.part == "message.attachments"
    config = UnpackConfig(forward_unencrypted=True)
    assert len(sync.unpack_forward(documents.of(carol), packed, config).messages) == 2


@pytest.mark.spec("RTE-11", "RTE-12")
def test_null_is_an_absent_form_of_content_and_base64_comes_first(
    documents: Documents, carol: Party, bob: Party, payload: str
) -> None:
    encoded = base64.b64encode(payload.encode()).decode()
    for data in (
        {"json": None, "base64": encoded, "links": None, "hash": None},
        {"json": json.loads(payload), "base64": None},
        {"json": ENVELOPE, "base64": encoded},
    ):
        packed = sealed(forward(carol, bob.did, {**data}), carol)
        (message,) = sync.unpack_forward(documents.of(carol), packed).messages
        assert json.loads(message) == json.loads(payload)


@pytest.mark.spec("RTE-11", "RTE-12", "RTE-13")
def test_a_payload_is_returned_unchanged(
    documents: Documents, carol: Party, bob: Party, payload: str
) -> None:
    spaced = json.dumps(json.loads(payload), indent=1)
    attachments: list[Json] = [
        {"id": "a", "data": {"json": json.loads(payload)}},
        {"id": "b", "data": {"base64": base64.b64encode(spaced.encode()).decode()}},
        {"id": "c", "data": {"base64": base64.urlsafe_b64encode(spaced.encode()).decode().rstrip("=")}},
        {"id": "d", "data": {"links": ["https://a.example/1"], "hash": "zQm"}},
    ]
    packed = sealed(forward(carol, bob.did, attachments), carol)
    forwarded = sync.unpack_forward(documents.of(carol), packed)
    # as it was written, blanks and all
    assert forwarded.messages[0] == json.dumps(json.loads(payload))
    assert forwarded.messages[1:] == (spaced, spaced)
    (link,) = forwarded.links
    assert link.data == {"links": ["https://a.example/1"], "hash": "zQm"}
    assert forwarded.metadata.encrypted
    assert not forwarded.metadata.authenticated
    assert repr(forwarded) == "Forwarded(3 messages and 1 links to did:example:bob)"
    for text in forwarded.messages:
        assert documents.unpack(bob, text).metadata.authenticated


@pytest.mark.spec("PRO-05", "PRO-06", "RTE-02")
@pytest.mark.parametrize("name", ["routing/2.1/forward", "Routing/2.0/Forward", "routing/2.0.1/for-ward"])
def test_a_forward_of_another_minor_version_or_spelling_is_read(
    documents: Documents, carol: Party, bob: Party, payload: str, name: str
) -> None:
    packed = sealed(
        forward(carol, bob.did, {"json": json.loads(payload)}, type=f"https://didcomm.org/{name}"), carol
    )
    assert sync.unpack_forward(documents.of(carol), packed).next == bob.did


@pytest.mark.spec("RTE-02", "RTE-03")
@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"body": {}}, "message.body.next"),
        ({"body": {"next": ["did:example:bob"]}}, "message.body.next"),
        ({"body": {"next": "bob"}}, "message.body.next"),
        ({"attachments": []}, "message.attachments"),
        ({"attachments": None}, "message.attachments"),
        ({"type": "https://didcomm.org/empty/1.0/empty"}, "message.type"),
    ],
    ids=str,
)
def test_a_forward_that_lacks_something_is_refused(
    documents: Documents, carol: Party, bob: Party, changes: Json, part: str
) -> None:
    packed = sealed(forward(carol, bob.did, {"json": ENVELOPE}, **changes), carol)
    with pytest.raises(MalformedMessageError) as caught:
        sync.unpack_forward(documents.of(carol), packed)
    assert caught.value.part == part


@pytest.mark.spec("MSG-12", "RTE-18", "RTE-20", "RTE-25")
@pytest.mark.parametrize(
    ("delay", "span"), [(-500, (0, 500)), (7, (7, 7)), (None, None), ("soon", None), (1.5, None)]
)
@pytest.mark.parametrize("hop", ["did:foo:1234abcd", "did:foo:1234abcd#key-1"])
def test_the_next_hop_is_next_and_unusual_headers_are_ignored(  # noqa: PLR0913, PLR0917, two tables
    documents: Documents, carol: Party, bob: Party, hop: str, delay: object, span: tuple[int, int] | None
) -> None:
    content = forward(carol, hop, {"json": ENVELOPE}, to=[carol.did, bob.did], delay_milli=delay, odd=[1])
    forwarded = sync.unpack_forward(documents.of(carol), sealed(content | {"expires_time": 9}, carol))
    assert (forwarded.next, forwarded.delay_milli, forwarded.expires_time) == (hop, span, 9)


def test_the_next_hop_is_compared_as_a_party(documents: Documents, carol: Party, bob: Party) -> None:
    def goes_to(hop: str, party: str) -> bool:
        packed = sealed(forward(carol, hop, {"json": ENVELOPE}), carol)
        return sync.unpack_forward(documents.of(carol), packed).goes_to(party)

    key = "did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"
    for hop, party in (
        (bob.did, bob.kids[0]),
        (bob.kids[0], bob.did),
        (key, f"{key}#{key[8:]}"),
        (f"{key}#{key[8:]}", key),
    ):
        assert goes_to(hop, party)
    assert not goes_to(bob.kids[0], bob.kids[1])
    assert not goes_to(bob.did, carol.did)
    with pytest.raises(ValueError, match="DID"):
        goes_to(bob.did, "bob")


def test_an_authcrypted_forward_is_accepted(
    documents: Documents, alice: Party, carol: Party, bob: Party
) -> None:
    content = forward(carol, bob.did, {"json": ENVELOPE}, from_=alice.did)
    packed = forge.encrypt(content, [carol.key], sender=alice.key)
    forwarded = sync.unpack_forward(documents.of(carol), packed)
    assert forwarded.metadata.encrypted_from == alice.kids[0]
    assert forwarded.received.message.frm == alice.did
    config = UnpackConfig(allowed_senders=lambda did: did == bob.did)
    with pytest.raises(PolicyError):
        sync.unpack_forward(documents.of(carol), packed, config)
    with pytest.raises(UntrustedMessageError):
        sync.unpack_forward(
            documents.of(carol), forge.encrypt(content | {"from": bob.did}, [carol.key], sender=alice.key)
        )


@pytest.mark.spec("RTE-04")
@pytest.mark.parametrize("content", ["{}", "[]", "", "no", '{"type":"x","ciphertext":"a"}', {"payload": "a"}])
def test_a_message_readable_by_the_mediator_is_not_wrapped(
    documents: Documents, carol: Party, bob: Party, content: str | Json
) -> None:
    with pytest.raises(MalformedMessageError):
        sync.wrap_in_forward(documents.of(carol), content, bob.did, [carol.did])
    with pytest.raises(MalformedMessageError):
        sync.rewrap(documents.of(carol), content, bob.did)


def test_wrapping_without_a_routing_key_is_refused(documents: Documents, bob: Party, payload: str) -> None:
    for keys in ([], ["key"], [bob.did] * 7):
        with pytest.raises(ValueError, match=r"DID|routing_keys"):
            sync.wrap_in_forward(documents.of(bob), payload, bob.did, keys)


@pytest.mark.spec("RTE-14")
async def test_a_mediator_wraps_for_the_keys_that_were_registered(
    documents: Documents, alice: Party, bob: Party, carol: Party, payload: str
) -> None:
    wrapped = await rewrap(
        documents.of(carol), payload, bob.did, [alice.kids[0], carol.did], headers={"delay_milli": 7}
    )
    assert wrapped.to_kids == (alice.kids[0],)
    assert wrapped.media_type == "application/didcomm-encrypted+json"
    first = await unpack_forward(documents.of(alice), wrapped.message)
    assert (first.next, first.delay_milli) == (carol.did, (7, 7))
    second = await unpack_forward(documents.of(carol), first.messages[0])
    assert (second.next, second.messages) == (bob.did, (payload,))
    same = await wrap_in_forward(documents.of(carol), payload, bob.did, [alice.kids[0], carol.did])
    assert same.to_kids == wrapped.to_kids


@pytest.mark.spec("RTE-15", "RTE-16")
async def test_a_receiver_opens_a_forward_to_itself(
    documents: Documents, alice: Party, bob: Party, payload: str
) -> None:
    mediator = DIDCommMessaging(resolver=documents)
    wrapped = await mediator.rewrap(payload, bob.did)
    assert wrapped.to_kids == tuple(bob.kids)
    bobs = DIDCommMessaging(secrets=bob.secrets, resolver=documents)
    received = await bobs.unpack(wrapped.message)
    assert received.message.body == {"msg": "Hi"}
    assert received.metadata.re_wrapped_in_forward
    assert received.metadata.encrypted_from == alice.kids[0]
    # what is demanded is demanded of the message, not of the forward around it
    strict = UnpackConfig(require_authenticated=True)
    assert (await bobs.unpack(wrapped.message, config=strict)).metadata.re_wrapped_in_forward
    unopened = await bobs.unpack(wrapped.message, config=UnpackConfig(unwrap_re_wrapping_forward=False))
    assert (unopened.message.type, unopened.metadata.re_wrapped_in_forward) == (FORWARD, False)
    explicit = await bobs.unpack_forward(wrapped.message)
    assert (explicit.message.to, explicit.next, explicit.messages) == ((bob.did,), bob.did, (payload,))


@pytest.mark.spec("RTE-17")
def test_a_forward_does_not_authenticate_its_content(documents: Documents, alice: Party, bob: Party) -> None:
    inner = forge.encrypt(forge.plaintext(from_=alice.did, to=[bob.did]), [bob.key])
    outer = forge.encrypt(
        forward(bob, bob.did, {"json": inner}, from_=alice.did), [bob.key], sender=alice.key
    )
    received = documents.unpack(bob, outer)
    assert received.metadata.re_wrapped_in_forward
    assert not received.metadata.authenticated
    assert received.metadata.encrypted_from is None
    with pytest.raises(PolicyError):
        documents.unpack(bob, outer, UnpackConfig(require_authenticated=True))


@pytest.mark.spec("RTE-16")
def test_a_forward_for_another_recipient_is_not_opened(
    documents: Documents, alice: Party, bob: Party, payload: str
) -> None:
    data = {"json": json.loads(payload)}
    for content in (
        forward(bob, alice.did, data),
        forward(bob, bob.did, [{"data": data}, {"data": data}]),
        forward(bob, bob.did, {"json": forge.plaintext()}),
    ):
        received = documents.unpack(bob, sealed(content, bob))
        assert received.message.type == FORWARD
        assert not received.metadata.re_wrapped_in_forward


@pytest.mark.spec("RTE-17")
def test_forwards_in_forwards_end_in_an_error(documents: Documents, bob: Party, payload: str) -> None:
    def nested(depth: int) -> Json:
        packed: Json = json.loads(payload)
        for _ in range(depth):
            packed = sealed(forward(bob, bob.did, {"json": packed}), bob)
        return packed

    assert documents.unpack(bob, nested(10)).metadata.re_wrapped_in_forward
    with pytest.raises(MalformedMessageError, match="forwards"):
        documents.unpack(bob, nested(11))
    config = UnpackConfig(max_forward_depth=1)
    assert documents.unpack(bob, nested(1), config).message.body == {"msg": "Hi"}
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, nested(2), config)


def test_only_the_addressed_mediator_opens_a_forward(documents: Documents, carol: Party, bob: Party) -> None:
    packed = sealed(forward(carol, bob.did, {"json": ENVELOPE}), carol)
    with pytest.raises(SecretNotFoundError):
        sync.unpack_forward(documents.of(bob), packed)
    for broken in ("", "{}", "[]", json.dumps(packed)[:-9]):
        with pytest.raises(DIDCommError):
            sync.unpack_forward(documents.of(carol), broken)


def test_synchronous_functions_wrap_and_unwrap_forwards() -> None:
    alice, mediator, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging(), sync.DIDCommMessaging()
    mediator_did = mediator.create_peer_did(service_endpoint="https://mediator.example")
    bob_did = bob.create_peer_did(service_endpoint=mediator_did)
    packed = alice.pack(Message(type="https://example.org/greeting/1.0/hello"), to=bob_did)
    (payload,) = mediator.unpack_forward(packed.message).messages
    assert bob.unpack(mediator.rewrap(payload, bob_did).message).metadata.re_wrapped_in_forward
    wrapped = mediator.wrap_in_forward(payload, to=bob_did, routing_keys=[mediator_did])
    assert mediator.unpack_forward(wrapped.message).messages == (payload,)
