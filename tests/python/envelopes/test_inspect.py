"""`inspect`: unverified headers and faults of an envelope, without keys and without the body."""

from __future__ import annotations

import json
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydidcomm import (
    DIDCommError,
    EncryptedView,
    EnvelopeView,
    Fault,
    MalformedMessageError,
    PackEncryptedConfig,
    PlaintextView,
    SignatureView,
    SignedView,
    UnsupportedError,
    UntrustedMessageError,
    inspect,
    sync,
)
from support import forge
from support.mutate import mutated, thorough
from support.parties import Documents, Party, b64, header_of, hello, unb64

SECRET = "the treasure is under the oak"  # noqa: S105, the body, which must not be shown
ALICE, BOB, CAROL = (
    Party("did:example:alice"),
    Party("did:example:bob", agreement=3),
    Party("did:example:carol"),
)
KNOWN = Documents(ALICE, BOB, CAROL)
MESSAGE = forge.plaintext(
    from_=ALICE.did,
    to=[BOB.did],
    thid="thread",
    pthid="parent",
    created_time=1516269022,
    expires_time=1516385931,
    body={"msg": SECRET},
    custom=SECRET,
    attachments=[{"data": {"json": SECRET}}, {"data": {"base64": b64(SECRET)}}],
)
AUTH = forge.encrypt(MESSAGE, BOB.agreement, sender=ALICE.key)
ANON = forge.encrypt(MESSAGE, BOB.agreement)
SIGNED = forge.sign(MESSAGE, ALICE.signing)
KINDS = {
    "auth": AUTH,
    "anon": ANON,
    "signed": SIGNED,
    "flattened": forge.flattened(SIGNED),
    "plain": MESSAGE,
    "signed order": forge.sign(AUTH, ALICE.signing),
}


