"""DID rotation and its end: announced by the prior DID, for the very sender, encrypted, in time."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

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
    DIDCommError,
    DidNotFoundError,
    InvalidSignatureError,
    KeyNotFoundError,
    MalformedMessageError,
    UnsupportedError,
    UntrustedMessageError,
)
from support import forge
from support.forge import jwt, plaintext
from support.parties import Key, Party, b64, header_of, hello, unb64

if TYPE_CHECKING:
    from support.parties import Documents

NOW = int(time.time())


@pytest.fixture
def alice2(documents: Documents) -> Party:
    """Alice under her new DID."""
    party = Party("did:example:alice2")
    documents.parties[party.did] = party
    return party


def claims(alice: Party, alice2: Party | None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401, claims
    return {"iss": alice.did, "sub": alice2.did if alice2 else None, "iat": NOW, **changes}


def carry(token: object, bob: Party, sender: Party | None, frm: str | None = None) -> dict[str, Any]:
    """An encrypted message with that `from_prior`."""
    frm = frm or (sender.did if sender else None)
    message = plaintext(from_=frm, to=[bob.did], from_prior=token)
    return forge.encrypt(message, bob.agreement, sender=sender.key if sender else None)


def refused(documents: Documents, bob: Party, forged: Any) -> tuple[str, str | None, str | None]:  # noqa: ANN401
    with pytest.raises(UntrustedMessageError) as caught:
        documents.unpack(bob, forged)
    return caught.value.claim, caught.value.kid, caught.value.did


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


@pytest.mark.spec("ROT-11", "ROT-16")
@pytest.mark.parametrize("header", [{}, {"crv": "ED25519"}, {"crv": "Ed25519"}, {"typ": None}, {"odd": 1}])
def test_an_honest_token_of_another_implementation_is_verified(
    documents: Documents, alice: Party, alice2: Party, bob: Party, header: dict[str, Any]
) -> None:
    token = jwt(
        claims(alice, alice2, exp=NOW + 3600, nbf=NOW, jti="j", aud=bob.did), alice.signing, header=header
    )
    received = documents.unpack(bob, carry(token, bob, alice2))
    announced = received.message.from_prior
    assert isinstance(announced, FromPrior)
    assert (announced.iss, announced.sub) == (alice.did, alice2.did)
    assert (announced.exp, announced.nbf, announced.jti, announced.aud) == (NOW + 3600, NOW, "j", bob.did)


@pytest.mark.spec("ROT-08", "ROT-07")
def test_a_rotation_signed_by_another_party_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    token = jwt({"iss": alice.did, "sub": mallory.did, "iat": NOW}, mallory.signing)
    untrusted = refused(documents, bob, carry(token, bob, mallory))
    assert untrusted == ("from_prior.iss=kid", mallory.signing.kid, alice.did)


@pytest.mark.spec("ROT-07")
def test_a_rotation_signed_by_another_key_than_its_kid_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    header = {"kid": alice.signing.kid}
    token = jwt({"iss": alice.did, "sub": mallory.did, "iat": NOW}, mallory.signing, header=header)
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, carry(token, bob, mallory))


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


@pytest.mark.spec("ROT-05", "ROT-03")
def test_a_token_that_is_not_a_signed_jwt_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    honest = jwt(claims(alice, alice2), alice.signing)
    header, body, signature = honest.split(".")
    unsigned = b64(json.dumps({"typ": "JWT", "alg": "none", "kid": alice.signing.kid}))
    shared = b64(json.dumps({"typ": "JWT", "alg": "HS256", "kid": alice.signing.kid}))
    nameless = b64(json.dumps({"typ": "JWT", "alg": "EdDSA"}))
    for token, error in (
        (f"{unsigned}.{body}.", UnsupportedError),
        (f"{shared}.{body}.{signature}", UnsupportedError),
        (f"{nameless}.{body}.{signature}", MalformedMessageError),
        (f"{header}.{body}.", InvalidSignatureError),
        (f"{header}.{body}.{b64(bytes(64))}", InvalidSignatureError),
        (f"{header}.{body}", MalformedMessageError),
        (f"{honest}.{signature}", DIDCommError),
        (f"{header}.{b64('[]')}.{signature}", MalformedMessageError),
        ("", MalformedMessageError),
        ({"iss": alice.did, "sub": alice2.did}, MalformedMessageError),
        (jwt(claims(alice, alice2, iat="now"), alice.signing), MalformedMessageError),
        (jwt(claims(alice, alice2, iss=None), alice.signing), MalformedMessageError),
        (jwt(claims(alice, alice2, iss=alice.signing.kid), alice.signing), MalformedMessageError),
        (jwt(claims(alice, alice2), alice.signing, header={"crit": ["odd"], "odd": 1}), UnsupportedError),
        (jwt(claims(alice, alice2), alice.signing, header={"kid": "#ed"}), MalformedMessageError),
        (jwt(claims(alice, alice), alice.signing), MalformedMessageError),
    ):
        with pytest.raises(error):
            documents.unpack(bob, carry(token, bob, alice2))


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


def test_a_token_that_was_not_verified_cannot_be_packed_as_if_it_were(
    documents: Documents, alice: Party, bob: Party
) -> None:
    token = jwt(claims(alice, None), alice.signing)
    received = sync.unpack(documents.of(bob), plaintext()).message
    carrying = {**received.as_dict(), "from_prior": token}
    with pytest.raises(ValueError, match="claims"):
        sync.pack_encrypted(documents.of(alice), carrying, to=bob.did)


@pytest.mark.spec("ROT-21")
def test_a_token_for_another_party_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party, carol: Party
) -> None:
    for sender in (alice2, None):
        for audience in (carol.did, [carol.did], [], f"{bob.did}x", "", bob.did.upper()):
            token = jwt(claims(alice, sender, aud=audience), alice.signing)
            untrusted = refused(documents, bob, carry(token, bob, sender))
            assert untrusted == ("from_prior.aud=recipient", alice.signing.kid, bob.did)
        for audience in (bob.did, [carol.did, bob.did]):
            token = jwt(claims(alice, sender, aud=audience), alice.signing)
            received = documents.unpack(bob, carry(token, bob, sender))
            claims_read = received.message.from_prior
            assert isinstance(claims_read, FromPrior)
            assert claims_read.aud == (tuple(audience) if isinstance(audience, list) else audience)


@pytest.mark.spec("ROT-21")
def test_the_audience_is_compared_in_each_form_of_a_did() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    old, to = alice.create_peer_did(), bob.create_peer_did(method=4)
    for audience in (to, short_form(to)):
        ending = hello(from_prior=FromPrior(iss=old, aud=audience))
        packed = alice.pack(ending, to=to, anonymous=True).message
        assert bob.unpack(packed).relationship_change is not None


@pytest.mark.spec("ROT-18", "ROT-21")
@pytest.mark.parametrize("member", ["sub", "aud"])
def test_null_is_not_an_absent_claim(documents: Documents, alice: Party, bob: Party, member: str) -> None:
    header = b64(json.dumps({"typ": "JWT", "alg": "EdDSA", "kid": alice.signing.kid}))
    body = b64(json.dumps({"iss": alice.did, "iat": NOW, member: None}))
    signature = b64(alice.signing.private.sign(f"{header}.{body}".encode()))
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, carry(f"{header}.{body}.{signature}", bob, None))


@pytest.mark.spec("ROT-22")
def test_the_short_and_the_long_media_type_of_a_jwt_are_one(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    for typ in ("JWT", "jwt", "application/jwt", "application/JWT", None):
        token = jwt(claims(alice, alice2), alice.signing, header={"typ": typ})
        assert documents.unpack(bob, carry(token, bob, alice2)).message.from_prior is not None
    for typ in ("JWM", "application/didcomm-signed+json", "JOSE", "text/jwt", ""):
        token = jwt(claims(alice, alice2), alice.signing, header={"typ": typ})
        with pytest.raises(MalformedMessageError) as caught:
            documents.unpack(bob, carry(token, bob, alice2))
        assert caught.value.part == "from_prior.header.typ"


@pytest.mark.spec("ROT-23")
def test_a_token_without_the_time_of_the_rotation_is_refused(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    for sender in (alice2, None):
        token = jwt(claims(alice, sender, iat=None), alice.signing)
        with pytest.raises(MalformedMessageError) as caught:
            documents.unpack(bob, carry(token, bob, sender))
        assert caught.value.part == "from_prior.iat"


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


@pytest.mark.spec("ROT-04", "ROT-07")
def test_a_signature_of_a_token_that_is_not_valid_rotates_nothing(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    honest = jwt(claims(alice, alice2), alice.signing)
    body = unb64(honest.rpartition(".")[2])
    flipped = bytes([body[0] ^ 1]) + body[1:]
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, carry(f"{honest.rpartition('.')[0]}.{b64(flipped)}", bob, alice2))


def test_rotation_in_an_anoncrypted_message_has_no_proved_sender(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    token = jwt(claims(alice, alice2), alice.signing)
    received = documents.unpack(bob, carry(token, bob, None, frm=alice2.did))
    assert isinstance(received.relationship_change, PeerRotated)
    assert received.relationship_change.new == alice2.did
    assert received.sender is None
    assert [warning.code for warning in received.metadata.warnings] == ["unproved_from"]
