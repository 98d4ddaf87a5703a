"""`inspect`: the faults of an envelope, of which the first is what `unpack` says."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydidcomm import (
    DIDCommError,
    Fault,
    MalformedMessageError,
    UnsupportedError,
    UntrustedMessageError,
    inspect,
)
from support import forge
from support.inspected import (
    ALICE,
    ANON,
    AUTH,
    BOB,
    CAROL,
    KINDS,
    KNOWN,
    MESSAGE,
    SIGNED,
    encrypted,
    escaped,
    texts,
    with_header,
)
from support.mutate import mutated, thorough
from support.parties import b64, header_of, unb64


def signed_as_it_is(payload: str) -> dict[str, Any]:
    """A flattened JWS over a payload that need not be base64url."""
    protected: str = SIGNED["signatures"][0]["protected"]
    signature: bytes = ALICE.signing.private.sign(f"{protected}.{payload}".encode())
    return {"payload": payload, "protected": protected, "signature": b64(signature)}


FAULTY: dict[str, tuple[Any, str]] = {
    "unknown alg": (with_header(AUTH, alg="ECDH-2PU"), "jwe.protected.alg"),
    "unknown enc": (with_header(AUTH, enc="A128CBC"), "jwe.protected.enc"),
    "no alg": (with_header(AUTH, alg=None), "jwe.protected"),
    "no apv": (with_header(ANON, apv=None), "jwe.protected.apv"),
    "other apv": (with_header(ANON, apv=b64(b"x" * 32)), "jwe.protected.apv"),
    "apv no base64": (with_header(ANON, apv="*"), "jwe.protected.apv"),
    "zip": (with_header(AUTH, zip="DEF"), "jwe"),
    "skid is not apu": (with_header(AUTH, skid=CAROL.key.kid), "jwe"),
    "no apu": (with_header(AUTH, apu=None), "jwe.protected.apu"),
    "anonymous with a skid": (with_header(ANON, skid=ALICE.key.kid), "jwe.protected"),
    "no epk": (with_header(AUTH, epk=None), "jwe.protected.epk"),
    "unknown curve": (with_header(AUTH, epk={"kty": "OKP", "crv": "X448", "x": "AA"}), "jwe.protected.epk"),
    "protected is no JSON": ({**AUTH, "protected": b64("no")}, "jwe.protected"),
    "protected is no base64": ({**AUTH, "protected": "*"}, "jwe.protected"),
    "two DIDs": (forge.encrypt(MESSAGE, [BOB.key, CAROL.key]), "jwe.recipients"),
    "a kid that is none": ({**ANON, "recipients": [{"header": {"kid": "bob"}}]}, "jwe.recipients.header.kid"),
    "no recipients": ({**ANON, "recipients": []}, "jwe.recipients"),
    "recipients no list": ({**ANON, "recipients": 7}, "jwe.recipients"),
    "flattened JWE": (
        {
            "protected": AUTH["protected"],
            **AUTH["recipients"][0],
            "ciphertext": "AA",
            "iv": "AA",
            "tag": "AA",
        },
        "jwe",
    ),
    "no ciphertext": ({**AUTH, "ciphertext": 1}, "jwe.ciphertext"),
    "a name twice": ('{"protected":"e30","protected":"e30","ciphertext":""}', "message"),
    "alg none": (forge.sign(MESSAGE, ALICE.signing, protected={"alg": "none"}), "jws.protected.alg"),
    "no kid": (forge.sign(MESSAGE, ALICE.signing, protected={"kid": None}, header={}), "jws.header.kid"),
    "kid no DID URL": (forge.sign(MESSAGE, ALICE.signing, kid="alice"), "jws.header.kid"),
    "payload no base64": (signed_as_it_is("*"), "jws.payload"),
    "no signature": ({**SIGNED, "signatures": []}, "jws.signatures"),
    "no id": (forge.plaintext(id=None), "message.id"),
    "type no text": ({"type": 7, "id": "1"}, "message.type"),
    "empty": ({}, "message.type"),
    "compact JWS": (
        ".".join(forge.flattened(SIGNED)[part] for part in ("protected", "payload", "signature")),
        "message",
    ),
    "compact JWE": (f"{AUTH['protected']}.AA.{AUTH['iv']}.{AUTH['ciphertext']}.{AUTH['tag']}", "message"),
    "DIDComm v1": (
        {
            "protected": b64(
                json.dumps(
                    {
                        "enc": "xchacha20poly1305_ietf",
                        "typ": "JWM/1.0",
                        "alg": "Authcrypt",
                        "recipients": [
                            {
                                "encrypted_key": "AA",
                                "header": {"kid": "4zZJaPg26FYcLZmqm99K2dz99agHd5rkhuYGCcKntAZ4"},
                            }
                        ],
                    }
                )
            ),
            "iv": "AA",
            "ciphertext": "AAAA",
            "tag": "AA",
        },
        "jwe",
    ),
}


RAISED: dict[str, type[DIDCommError]] = {
    "malformed": MalformedMessageError,
    "unsupported": UnsupportedError,
    "untrusted": UntrustedMessageError,
}


def refusal(packed: Any) -> DIDCommError:  # noqa: ANN401, anything packed
    with pytest.raises(DIDCommError) as caught:
        KNOWN.unpack(BOB, packed)
    return caught.value


@pytest.mark.parametrize("name", FAULTY)
def test_an_envelope_with_a_fault_is_described_and_its_first_fault_is_what_unpack_says(name: str) -> None:
    packed, part = FAULTY[name]
    view = inspect(packed)
    assert view.layers
    assert view.faults[0].part == part
    assert f"fault in {part}" in str(view)
    error = refusal(packed)
    assert type(error) is RAISED[view.faults[0].kind]
    if isinstance(error, MalformedMessageError):
        assert (error.part, error.reason) == (view.faults[0].part, view.faults[0].reason)
    else:
        assert str(error) == view.faults[0].reason


def test_several_faults_are_all_named() -> None:
    view = inspect(with_header(forge.encrypt(MESSAGE, [BOB.key, CAROL.key]), enc="ROT13", apv=None))
    assert view.faults[0] == Fault(
        part="jwe.protected.enc", kind="unsupported", reason="unsupported content encryption: ROT13"
    )
    assert {fault.part for fault in view.faults} == {
        "jwe.protected.enc",
        "jwe.recipients",
        "jwe.protected.apv",
    }
    assert encrypted(with_header(AUTH, enc="ROT13")).mode == "authcrypt"


def test_layers_in_the_wrong_order_are_shown_and_named() -> None:
    for inner in (AUTH, SIGNED):
        view = inspect(forge.sign(inner, ALICE.signing))
        assert len(view.layers) == 2
        assert "order" in view.faults[0].reason
        assert refusal(forge.sign(inner, ALICE.signing)).args == (view.faults[0].part, view.faults[0].reason)


def test_envelopes_of_version_1_and_compact_ones_are_recognised() -> None:
    old = encrypted(FAULTY["DIDComm v1"][0])
    assert (old.version, old.mode, old.alg) == (1, "authcrypt", "Authcrypt")
    assert old.claimed_recipient_kids == ("4zZJaPg26FYcLZmqm99K2dz99agHd5rkhuYGCcKntAZ4",)
    assert inspect(FAULTY["DIDComm v1"][0]).faults == (
        Fault(part="jwe", kind="unsupported", reason="unsupported envelope: DIDComm v1"),
    )
    compact = inspect(FAULTY["compact JWS"][0])
    assert [layer.layer for layer in compact.layers] == ["signed", "plaintext"]
    assert "compact" in compact.faults[0].reason
    sealed = encrypted(FAULTY["compact JWE"][0])
    assert (sealed.serialisation, sealed.claimed_skid) == ("compact", ALICE.key.kid)
    assert sealed.content_octets == len(unb64(AUTH["ciphertext"]))


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", "7", '"{}"', "{", '{"a":1}x', "a.b", "a.b.c.d", "é.b.c", b"\xff", "\ud800"]
)
def test_text_that_is_not_an_envelope_raises_an_error(text: str | bytes) -> None:
    with pytest.raises(MalformedMessageError):
        inspect(text)


def test_a_payload_that_is_not_a_message_is_a_fault() -> None:
    for payload in (b"\xff", b"hello", b"[]"):
        view = inspect({**SIGNED, "payload": b64(payload)})
        assert [layer.layer for layer in view.layers] == ["signed"]
        assert view.faults[0].part == "message"


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@thorough
def test_a_damaged_envelope_is_described_in_order(kind: str, data: st.DataObject) -> None:
    damaged = data.draw(mutated(KINDS[kind]))
    if not isinstance(damaged, dict):
        return
    view = inspect(cast("dict[str, Any]", damaged))
    assert view.layers
    assert json.loads(json.dumps(view.as_dict())) == view.as_dict()
    assert "\n" not in repr(view)
    texts(view.svg())
    assert all(fault.reason for fault in view.faults)


@pytest.mark.parametrize("kind", ["auth", "anon", "signed"])
@given(data=st.data())
@thorough
def test_a_damaged_header_is_described_and_unpack_agrees_with_the_first_fault(
    kind: str, data: st.DataObject
) -> None:
    whole = KINDS[kind]
    holder = whole["signatures"][0] if kind == "signed" else whole
    damaged = {**holder, "protected": b64(json.dumps(data.draw(mutated(header_of(holder["protected"])))))}
    packed = {**whole, "signatures": [damaged]} if kind == "signed" else damaged
    view = inspect(packed)
    texts(view.svg())
    if view.faults:
        said = escaped(str(refusal(packed))).partition("; did you mean")[0]
        first = view.faults[0]
        assert said in {escaped(first.reason), escaped(f"malformed {first.part}: {first.reason}")}