def with_header(envelope: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401, JSON
    """The envelope with members of its protected header changed, or left out where None."""
    header = forge.merged(header_of(envelope["protected"]), changes)
    return {**envelope, "protected": b64(json.dumps(header))}


def signed_as_it_is(payload: str) -> dict[str, Any]:
    """A flattened JWS over a payload that need not be base64url."""
    protected: str = SIGNED["signatures"][0]["protected"]
    signature: bytes = ALICE.signing.private.sign(f"{protected}.{payload}".encode())
    return {"payload": payload, "protected": protected, "signature": b64(signature)}


def encrypted(envelope: str | bytes | dict[str, Any]) -> EncryptedView:
    layer = inspect(envelope).outermost
    assert isinstance(layer, EncryptedView)
    return layer


def everything(view: EnvelopeView) -> str:
    """All that a view can show."""
    return "\n".join([str(view), repr(view), json.dumps(view.as_dict()), view.svg(), *map(repr, view.layers)])


def texts(svg: str) -> list[str]:
    """What a well-formed picture says."""
    return [text for text in ET.fromstring(svg).itertext() if text]  # noqa: S314, our own picture


# what it tells


def test_authcrypt_is_recognised_by_its_header() -> None:
    text = json.dumps(AUTH)
    view = inspect(text)
    assert (view.octets, view.faults, len(view.layers)) == (len(text), (), 1)
    layer = encrypted(text)
    ciphertext = len(unb64(AUTH["ciphertext"]))
    assert layer == EncryptedView(
        serialisation="general",
        version=2,
        mode="authcrypt",
        typ="application/didcomm-encrypted+json",
        alg="ECDH-1PU+A256KW",
        enc="A256CBC-HS512",
        claimed_skid=ALICE.key.kid,
        claimed_apu=ALICE.key.kid,
        apv=header_of(AUTH["protected"])["apv"],
        apv_binds_kids=True,
        epk_curve="X25519",
        claimed_recipient_kids=tuple(BOB.kids),
        recipient_count=3,
        octets=len(text),
        content_octets=ciphertext,
        parts={
            "protected": len(AUTH["protected"]) + 2,
            "recipients": len(json.dumps(AUTH["recipients"])),
            "iv": len(AUTH["iv"]) + 2,
            "ciphertext": len(AUTH["ciphertext"]) + 2,
            "tag": len(AUTH["tag"]) + 2,
        },
    )
    assert layer.overhead == len(text) - ciphertext


def test_anoncrypt_names_no_sender() -> None:
    layer = encrypted(ANON)
    assert (layer.mode, layer.alg) == ("anoncrypt", "ECDH-ES+A256KW")
    assert (layer.claimed_skid, layer.claimed_apu) == (None, None)


def test_a_signed_message_shows_its_signers_and_the_headers_inside() -> None:
    view = inspect(SIGNED)
    outer, inner = view.layers
    assert isinstance(outer, SignedView)
    assert isinstance(inner, PlaintextView)
    one = SignatureView(typ="application/didcomm-signed+json", alg="EdDSA", claimed_kid=ALICE.signing.kid)
    assert (outer.signatures, outer.signature_count, outer.serialisation) == ((one,), 1, "general")
    assert outer.claimed_signer_kids == (ALICE.signing.kid,)
    assert outer.content_octets == len(unb64(SIGNED["payload"])) == inner.octets
    assert (inner.claimed_from, inner.claimed_to) == (ALICE.did, (BOB.did,))
    assert view.faults == ()
    flattened = inspect(KINDS["flattened"]).outermost
    assert isinstance(flattened, SignedView)
    assert (flattened.serialisation, flattened.signatures) == ("flattened", (one,))


def test_the_kid_of_a_signature_is_read_from_either_header() -> None:
    for signed in (
        forge.sign(MESSAGE, ALICE.signing, header={}),
        forge.sign(MESSAGE, ALICE.signing, protected={"kid": None}),
    ):
        layer = inspect(signed).outermost
        assert isinstance(layer, SignedView)
        assert layer.claimed_signer_kids == (ALICE.signing.kid,)


def test_a_plaintext_is_recognised_by_its_headers() -> None:
    text = json.dumps(MESSAGE)
    layer = inspect(text).outermost
    assert layer == PlaintextView(
        typ="application/didcomm-plain+json",
        id="one",
        type=MESSAGE["type"],
        claimed_from=ALICE.did,
        claimed_to=(BOB.did,),
        thid="thread",
        pthid="parent",
        created_time=1516269022,
        expires_time=1516385931,
        has_from_prior=False,
        attachments=2,
        octets=len(text),
        content_octets=len(json.dumps(MESSAGE["body"])),
        parts={name: len(json.dumps(MESSAGE[name])) for name in ("body", "attachments")},
    )
    announcing = inspect({**MESSAGE, "from_prior": "a.b.c"}).outermost
    assert isinstance(announcing, PlaintextView)
    assert announcing.has_from_prior


def test_packed_messages_have_no_faults() -> None:
    alice = KNOWN.of(ALICE)
    config = PackEncryptedConfig(protect_sender_id=True)
    message = hello(frm=ALICE.did, to=[BOB.did])
    for packed, layers in (
        (sync.pack_encrypted(alice, message, BOB.did, ALICE.did), ["encrypted"]),
        (sync.pack_encrypted(alice, message, BOB.did, ALICE.did, config=config), ["encrypted"]),
        (sync.pack_signed(alice, message, ALICE.did), ["signed", "plaintext"]),
        (sync.pack_plaintext(alice, message), ["plaintext"]),
    ):
        view = inspect(packed)
        assert view == inspect(packed.packed_msg) == inspect(packed.packed_msg.encode())
        assert [layer.layer for layer in view.layers] == layers
        assert view.faults == ()


def test_a_view_is_marked_as_unverified_and_serialises_to_json() -> None:
    view = inspect(AUTH)
    assert "claims to be (nothing of it is proved)" in str(view)
    assert "claimed: authcrypt (ECDH-1PU+A256KW A256CBC-HS512) from did:example:alice#x1" in repr(view)
    assert "claimed, nothing is proved" in view.svg()
    output = view.as_dict()
    assert json.loads(json.dumps(output)) == output
    assert output["layers"][0]["layer"] == "encrypted"
    assert output["layers"][0]["overhead"] == encrypted(AUTH).overhead
    assert output["layers"][0]["claimed_recipient_kids"] == BOB.kids
    assert inspect(SIGNED).as_dict()["layers"][0]["signatures"][0]["claimed_kid"] == ALICE.signing.kid


# faults


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


# bounds


@pytest.mark.slow
def test_long_lists_and_texts_are_cut_and_counted() -> None:
    many = {
        **ANON,
        "recipients": [{"header": {"kid": f"did:example:bob#{place}"}} for place in range(50_000)],
    }
    layer = encrypted(many)
    assert (len(layer.claimed_recipient_kids), layer.recipient_count) == (1000, 50_000)
    assert "and 49,994 more" in inspect(many).svg()
    assert "and 49997 more" in str(inspect(many))
    assert (
        len(inspect({**ANON, "recipients": [{"header": {"kid": str(n)}} for n in range(900)]}).faults) <= 22
    )
    long = encrypted(with_header(ANON, typ="x" * 1_000_000))
    assert len(long.typ or "") < 20_000
    wide = inspect({**SIGNED, "signatures": SIGNED["signatures"] * 2000}).outermost
    assert isinstance(wide, SignedView)
    assert (len(wide.signatures), wide.signature_count) == (1000, 2000)
    with pytest.raises(MalformedMessageError, match="bytes"):
        inspect(" " * (64 * 1024 * 1024 + 1))


def test_work_is_bounded_by_the_input() -> None:
    for text in (
        "." * 1_000_000,
        "[" * 1_000_000,
        '{"a":' * 100_000,
        '{"recipients":[' + "{}," * 300_000 + "{}]}",
    ):
        try:
            view = inspect(text)
        except MalformedMessageError:
            continue
        assert len(repr(view)) < 1000


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


def escaped(text: str) -> str:
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


# what is never shown, and untrusted text


@pytest.mark.parametrize("kind", KINDS)
def test_body_and_attachments_are_not_shown(kind: str) -> None:
    view = inspect(KINDS[kind])
    output = everything(view)
    for hidden in (SECRET, "treasure", b64(SECRET), "ciphertext_text"):
        assert hidden not in output
    for part in ("payload", "ciphertext", "tag"):
        if part in KINDS[kind]:
            assert KINDS[kind][part] not in output


HOSTILE = [
    "<script>alert(1)</script>",
    '"/><script>alert(1)</script>',
    "' onload='alert(1)",
    "]]><svg/onload=alert(1)>",
    "&lt;&#0;",
    "</text><image href='x'/>",
    "\0\x08\x1b[2J\u202e\ufffe\u2028",
    "#hatched-{} #bar {0.__class__} %s",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_text_is_escaped(text: str) -> None:
    plain = forge.plaintext(id=text, type=text, thid=text, from_=text, to=[text])
    anonymous = {**ANON, "recipients": [{"header": {"kid": text}}]}
    clean = ET.fromstring(inspect(AUTH).svg())  # noqa: S314, our own picture
    harmless = {element.tag for element in clean.iter()}
    attributes = {name for element in clean.iter() for name in element.attrib}
    for packed in (
        with_header(anonymous, typ=text, alg=text, enc=text, skid=text, apu=b64(text), epk={"crv": text}),
        forge.sign(plain, ALICE.signing, kid=text, protected={"typ": text, "alg": text}),
        plain,
    ):
        view = inspect(packed)
        drawn = ET.fromstring(view.svg())  # noqa: S314, our own picture
        assert {element.tag for element in drawn.iter()} <= harmless
        assert {name for element in drawn.iter() for name in element.attrib} <= attributes
        output = [shown for shown in drawn.itertext() if shown]
        assert escaped(text) in output
        assert all(line.isprintable() for line in str(view).splitlines())
        assert repr(view).isprintable()


@given(text=st.text(max_size=200), data=st.data())
@thorough
def test_any_text_yields_a_well_formed_svg(text: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["typ", "alg", "enc", "skid", "apv"]))
    view = inspect(with_header(AUTH, **{name: text}))
    assert ET.fromstring(view.svg()).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314, our own picture


# pictures


def rows(svg: str) -> set[str]:
    return set(texts(svg))


def test_the_picture_of_an_envelope_shows_what_it_claims_and_its_sizes() -> None:
    view = inspect(AUTH)
    output = rows(view.svg())
    assert {
        "skid",
        ALICE.key.kid,
        *BOB.kids,
        "ECDH-1PU+A256KW",
        "A256CBC-HS512",
        f"{view.octets:,} B",
    } <= output
    assert any("for the recipients alone" in text for text in output)
    assert getattr(view, "_repr_svg_")() == view.svg()  # noqa: B009, a name that notebooks call
    broken = rows(inspect(with_header(AUTH, enc="ROT13")).svg())
    assert {"What unpack would refuse", "unsupported", "binds the kids below"} <= broken
    unbound = rows(inspect(with_header(ANON, apv="AA")).svg())
    assert "does not bind the kids below" in unbound


def test_two_pictures_on_one_page_share_no_ids() -> None:
    def ids(svg: str) -> set[str]:
        return {element.attrib["id"] for element in ET.fromstring(svg).iter() if "id" in element.attrib}  # noqa: S314

    assert ids(inspect(AUTH).svg()) & ids(inspect(ANON).svg()) == set()


def test_the_message_is_drawn_inside_where_it_is_given() -> None:
    received = KNOWN.unpack(BOB, AUTH)
    output = rows(inspect(AUTH).svg(received.message))
    assert {"type", "from", "to", "thid", "pthid", ALICE.did} <= output
    assert any(SECRET in text for text in output)
    assert any(SECRET in text for text in rows(inspect(SIGNED).svg(received.message)))


@pytest.mark.parametrize(
    ("packed", "shown"),
    [
        (AUTH, {"Authcrypt", ALICE.key.kid, BOB.kids[0], "its sender is proved"}),
        (ANON, {"Anoncrypt", BOB.kids[0], "its sender is not proved"}),
        (SIGNED, {"Signature", ALICE.signing.kid, "EdDSA", "its sender is proved"}),
        (forge.encrypt(AUTH, BOB.agreement), {"Anoncrypt", "Authcrypt", ALICE.key.kid}),
        (MESSAGE, {"Plaintext message", "its sender is not proved"}),
    ],
)
def test_the_picture_of_an_unpacked_message_shows_its_proved_sender(packed: Any, shown: set[str]) -> None:  # noqa: ANN401, JSON
    svg = KNOWN.unpack(BOB, packed)._repr_svg_()
    assert shown <= rows(svg)
    assert SECRET not in svg
