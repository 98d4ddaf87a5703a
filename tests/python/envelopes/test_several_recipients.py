"""One message for several recipients: an envelope for each, and what happens when one of them fails."""

from __future__ import annotations

import json

import pytest

from pydidcomm import (
    DIDCommMessaging,
    DIDDocument,
    LocalResolver,
    Message,
    PrefixResolver,
    pack_encrypted_to_each,
    sync,
)
from pydidcomm.errors import DidNotFoundError, SecretNotFoundError, UnsupportedError
from support.parties import HELLO, hello, results

GONE = "did:example:gone"


class Cast:
    """Three parties, each with a store of its own."""

    def __init__(self) -> None:
        self.alice, self.bob, self.carol = (sync.DIDCommMessaging() for _ in range(3))
        self.a = self.alice.create_peer_did()
        self.b = self.bob.create_peer_did(service_endpoint="https://example.com/bob")
        mediator = self.carol.create_peer_did(service_endpoint="https://mediator.example")
        self.c = self.carol.create_peer_did(service_endpoint=mediator)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def dids(envelope: str) -> set[str]:
    """Whom an envelope is encrypted to, as it says itself."""
    return {recipient["header"]["kid"].partition("#")[0] for recipient in json.loads(envelope)["recipients"]}


@pytest.mark.spec("ENC-01", "RTE-08")
async def test_each_recipient_gets_an_envelope_of_its_own_by_its_own_way(cast: Cast) -> None:
    alice = DIDCommMessaging(secrets=cast.alice.secrets)
    packed = results(await alice.pack_to_each(hello(), to=[cast.b, cast.c], frm=cast.a))
    assert [entry.endpoint() for entry in packed] == ["https://example.com/bob", "https://mediator.example"]
    to_bob, to_carol = packed
    assert dids(to_bob.message) == {cast.b}
    assert cast.bob.unpack(to_bob.message).message.frm == cast.a
    forwarded = cast.carol.unpack_forward(to_carol.message)
    assert forwarded.next == cast.c
    assert dids(forwarded.messages[0]) == {cast.c}
    received = cast.carol.unpack(forwarded.messages[0])
    assert received.metadata.authenticated
    assert received.message.to is None


@pytest.mark.spec("RTE-08")
async def test_each_recipient_behind_a_mediator_has_a_forward_of_its_own(cast: Cast) -> None:
    mediators = [sync.DIDCommMessaging() for _ in range(2)]
    uris = ["https://one.example", "wss://two.example"]
    dids = [
        mediator.create_peer_did(service_endpoint=uri) for mediator, uri in zip(mediators, uris, strict=True)
    ]
    parties = (cast.bob, cast.carol)
    to = [party.create_peer_did(service_endpoint=did) for party, did in zip(parties, dids, strict=True)]
    alice = DIDCommMessaging(secrets=cast.alice.secrets)
    packed = results(await alice.pack_to_each(hello(to=to), to=to, frm=cast.a))
    assert [entry.endpoint() for entry in packed] == uris
    with pytest.raises(SecretNotFoundError):
        mediators[0].unpack_forward(packed[1].message)
    read: list[Message] = []
    for entry, mediator, party, did in zip(packed, mediators, parties, to, strict=True):
        forwarded = mediator.unpack_forward(entry.message)
        assert forwarded.next == did
        (inner,) = forwarded.messages
        read.append(party.unpack(inner).message)
    assert read[0] == read[1]


def test_both_faces_and_the_function_pack_alike(cast: Cast) -> None:
    packed = results(cast.alice.pack_to_each(hello(), to=[cast.c, cast.b]))
    assert [kid.partition("#")[0] for entry in packed for kid in entry.to_kids] == [cast.c, cast.b]
    with pytest.raises(ValueError, match="`to` must not be empty"):
        results(sync.pack_encrypted_to_each(cast.alice.resolvers_config, hello(), []))
    with pytest.raises(TypeError, match="`to` must be one DID as str, got list: use `pack_to_each`"):
        cast.alice.pack(hello(), to=[cast.b])  # type: ignore[arg-type]


def test_a_message_is_signed_once_for_all_and_names_them_all(cast: Cast) -> None:
    to_bob, to_carol = results(cast.alice.pack_to_each(hello(), to=[cast.b, cast.c], sign_frm=cast.a))
    assert to_bob.sign_from_kid == to_carol.sign_from_kid
    received = cast.bob.unpack(to_bob.message)
    assert received.message.to == (cast.b, cast.c)
    inner = cast.carol.unpack_forward(to_carol.message).messages[0]
    assert cast.carol.unpack(inner).metadata.signed_message == received.metadata.signed_message


