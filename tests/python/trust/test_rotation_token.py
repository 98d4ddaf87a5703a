"""The token of a rotation: its form, its claims and its signature."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    FromPrior,
    short_form,
    sync,
)
from pydidcomm.errors import (
    DIDCommError,
    InvalidSignatureError,
    MalformedMessageError,
    UnsupportedError,
)
from support.forge import jwt, plaintext
from support.parties import Party, b64, hello, unb64
from support.rotations import NOW, carry, claims, refused

if TYPE_CHECKING:
    from support.parties import Documents


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


@pytest.mark.spec("ROT-07")
def test_a_rotation_signed_by_another_key_than_its_kid_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    header = {"kid": alice.signing.kid}
    token = jwt({"iss": alice.did, "sub": mallory.did, "iat": NOW}, mallory.signing, header=header)
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, carry(token, bob, mallory))


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


@pytest.mark.spec("ROT-04", "ROT-07")
def test_a_signature_of_a_token_that_is_not_valid_rotates_nothing(
    documents: Documents, alice: Party, alice2: Party, bob: Party
) -> None:
    honest = jwt(claims(alice, alice2), alice.signing)
    body = unb64(honest.rpartition(".")[2])
    flipped = bytes([body[0] ^ 1]) + body[1:]
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, carry(f"{honest.rpartition('.')[0]}.{b64(flipped)}", bob, alice2))
