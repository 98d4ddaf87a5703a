"""JSON that a peer writes has one meaning or is refused: envelopes, headers, claims, documents."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Attachment, DIDDocument, LocalResolver, Message, Secret, inspect, sync
from pydidcomm.errors import DIDCommError, MalformedDocumentError, MalformedMessageError
from support import forge
from support.forge import plaintext

if TYPE_CHECKING:
    from support.parties import Documents, Party

Json = dict[str, Any]
OUTSIDE = [("crit", ["exp"]), ("zip", "DEF"), ("b64", False)]
UNKNOWN = [("type", "https://example.org/a/1.0/b"), ("typ", "x"), ("id", "1"), ("x", {"y": [1]})]


def anoncrypt(bob: Party) -> Json:
    return forge.encrypt(plaintext(to=[bob.did]), bob.agreement)


def signed(alice: Party) -> Json:
    return forge.sign(plaintext(from_=alice.did, to=["did:example:bob"]), alice.signing)


def refused(documents: Documents, bob: Party, packed: Json | str) -> MalformedMessageError:
    with pytest.raises(MalformedMessageError) as refusal:
        documents.unpack(bob, packed)
    return refusal.value


def twice(text: str, name: str, value: str) -> str:
    """The JSON text of an object with one more member at its start."""
    return text.replace("{", f'{{"{name}":{value},', 1)


@pytest.mark.spec("JWE-26", "JWE-28")
@pytest.mark.parametrize(("name", "value"), OUTSIDE)
@pytest.mark.parametrize("place", ["unprotected", "recipient"])
def test_an_extension_outside_of_the_protected_header_of_a_jwe_is_refused(
    documents: Documents, bob: Party, name: str, value: object, place: str
) -> None:
    jwe = anoncrypt(bob)
    documents.unpack(bob, jwe)
    if place == "unprotected":
        jwe["unprotected"] = {name: value}
    else:
        jwe["recipients"][0]["header"][name] = value
    assert f"`{name}`" in str(refused(documents, bob, jwe))


@pytest.mark.spec("SIG-24", "SIG-27")
@pytest.mark.parametrize(("name", "value"), OUTSIDE)
def test_an_extension_in_the_unprotected_header_of_a_jws_is_refused(
    documents: Documents, alice: Party, bob: Party, name: str, value: object
) -> None:
    general, flattened = signed(alice), forge.flattened(signed(alice))
    documents.unpack(bob, general)
    documents.unpack(bob, flattened)
    general["signatures"][0]["header"][name] = value
    flattened["header"][name] = value
    for jws in (general, flattened):
        assert f"`{name}`" in str(refused(documents, bob, jws))


@pytest.mark.spec("JWE-27")
@pytest.mark.parametrize(("name", "value"), [*UNKNOWN, ("signature", "AA")])
def test_an_unknown_member_of_a_jwe_is_ignored(
    documents: Documents, bob: Party, name: str, value: object
) -> None:
    assert documents.unpack(bob, {**anoncrypt(bob), name: value}).metadata.encrypted
    inside = anoncrypt(bob)
    inside["recipients"][0]["x"] = value
    assert documents.unpack(bob, inside).metadata.encrypted


@pytest.mark.spec("SIG-26")
@pytest.mark.parametrize(("name", "value"), [*UNKNOWN, ("iv", "AA")])
def test_an_unknown_member_of_a_jws_is_ignored(
    documents: Documents, alice: Party, bob: Party, name: str, value: object
) -> None:
    for jws in (signed(alice), forge.flattened(signed(alice))):
        assert documents.unpack(bob, {**jws, name: value}).metadata.sign_from == alice.signing.kid


@pytest.mark.spec("ENV-08", "JWE-27", "SIG-26")
def test_members_of_jwe_and_jws_side_by_side_are_refused(
    documents: Documents, alice: Party, bob: Party
) -> None:
    jwe, jws = anoncrypt(bob), signed(alice)
    for name, value in jws.items():
        refused(documents, bob, {**jwe, name: value})
    for name in ("ciphertext", "recipients"):
        refused(documents, bob, {**jws, name: jwe[name]})


@pytest.mark.spec("SIG-32")
def test_general_and_flattened_form_of_a_jws_are_not_mixed(
    documents: Documents, alice: Party, bob: Party
) -> None:
    jws = signed(alice)
    for name in ("signature", "protected", "header"):
        refused(documents, bob, {**jws, name: jws["signatures"][0][name]})


@pytest.mark.spec("JWE-31")
@pytest.mark.parametrize("place", ["unprotected", "recipient"])
def test_enc_outside_of_the_protected_header_is_refused(documents: Documents, bob: Party, place: str) -> None:
    for protected in ({"enc": None}, {}):
        jwe = forge.encrypt(plaintext(to=[bob.did]), bob.agreement, protected=protected)
        if place == "unprotected":
            jwe["unprotected"] = {"enc": "A256CBC-HS512"}
        else:
            jwe["recipients"][0]["header"]["enc"] = "A256CBC-HS512"
        refused(documents, bob, jwe)


@pytest.mark.spec("JWE-30")
def test_a_name_twice_in_any_part_of_a_jwe_is_refused(documents: Documents, bob: Party) -> None:
    jwe = anoncrypt(bob)
    text = json.dumps(jwe)
    documents.unpack(bob, text)
    header = json.dumps(jwe["recipients"][0]["header"])
    entry = json.dumps(jwe["recipients"][0])
    for packed in (
        twice(text, "ciphertext", '"AA"'),
        twice(text, "x", "1").replace("{", '{"x":2,', 1),
        text.replace(header, twice(header, "kid", '"did:example:x#1"')),
        text.replace(entry, twice(entry, "encrypted_key", '"AA"')),
        twice(text, "unprotected", '{"a":1,"a":2}'),
        twice(text, "x", '{"a":1,"a":2}'),
        twice(text, "x", "1e999"),
        twice(text, "x", '"\\ud800"'),
        twice(text, "x", "[" * 200 + "]" * 200),
    ):
        refused(documents, bob, packed)
    protected = forge.encrypt(
        plaintext(to=[bob.did]),
        bob.agreement,
        write_header=lambda header: twice(json.dumps(header), "alg", '"x"'),
    )
    refused(documents, bob, protected)


@pytest.mark.spec("SIG-30")
def test_a_name_twice_in_any_part_of_a_jws_is_refused(documents: Documents, alice: Party, bob: Party) -> None:
    jws = signed(alice)
    text = json.dumps(jws)
    entry = json.dumps(jws["signatures"][0])
    header = json.dumps(jws["signatures"][0]["header"])
    for packed in (
        twice(text, "payload", '"e30"'),
        text.replace(entry, twice(entry, "signature", '"AA"')),
        text.replace(header, twice(header, "kid", '"did:example:x#1"')),
    ):
        refused(documents, bob, packed)


@pytest.mark.spec("SIG-30")
@pytest.mark.parametrize("name", ["alg", "kid", "typ", "x"])
def test_a_name_twice_in_the_protected_header_of_a_jws_is_refused(
    documents: Documents, alice: Party, bob: Party, name: str
) -> None:
    def written(header: Json) -> str:
        return twice(json.dumps({"x": 1} | header), name, '"y"')

    message = plaintext(from_=alice.did, to=[bob.did])
    documents.unpack(bob, forge.sign(message, alice.signing, protected={"x": 1}))
    jws = forge.sign(message, alice.signing, write_header=written)
    assert "twice" in str(refused(documents, bob, jws))
    assert "twice" in str(refused(documents, bob, forge.flattened(jws)))


@pytest.mark.spec("SIG-30")
@pytest.mark.parametrize("part", ["header", "claims"])
@pytest.mark.parametrize("name", ["alg", "kid", "iss", "sub", "iat"])
def test_a_name_twice_in_from_prior_is_refused(  # noqa: PLR0913, PLR0917, three parties
    documents: Documents, alice: Party, bob: Party, carol: Party, part: str, name: str
) -> None:
    claims = {"iss": carol.did, "sub": alice.did, "iat": 1_600_000_000}

    def sent(**written: Any) -> Json:  # noqa: ANN401, two functions
        token = forge.jwt(claims, carol.signing, **written)
        message = plaintext(from_=alice.did, to=[bob.did], from_prior=token)
        return forge.encrypt(message, bob.agreement, sender=alice.key)

    assert documents.unpack(bob, sent()).message.from_prior is not None
    # a name of the other part stands there twice as well
    value = json.dumps(claims.get(name, "EdDSA" if name == "alg" else carol.signing.kid))

    def written(members: Json) -> str:
        return twice(twice(json.dumps(members), name, value), name, value)

    doubled = sent(**{f"write_{part}": written})
    assert "twice" in str(refused(documents, bob, doubled))


@pytest.mark.parametrize("layer", ["JWE", "JWS"])
def test_an_array_in_place_of_an_object_is_refused(
    documents: Documents, alice: Party, bob: Party, layer: str
) -> None:
    packed = anoncrypt(bob) if layer == "JWE" else signed(alice)
    entries = "recipients" if layer == "JWE" else "signatures"
    assert "got an array" in str(refused(documents, bob, json.dumps(list(packed.values()))))
    for entry in (list(packed[entries][0].values()), None, 1, "x"):
        refused(documents, bob, {**packed, entries: [entry]})


AMBIGUOUS = ['{"a":NaN}', '{"a":Infinity}', '{"a":"\\ud800"}', '{"\\ud800":1}', f'{{"a":{"1" * 4200}}}']
AMBIGUOUS.append('{"a":' + "[" * 150 + "]" * 150 + "}")


@pytest.mark.spec("MSG-31")
@pytest.mark.parametrize("text", AMBIGUOUS, ids=lambda text: text[:12])
def test_parsed_json_fails_like_its_text(text: str) -> None:
    party = sync.DIDCommMessaging()
    parsed = json.loads(text)
    for packed in (text, parsed):
        with pytest.raises(MalformedMessageError):
            party.unpack(packed)
    for read in (inspect, Message.from_dict, Attachment.from_dict):
        with pytest.raises(MalformedMessageError):
            read(parsed)
    with pytest.raises(MalformedDocumentError):
        DIDDocument({"id": "did:example:a", "x": parsed})


def test_invalid_json_from_the_program_raises_value_error() -> None:
    with pytest.raises(ValueError, match="not finite"):
        Message(type="https://example.org/a/1.0/b", body={"a": float("nan")})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"protected":"e30"', "ends at byte 18: truncated?"),
        (json.dumps(json.dumps({"a": 1})), "decode it once more"),
        ('{"a" 1}', "not JSON (byte 6)"),
        ("[1]", "must be a JSON object, got an array"),
    ],
)
def test_unreadable_text_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(MalformedMessageError) as refusal:
        sync.DIDCommMessaging().unpack(text)
    assert reason in str(refusal.value)
    assert "line" not in str(refusal.value)


def b64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


SERVICES = [
    '{"t":"dm","t":"dm","s":"https://example.org"}',
    '{"t":"dm","type":"DIDCommMessaging","s":"https://example.org"}',
    '{"t":"dm","s":"https://example.org","serviceEndpoint":"https://example.com"}',
    '{"t":"dm","s":{"uri":"https://example.org","r":[],"routingKeys":["did:example:m#1"]}}',
    '{"t":"dm","s":{"uri":"https://example.org","routingKeys":[],"routing_keys":["did:example:m#1"]}}',
    '{"t":"dm","s":{"uri":"https://example.org","a":[],"accept":["didcomm/v2"]}}',
]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_of_did_peer_2_with_a_member_twice_is_refused(service: str) -> None:
    did = "did:peer:2.Ez6LSk9uHmXDXxjrhyaLooRmwBxQ1LzUbxrMmQLrmdp7LfAsc"
    good = '{"t":"dm","s":{"uri":"https://example.org","r":[],"a":[]}}'
    assert LocalResolver().resolve(f"{did}.S{b64url(good)}")
    with pytest.raises(DIDCommError):
        LocalResolver().resolve(f"{did}.S{b64url(service)}")


def test_a_did_jwk_with_a_name_twice_is_refused() -> None:
    x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"
    jwk = f'{{"kty":"OKP","crv":"X25519","x":"{x}"}}'
    assert LocalResolver().resolve(f"did:jwk:{b64url(jwk)}")
    ambiguous = twice(jwk, "x", '"AA"')
    with pytest.raises(DIDCommError):
        LocalResolver().resolve(f"did:jwk:{b64url(ambiguous)}")


def test_a_secret_that_is_not_an_object_is_named() -> None:
    with pytest.raises(TypeError):
        Secret([1])  # type: ignore[arg-type]


def test_integer_longer_than_any_float_is_named_as_such(alice: Party) -> None:
    longest, longer = "9" * 308, "9" * 310
    text = json.dumps(plaintext(from_=alice.did, body={"n": 7}))
    party = sync.DIDCommMessaging()
    assert party.unpack(text.replace('"n": 7', f'"n": {longest}')).message.body["n"] == int(longest)
    for number in (longer, f"-{longer}", "9" * 5000):
        with pytest.raises(MalformedMessageError, match=r"an integer of more than 308 digits"):
            party.unpack(text.replace('"n": 7', f'"n": {number}'))
    with pytest.raises(ValueError, match=r"`body` .*: an integer of more than 308 digits"):
        Message(type="https://example.org/a/1.0/b", body={"n": 10**400})