def test_an_unreachable_recipient_does_not_affect_the_others(cast: Cast) -> None:
    to_bob, failed, to_carol = cast.alice.pack_to_each(hello(), to=[cast.b, GONE, cast.c], frm=cast.a)
    assert cast.bob.unpack(to_bob.unwrap().text).message.frm == cast.a
    assert cast.carol.unpack(to_carol.unwrap().text).message.frm == cast.a
    assert isinstance(failed.error, DidNotFoundError)
    assert failed.error.did == GONE
    assert failed.value is None
    with pytest.raises(DidNotFoundError):
        failed.unwrap()


def test_a_recipient_that_is_named_twice_has_two_outcomes(cast: Cast) -> None:
    one, other = cast.alice.pack_to_each(hello(), to=[cast.b, cast.b], frm=cast.a)
    for outcome in (one, other):
        assert cast.bob.unpack(outcome.unwrap().text).sender == cast.a


def test_every_failed_recipient_has_its_error(cast: Cast) -> None:
    bare = DIDDocument(
        {
            "id": "did:example:bare",
            "keyAgreement": ["did:example:bare#1"],
            "verificationMethod": [
                {
                    "id": "did:example:bare#1",
                    "type": "RsaVerificationKey2018",
                    "controller": "did:example:bare",
                },
            ],
        }
    )

    class Known:
        def resolve(self, did: str) -> DIDDocument | None:
            return bare if did == "did:example:bare" else None

    alice = sync.DIDCommMessaging(
        secrets=cast.alice.secrets,
        resolver=PrefixResolver({"did:peer:": LocalResolver(), "did:example:": Known()}),
    )
    sent = alice.pack_to_each(hello(), to=[GONE, "did:example:bare"], frm=cast.a)
    assert [type(outcome.error) for outcome in sent] == [DidNotFoundError, UnsupportedError]


def test_a_failure_common_to_all_recipients_raises_its_error(cast: Cast) -> None:
    with pytest.raises(SecretNotFoundError):
        results(cast.alice.pack_to_each(hello(), to=[cast.b, cast.c], sign_frm=cast.b))


def test_no_signature_is_requested_when_no_recipient_resolves(cast: Cast) -> None:
    (outcome,) = cast.alice.pack_to_each(hello(), to=[GONE], sign_frm=cast.b)
    assert isinstance(outcome.error, DidNotFoundError)


@pytest.mark.spec("ADR-02")
def test_the_message_has_to_name_every_recipient(cast: Cast) -> None:
    message = Message(type=HELLO, to=[cast.b])
    with pytest.raises(ValueError, match=f"`to` of the message does not contain the recipient {cast.c}"):
        results(cast.alice.pack_to_each(message, to=[cast.b, cast.c]))


async def test_a_str_as_recipients_raises_type_error(cast: Cast) -> None:
    with pytest.raises(TypeError, match="`to` must be a list of DIDs, got str"):
        results(await pack_encrypted_to_each(cast.alice.resolvers_config, hello(), cast.b))


@pytest.mark.parametrize("mode", ["authcrypt", "anoncrypt", "signed"])
async def test_each_of_many_recipients_gets_an_envelope_in_its_place(cast: Cast, mode: str) -> None:
    # so many are encrypted for in parallel
    to = [cast.b, cast.c] * 10
    to[5] = GONE
    alice = DIDCommMessaging(secrets=cast.alice.secrets)
    frm, signer = (cast.a if mode == name else None for name in ("authcrypt", "signed"))
    outcomes = await alice.pack_to_each(hello(), to=to, frm=frm, sign_frm=signer)
    assert [place for place, outcome in enumerate(outcomes) if outcome.error is not None] == [5]
    assert isinstance(outcomes[5].error, DidNotFoundError)
    for did, outcome in zip(to, outcomes, strict=True):
        if did == cast.b:
            received = cast.bob.unpack(outcome.unwrap().message)
            assert received.message.body == hello().body
            assert received.sender == (None if mode == "anoncrypt" else cast.a)
        elif did == cast.c:
            forwarded = cast.carol.unpack_forward(outcome.unwrap().message)
            assert dids(forwarded.messages[0]) == {cast.c}
    assert len({outcome.unwrap().message for place, outcome in enumerate(outcomes) if place != 5}) == 19
