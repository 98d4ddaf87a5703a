"""DID rotation and its end: announced by the prior DID, for the very sender, encrypted, in time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pydidcomm import (
    FromPrior,
    PackEncryptedParameters,
    PeerEnded,
    PeerRotated,
    UnpackConfig,
    short_form,
    sync,
)
from pydidcomm.errors import (
    DidNotFoundError,
    KeyNotFoundError,
    UntrustedMessageError,
)
from support import forge
from support.forge import jwt, plaintext
from support.parties import Key, Party, header_of, hello, unb64
from support.rotations import NOW, carry, claims, refused

if TYPE_CHECKING:
    from support.parties import Documents


@pytest.mark.spec("ROT-02", "ROT-03", "ROT-04", "ROT-06", "ROT-11")
def test_a_rotation_arrives_as_verified_claims(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    message = hello(frm=alice2.did, to=[bob.did], from_prior=FromPrior(iss=alice.did, sub=alice2.did, iat=7))
    alice2.secrets.add_key(alice.signing.secret_jwk)
    packed = sync.pack_encrypted(documents.of(alice2), message, to=bob.did, frm=alice2.did)
    assert packed.from_prior_issuer_kid == alice.signing.kid
    assert packed.from_kid == alice2.key.kid
    received = documents.unpack(bob, packed.packed_msg)
    assert received.message.from_prior == FromPrior(iss=alice.did, sub=alice2.did, iat=7)
    assert received.metadata.from_prior_issuer_kid == alice.signing.kid
    token = received.metadata.from_prior_jwt
    assert token is not None
    assert received.message.as_dict()["from_prior"] == token
    header, body, signature = token.split(".")
    assert header_of(header) == {"typ": "JWT", "alg": "EdDSA", "kid": alice.signing.kid}
    assert json.loads(unb64(body)) == {"iss": alice.did, "sub": alice2.did, "iat": 7}
    alice.signing.private.public_key().verify(unb64(signature), f"{header}.{body}".encode())


@pytest.mark.spec("ROT-15", "ROT-10")
def test_the_same_announcement_may_come_twice(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    alice2.secrets.add_key(alice.signing.secret_jwk)
    rotation = FromPrior(iss=alice.did, sub=alice2.did, iat=NOW - 60)
    messages = [hello(id=name, to=[bob.did], frm=alice2.did, from_prior=rotation) for name in ("a", "b")]
    packed = [
        sync.pack_encrypted(documents.of(alice2), each, to=bob.did, frm=alice2.did) for each in messages
    ]
    for text in (packed[0], packed[1], packed[0]):
        announced = documents.unpack(bob, text.packed_msg).message.from_prior
        assert isinstance(announced, FromPrior)
        assert announced.iat == NOW - 60


@pytest.mark.spec("ROT-08", "ROT-07")
def test_a_rotation_signed_by_another_party_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    token = jwt({"iss": alice.did, "sub": mallory.did, "iat": NOW}, mallory.signing)
    untrusted = refused(documents, bob, carry(token, bob, mallory))
    assert untrusted == ("from_prior.iss=kid", mallory.signing.kid, alice.did)


@pytest.mark.spec("ROT-07")
@pytest.mark.parametrize("listed", ["nowhere", "verificationMethod", "assertionMethod"])
def test_a_rotation_signed_by_a_key_that_may_not_sign_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party, listed: str
) -> None:
    key = Key(f"{alice.did}#gone", "Ed25519")
    if listed != "nowhere":
        alice.document.setdefault(listed, []).append(key.method)
    with pytest.raises(KeyNotFoundError) as caught:
        documents.unpack(bob, carry(jwt(claims(alice, alice2), key), bob, alice2))
    error = caught.value
    assert (error.did, error.kid, error.relationship) == (alice.did, key.kid, "authentication")


@pytest.mark.spec("ROT-07", "DID-22")
def test_a_prior_did_that_does_not_resolve_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    del documents.parties[alice.did]
    with pytest.raises(DidNotFoundError) as caught:
        documents.unpack(bob, carry(jwt(claims(alice, alice2), alice.signing), bob, alice2))
    assert caught.value.did == alice.did


@pytest.mark.spec("ROT-09", "ROT-02")
@pytest.mark.parametrize("authcrypted", [False, True])
def test_a_rotation_to_another_did_than_the_sender_is_refused(  # noqa: PLR0913, fixtures
    documents: Documents, alice: Party, alice2: Party, mallory: Party, bob: Party, *, authcrypted: bool
) -> None:
    # mallory has seen the announcement and puts it into a message of her own
    token = jwt(claims(alice, alice2), alice.signing)
    forged = carry(token, bob, mallory if authcrypted else None, mallory.did)
    assert refused(documents, bob, forged) == ("from_prior.sub=from", alice.signing.kid, alice2.did)


@pytest.mark.spec("ROT-01")
@pytest.mark.parametrize("signed", [False, True])
def test_an_unencrypted_rotation_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party, *, signed: bool
) -> None:
    token = jwt(claims(alice, alice2), alice.signing)
    message = plaintext(from_=alice2.did, to=[bob.did], from_prior=token)
    forged = forge.sign(message, alice2.signing) if signed else message
    assert refused(documents, bob, forged) == ("from_prior=encrypted", None, None)


@pytest.mark.spec("ROT-20")
@pytest.mark.parametrize(
    "times", [{"exp": NOW - 3600}, {"nbf": NOW + 3600}, {"iat": NOW + 3600}, {"exp": 0}, {"iat": 2**63}]
)
def test_a_rotation_out_of_its_time_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party, times: dict[str, int]
) -> None:
    token = jwt(claims(alice, alice2, **times), alice.signing)
    untrusted = refused(documents, bob, carry(token, bob, alice2))
    assert untrusted == ("from_prior.time", alice.signing.kid, alice.did)


@pytest.mark.spec("ROT-18", "ROT-19")
def test_a_rotation_without_a_new_did_ends_the_relationship(
    documents: Documents, alice: Party, bob: Party
) -> None:
    ending = hello(to=[bob.did], from_prior=FromPrior(iss=alice.did))
    packed = sync.pack_encrypted(documents.of(alice), ending, to=bob.did)
    received = documents.unpack(bob, packed.packed_msg)
    announced = received.message.from_prior
    assert isinstance(announced, FromPrior)
    assert (announced.iss, announced.sub) == (alice.did, None)
    assert received.message.frm is None
    assert received.metadata.from_prior_issuer_kid == alice.signing.kid
    assert not received.metadata.authenticated
    token = received.metadata.from_prior_jwt
    assert token is not None
    assert "sub" not in json.loads(unb64(token.split(".")[1]))


@pytest.mark.spec("ROT-19", "ROT-09")
def test_an_ending_in_a_message_with_a_sender_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    token = jwt(claims(alice, None), alice.signing)
    assert documents.unpack(bob, carry(token, bob, None)).message.frm is None
    for sender in (alice, alice2):
        untrusted = refused(documents, bob, carry(token, bob, sender))
        assert untrusted == ("from_prior.sub=from", alice.signing.kid, None)
    anonymous = refused(documents, bob, carry(token, bob, None, alice.did))
    assert anonymous == ("from_prior.sub=from", alice.signing.kid, None)


@pytest.mark.spec("ROT-09")
def test_a_rotation_in_a_message_without_a_sender_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    forged = carry(jwt(claims(alice, alice2), alice.signing), bob, None)
    assert refused(documents, bob, forged) == ("from_prior.sub=from", alice.signing.kid, alice2.did)


@pytest.mark.spec("ROT-01", "ROT-02", "ROT-09", "ROT-19")
def test_a_rotation_that_every_recipient_would_refuse_is_not_packed(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    resolvers = documents.of(alice)
    rotating = hello(frm=alice2.did, from_prior=FromPrior(iss=alice.did, sub=alice2.did))
    ending = hello(from_prior=FromPrior(iss=alice.did))
    with pytest.raises(ValueError, match="encrypted"):
        sync.pack_plaintext(resolvers, rotating)
    with pytest.raises(ValueError, match="encrypted"):
        sync.pack_signed(resolvers, rotating, sign_frm=alice2.did)
    with pytest.raises(ValueError, match="from"):
        sync.pack_encrypted(resolvers, rotating, to=bob.did, frm=alice.did)
    with pytest.raises(ValueError, match="sub"):
        sync.pack_encrypted(resolvers, rotating.replace(frm=None), to=bob.did)
    for message, frm in ((ending.replace(frm=alice.did), None), (ending, alice.did)):
        with pytest.raises(ValueError, match="sub"):
            sync.pack_encrypted(resolvers, message, to=bob.did, frm=frm)
    with pytest.raises(ValueError, match="from_prior_issuer_kid"):
        sync.pack_encrypted(
            resolvers,
            ending,
            to=bob.did,
            params=PackEncryptedParameters(from_prior_issuer_kid=alice2.signing.kid),
        )


@pytest.mark.spec("ROT-06")
def test_the_key_that_signs_the_rotation_can_be_named(documents: Documents, alice: Party, bob: Party) -> None:
    other = Key(f"{alice.did}#ed2", "Ed25519")
    alice.document["authentication"].append(other.method)
    alice.secrets.add_key(other.secret_jwk)
    ending = hello(from_prior=FromPrior(iss=alice.did))
    for kid in (other.kid, alice.signing.kid):
        params = PackEncryptedParameters(from_prior_issuer_kid=kid)
        packed = sync.pack_encrypted(documents.of(alice), ending, to=bob.did, params=params)
        assert packed.from_prior_issuer_kid == kid
        assert documents.unpack(bob, packed.packed_msg).metadata.from_prior_issuer_kid == kid


@pytest.mark.spec("ROT-24")
def test_an_old_end_of_a_relationship_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    day = 24 * 60 * 60
    packed = carry(jwt(claims(alice, None), alice.signing), bob, None)
    for now in (NOW, NOW + 30 * day):
        change = documents.unpack(bob, packed, UnpackConfig(now=now)).relationship_change
        assert isinstance(change, PeerEnded)
        assert change.at == NOW
    for config in (UnpackConfig(now=NOW + 31 * day), UnpackConfig(now=NOW + day, max_ending_age=3600)):
        with pytest.raises(UntrustedMessageError) as caught:
            documents.unpack(bob, packed, config)
        assert caught.value.claim == "from_prior.time"
    config = UnpackConfig(now=NOW + 31 * day, max_ending_age=32 * day)
    assert documents.unpack(bob, packed, config).relationship_change is not None


@pytest.mark.spec("ROT-24")
def test_a_rotation_may_be_as_old_as_it_is(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    token = jwt(claims(alice, alice2, iat=1), alice.signing)
    received = documents.unpack(bob, carry(token, bob, alice2), UnpackConfig(max_ending_age=0))
    assert received.relationship_change is not None


def test_a_rotation_to_another_form_of_the_same_did_is_refused() -> None:
    alice = sync.DIDCommMessaging()
    did = alice.create_peer_did(method=4)
    for iss, sub in ((did, short_form(did)), (short_form(did), did), (did, did)):
        with pytest.raises(ValueError, match=r"from_prior\.sub"):
            FromPrior(iss=iss, sub=sub)


def test_rotation_in_an_anoncrypted_message_has_no_proved_sender(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    token = jwt(claims(alice, alice2), alice.signing)
    received = documents.unpack(bob, carry(token, bob, None, frm=alice2.did))
    assert isinstance(received.relationship_change, PeerRotated)
    assert received.relationship_change.new == alice2.did
    assert received.sender is None
    assert [warning.code for warning in received.metadata.warnings] == ["unproved_from"]
