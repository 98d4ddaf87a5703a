"""`inspect`: unverified headers of an envelope, without keys and without the body."""

from __future__ import annotations

import json

import pytest

from pydidcomm import (
    EncryptedView,
    MalformedMessageError,
    PackEncryptedConfig,
    PlaintextView,
    SignatureView,
    SignedView,
    inspect,
    sync,
)
from support import forge
from support.inspected import (
    ALICE,
    ANON,
    AUTH,
    BOB,
    KINDS,
    KNOWN,
    MESSAGE,
    SIGNED,
    encrypted,
    with_header,
)
from support.parties import header_of, hello, unb64


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
