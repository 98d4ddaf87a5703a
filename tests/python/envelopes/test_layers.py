"""Foreign signatures and layers: read in every form that peers write, refused in any other order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import UnpackConfig
from pydidcomm.errors import (
    DIDCommError,
    InvalidSignatureError,
    MalformedMessageError,
    UnsupportedError,
    UntrustedMessageError,
)
from support import forge
from support.forge import plaintext
from support.parties import b64

if TYPE_CHECKING:
    from support.parties import Documents, Party


# signed


@pytest.mark.spec("SIG-08", "SIG-15", "SIG-16", "MED-08", "MED-09", "MED-10")
@pytest.mark.parametrize("typ", [forge.SIGNED, "didcomm-signed+json", "JWM", None])
@pytest.mark.parametrize("kid", ["both", "protected", "unprotected"])
@pytest.mark.parametrize("flat", [False, True])
def test_a_jws_is_read_in_every_form_that_peers_write(  # noqa: PLR0913, fixtures
    documents: Documents, alice: Party, bob: Party, typ: str | None, kid: str, *, flat: bool
) -> None:
    changes: dict[str, Any] = {"typ": typ} | ({"kid": None} if kid == "unprotected" else {})
    header: dict[str, Any] | None = {} if kid == "protected" else None
    message = plaintext(from_=alice.did, to=[bob.did])
    signed = forge.sign(message, alice.signing, protected=changes, header=header)
    signed = forge.flattened(signed) if flat else signed
    for packed in (signed, forge.encrypt(signed, bob.agreement)):
        received = documents.unpack(bob, packed)
        assert received.metadata.sign_from == alice.signing.kid
        assert received.metadata.signed_message is not None
        assert json.loads(received.metadata.signed_message) == signed


@pytest.mark.spec("SIG-16")
@pytest.mark.parametrize(
    "typ", ["JWT", "application/jwt", "JOSE", "JOSE+JSON", forge.ENCRYPTED, "text/plain", ""]
)
def test_a_signature_over_another_content_is_refused(
    documents: Documents, alice: Party, bob: Party, typ: str
) -> None:
    message = plaintext(from_=alice.did, to=[bob.did])
    signed = forge.sign(message, alice.signing, protected={"typ": typ})
    for packed in (signed, forge.encrypt(signed, bob.agreement)):
        with pytest.raises(MalformedMessageError) as caught:
            documents.unpack(bob, packed)
        assert caught.value.part == "jws.protected.typ"


@pytest.mark.spec("SIG-25")
@pytest.mark.parametrize("name", ["alg", "typ"])
def test_a_name_in_both_headers_of_a_signature_is_refused(
    documents: Documents, alice: Party, bob: Party, name: str
) -> None:
    value = {"alg": "EdDSA", "typ": forge.SIGNED}[name]
    header = {"kid": alice.signing.kid, name: value}
    forged = forge.sign(plaintext(from_=alice.did), alice.signing, protected={"kid": None}, header=header)
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.part == "jws.header"


@pytest.mark.spec("SIG-15")
def test_two_kids_that_differ_are_refused(documents: Documents, alice: Party, bob: Party) -> None:
    forged = forge.sign(plaintext(from_=alice.did), alice.signing, header={"kid": f"{alice.did}#other"})
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, forged)
    assert caught.value.part == "jws.header.kid"


@pytest.mark.spec("SIG-17")
def test_a_second_signature_is_refused(
    documents: Documents, alice: Party, mallory: Party, bob: Party
) -> None:
    message = plaintext(from_=alice.did)
    one, other = forge.sign(message, alice.signing), forge.sign(message, mallory.signing)
    for signatures in ([*one["signatures"], *other["signatures"]], []):
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, {**one, "signatures": signatures})


@pytest.mark.spec("SIG-19")
@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "ES256", "eddsa", ""])
def test_an_alg_that_is_not_that_of_the_key_is_refused(
    documents: Documents, alice: Party, bob: Party, alg: str
) -> None:
    forged = forge.sign(plaintext(from_=alice.did), alice.signing, protected={"alg": alg})
    with pytest.raises((UnsupportedError, InvalidSignatureError, MalformedMessageError)):
        documents.unpack(bob, forged)
    forged["signatures"][0]["signature"] = ""
    with pytest.raises(DIDCommError):
        documents.unpack(bob, forged)


@pytest.mark.spec("SIG-07")
def test_a_compact_jws_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    jws = forge.flattened(forge.sign(plaintext(from_=alice.did), alice.signing))
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, f"{jws['protected']}.{jws['payload']}.{jws['signature']}")


@pytest.mark.spec("SIG-18", "SIG-22", "MSG-30")
def test_a_signed_message_with_one_letter_changed_is_refused(
    documents: Documents, alice: Party, bob: Party
) -> None:
    signed = forge.sign(plaintext(from_=alice.did), alice.signing)
    changed = {**signed, "payload": b64(json.dumps(plaintext(from_=alice.did, body={"msg": "Ho"})))}
    with pytest.raises(InvalidSignatureError):
        documents.unpack(bob, changed)


# layers


@pytest.mark.spec("ENV-08", "ENV-02")
def test_layers_in_another_order_are_refused(documents: Documents, alice: Party, bob: Party) -> None:
    message = plaintext(from_=alice.did, to=[bob.did])
    anon = forge.encrypt(message, bob.agreement)
    auth = forge.encrypt(message, bob.agreement, sender=alice.key)
    signed = forge.sign(message, alice.signing)
    for forged in (
        forge.sign(anon, alice.signing),
        forge.sign(auth, alice.signing),
        forge.sign(signed, alice.signing),
        forge.encrypt(anon, bob.agreement),
        forge.encrypt(anon, bob.agreement, sender=alice.key),
        forge.encrypt(auth, bob.agreement, sender=alice.key),
        forge.encrypt(forge.encrypt(auth, bob.agreement), bob.agreement),
    ):
        with pytest.raises(MalformedMessageError, match="order"):
            documents.unpack(bob, forged)


@pytest.mark.spec("ENV-07", "ENV-05")
def test_every_allowed_layer_is_opened(documents: Documents, alice: Party, bob: Party) -> None:
    signed = forge.sign(plaintext(from_=alice.did, to=[bob.did]), alice.signing)
    authcrypted = forge.encrypt(signed, bob.agreement, sender=alice.key)
    received = documents.unpack(bob, forge.encrypt(authcrypted, bob.agreement))
    metadata = received.metadata
    assert (metadata.sign_from, metadata.encrypted_from) == (alice.signing.kid, alice.key.kid)
    assert metadata.anonymous_sender


# limits


def test_limits_are_set_by_the_caller(documents: Documents, bob: Party) -> None:
    packed = forge.encrypt(plaintext(), bob.agreement)
    octets = len(json.dumps(packed))
    just = UnpackConfig(max_bytes=octets, max_recipients=3)
    assert documents.unpack(bob, json.dumps(packed), just).message.id == "one"
    for config in (UnpackConfig(max_bytes=octets - 1), UnpackConfig(max_recipients=2)):
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, json.dumps(packed), config)


def test_a_thousand_and_one_recipients_are_too_many(documents: Documents, bob: Party) -> None:
    packed = forge.encrypt(plaintext(), bob.agreement)
    entry = packed["recipients"][0]
    named = [{**entry, "header": {"kid": f"{bob.did}#more-{number}"}} for number in range(1001)]
    packed["recipients"] = [*packed["recipients"], *named][:1001]
    with pytest.raises(MalformedMessageError, match="1000"):
        documents.unpack(bob, packed)
    packed["recipients"] = packed["recipients"][:1000]
    with pytest.raises(UntrustedMessageError):
        documents.unpack(bob, packed)
