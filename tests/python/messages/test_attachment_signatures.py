"""Signatures of attachments: by any party, detached, in every form of a JWS; and forms that are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jws as joserfc_jws
from joserfc.jwk import import_key

from pydidcomm import Attachment, AttachmentSignature, DIDCommMessaging, SignAlg, sync
from pydidcomm.errors import (
    ContentNotFoundError,
    InvalidSignatureError,
    KeyNotFoundError,
    MalformedMessageError,
    UnsupportedError,
    UntrustedMessageError,
)
from support import forge
from support.parties import b64, header_of, hello

if TYPE_CHECKING:
    from support.parties import Documents, Key, Party

CONTENT = b"Your hovercraft is full of eels"
FORMS = ["general", "flattened", "compact"]


@pytest.fixture
def reader(documents: Documents, bob: Party) -> sync.DIDCommMessaging:
    return sync.DIDCommMessaging(bob.secrets, documents)


@pytest.fixture
def signer(documents: Documents, carol: Party) -> sync.DIDCommMessaging:
    return sync.DIDCommMessaging(carol.secrets, documents)


def ordinary(key: Key, form: str, content: bytes = CONTENT) -> Any:  # noqa: ANN401, an object or a string
    """A JWS with its payload, as another implementation makes it."""
    general = forge.sign(content.decode(), key, protected={"typ": None})
    flattened = forge.flattened(general)
    compact = ".".join(flattened[name] for name in ("protected", "payload", "signature"))
    return {"general": general, "flattened": flattened, "compact": compact}[form]


def detached(key: Key, form: str, content: bytes = CONTENT) -> Any:  # noqa: ANN401
    """The same without its payload."""
    jws = ordinary(key, form, content)
    if isinstance(jws, str):
        return jws.replace(f".{b64(content)}.", "..")
    del jws["payload"]
    return jws


def signed_by(jws: object, data: dict[str, Any] | None = None) -> Attachment:
    return Attachment.from_dict({"data": {**(data or {"base64": b64(CONTENT)}), "jws": jws}})


@pytest.mark.spec("ATT-11", "ATT-12")
@pytest.mark.parametrize("form", FORMS)
async def test_every_form_is_read_from_any_sender(
    documents: Documents, alice: Party, bob: Party, carol: Party, form: str
) -> None:
    sender = DIDCommMessaging(alice.secrets, documents)
    recipient = DIDCommMessaging(bob.secrets, documents)
    attached = signed_by(detached(carol.signing, form))
    packed = await sender.pack(hello(attachments=[attached]), to=bob.did, frm=alice.did)
    received = (await recipient.unpack(packed.message)).message
    assert received.frm == alice.did
    signature = await recipient.verify_attachment(received.attachments[0], signer=carol.did)
    assert signature == AttachmentSignature(carol.signing.kid, carol.did, SignAlg.ED25519)
    with pytest.raises(UntrustedMessageError) as caught:
        await recipient.verify_attachment(received.attachments[0], signer=alice.did)
    assert caught.value.claim == "attachment.data.jws.kid=signer"


@pytest.mark.spec("ATT-11")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("content", [CONTENT, b"another"])
def test_a_payload_of_its_own_is_refused_even_if_it_is_the_content(
    reader: sync.DIDCommMessaging, carol: Party, form: str, content: bytes
) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        reader.verify_attachment(signed_by(ordinary(carol.signing, form, content)))
    assert caught.value.part == "jws.payload"


@pytest.mark.spec("ATT-11")
@pytest.mark.parametrize("form", ["general", "flattened"])
def test_an_empty_payload_stands_for_none(reader: sync.DIDCommMessaging, carol: Party, form: str) -> None:
    jws = {**detached(carol.signing, form), "payload": ""}
    assert reader.verify_attachment(signed_by(jws)).kid == carol.signing.kid


@pytest.mark.parametrize("form", FORMS)
def test_a_key_outside_authentication_does_not_verify(
    reader: sync.DIDCommMessaging, carol: Party, form: str
) -> None:
    attached = signed_by(detached(carol.signing, form))
    carol.document["authentication"] = []
    carol.document["assertionMethod"] = [carol.signing.kid]
    with pytest.raises(KeyNotFoundError) as caught:
        reader.verify_attachment(attached)
    assert (caught.value.kid, caught.value.relationship) == (carol.signing.kid, "authentication")


@pytest.mark.parametrize("form", FORMS)
def test_a_signature_of_another_key_or_of_other_content_is_refused(
    reader: sync.DIDCommMessaging, carol: Party, mallory: Party, form: str
) -> None:
    forged = forge.sign(
        CONTENT.decode(), mallory.signing, kid=carol.signing.kid, protected={"typ": "JOSE+JSON"}
    )
    with pytest.raises(InvalidSignatureError):
        reader.verify_attachment(signed_by({"signatures": forged["signatures"]}))
    with pytest.raises(InvalidSignatureError):
        reader.verify_attachment(signed_by(detached(carol.signing, form, b"another")))


@pytest.mark.spec("ATT-12")
def test_an_unprotected_kid_without_an_expected_signer_is_refused(
    documents: Documents, reader: sync.DIDCommMessaging, carol: Party, mallory: Party
) -> None:
    # Mallory lists the key of Carol as his own, and takes the signature for himself
    claimed = f"{mallory.did}#mine"
    documents.parties[mallory.did].document["authentication"].append(
        carol.signing.method | {"id": claimed, "controller": mallory.did}
    )
    attached = Attachment(data={"json": 1})
    for kid in (carol.signing.kid, claimed):
        forged = forge.sign(
            CONTENT.decode(), carol.signing, protected={"typ": None, "kid": None}, header={"kid": kid}
        )
        attached = signed_by({"signatures": forged["signatures"]})
        signature = reader.verify_attachment(attached)
        assert (signature.kid, signature.did) == (kid, None)
        other = mallory.did if kid == carol.signing.kid else carol.did
        with pytest.raises(UntrustedMessageError):
            reader.verify_attachment(attached, signer=other)
    assert reader.verify_attachment(attached, signer=mallory.did).did == mallory.did
    protected = signed_by(detached(carol.signing, "compact"))
    assert reader.verify_attachment(protected).did == carol.did


@pytest.mark.parametrize("typ", [forge.SIGNED, "didcomm-signed+json", "JWM", "JWT", "application/jwt"])
def test_a_signature_made_for_a_message_or_a_rotation_is_refused(
    reader: sync.DIDCommMessaging, carol: Party, typ: str
) -> None:
    forged = forge.sign(CONTENT.decode(), carol.signing, protected={"typ": typ})
    with pytest.raises(MalformedMessageError) as caught:
        reader.verify_attachment(signed_by({"signatures": forged["signatures"]}))
    assert caught.value.part == "jws.protected.typ"


@pytest.mark.parametrize(
    "jws",
    [7, [], {}, "", "a.b", "a...b", {"signatures": []}, {"signature": "AA"}, {"protected": "e30"}],
    ids=str,
)
def test_a_jws_that_is_not_detached_is_malformed(reader: sync.DIDCommMessaging, jws: object) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        reader.verify_attachment(signed_by(jws))
    assert caught.value.part.startswith("jws")


@pytest.mark.parametrize("jws", [None, ...])
def test_without_a_signature_there_is_nothing_to_verify(reader: sync.DIDCommMessaging, jws: object) -> None:
    data: dict[str, Any] = {"base64": "AA"} if jws is ... else {"base64": "AA", "jws": jws}
    with pytest.raises(MalformedMessageError, match=r"attachment\.data\.jws: missing"):
        reader.verify_attachment(Attachment(data=data))


def test_two_signatures_are_refused(reader: sync.DIDCommMessaging, carol: Party, alice: Party) -> None:
    both = [detached(party.signing, "flattened") for party in (carol, alice)]
    with pytest.raises(MalformedMessageError) as caught:
        reader.verify_attachment(signed_by({"signatures": both}))
    assert caught.value.part == "jws.signatures"


@pytest.mark.parametrize(
    ("header", "named"),
    [({"alg": "none"}, "none"), ({"alg": "HS256"}, "HS256"), ({"b64": False, "crit": ["b64"]}, "b64")],
)
def test_unsupported_algorithms_are_named(
    reader: sync.DIDCommMessaging, carol: Party, header: dict[str, Any], named: str
) -> None:
    jws = forge.flattened(forge.sign(CONTENT.decode(), carol.signing, protected={"typ": None} | header))
    del jws["payload"]
    with pytest.raises(UnsupportedError) as caught:
        reader.verify_attachment(signed_by(jws))
    assert named in caught.value.algorithm


# what we write


@pytest.mark.spec("ATT-11", "SIG-25")
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")
@pytest.mark.parametrize("compact", [False, True])
def test_a_detached_signature_with_its_payload_is_an_ordinary_jws(
    signer: sync.DIDCommMessaging, carol: Party, *, compact: bool
) -> None:
    signed = signer.sign_attachment(Attachment.from_bytes(CONTENT), sign_frm=carol.did, compact=compact)
    written = signed.data["jws"]
    assert isinstance(written, str) is compact
    if compact:
        protected, payload, signature = written.split(".")
        assert payload == ""
    else:
        assert set(written) == {"protected", "header", "signature"}
        protected, signature = written["protected"], written["signature"]
        assert written["header"] == {"kid": carol.signing.kid}
    assert header_of(protected).get("kid") == (carol.signing.kid if compact else None)
    jwk: Any = carol.signing.jwk
    whole = f"{protected}.{b64(CONTENT)}.{signature}"
    key = import_key(jwk)
    read = joserfc_jws.deserialize_compact(whole, key, algorithms=["EdDSA"])
    assert read.payload == CONTENT


@pytest.mark.spec("ATT-08", "ATT-10", "ATT-11")
@pytest.mark.parametrize("compact", [False, True])
def test_the_content_of_links_is_signed_and_verified_as_it_is_given(
    signer: sync.DIDCommMessaging, reader: sync.DIDCommMessaging, carol: Party, *, compact: bool
) -> None:
    film = Attachment.from_links(["https://example.com/film"], content=CONTENT)
    with pytest.raises(ContentNotFoundError) as caught:
        signer.sign_attachment(film, sign_frm=carol.did)
    assert caught.value.links == ("https://example.com/film",)
    with pytest.raises(ValueError, match="hash"):
        signer.sign_attachment(film, sign_frm=carol.did, content=b"another")
    signed = signer.sign_attachment(film, sign_frm=carol.did, content=CONTENT, compact=compact)
    assert CONTENT not in json.dumps(signed.as_dict()).encode()
    assert reader.verify_attachment(signed, content=CONTENT).kid == carol.signing.kid
    with pytest.raises(InvalidSignatureError):
        reader.verify_attachment(signed, content=b"another")
    with pytest.raises(ContentNotFoundError):
        reader.verify_attachment(signed)


@pytest.mark.parametrize("form", FORMS)
def test_json_content_without_bytes_is_neither_signed_nor_verified(
    signer: sync.DIDCommMessaging, reader: sync.DIDCommMessaging, carol: Party, form: str
) -> None:
    with pytest.raises(ValueError, match="json"):
        signer.sign_attachment(Attachment.from_json_value({"price": 7}), sign_frm=carol.did)
    agreed = b'{"price":7}'
    attached = signed_by(detached(carol.signing, form, agreed), {"json": {"price": 7}})
    with pytest.raises(UnsupportedError) as caught:
        reader.verify_attachment(attached)
    assert (caught.value.what, caught.value.algorithm) == ("signed content", "json")
    # the parties know what stands for it
    assert reader.verify_attachment(attached, content=agreed).kid == carol.signing.kid
    with pytest.raises(InvalidSignatureError):
        reader.verify_attachment(attached, content=b'{"price": 7}')


def test_signing_twice_or_other_content_is_refused(
    signer: sync.DIDCommMessaging, reader: sync.DIDCommMessaging, carol: Party
) -> None:
    deed = signer.sign_attachment(Attachment.from_bytes(CONTENT), sign_frm=carol.did)
    with pytest.raises(ValueError, match="signed already"):
        signer.sign_attachment(deed, sign_frm=carol.did)
    with pytest.raises(ValueError, match="base64"):
        signer.sign_attachment(Attachment.from_bytes(CONTENT), sign_frm=carol.did, content=b"another")
    with pytest.raises(MalformedMessageError):
        reader.verify_attachment(deed, content=b"another")
    assert reader.verify_attachment(deed, content=CONTENT).kid == carol.signing.kid


def test_a_message_from_the_signer_is_signed_as_a_message(
    signer: sync.DIDCommMessaging, carol: Party, alice: Party
) -> None:
    for party, refused in ((carol, True), (alice, False)):
        text = json.dumps(forge.plaintext(from_=party.did)).encode()
        if refused:
            with pytest.raises(ValueError, match="sign it as a message"):
                signer.sign_attachment(Attachment.from_bytes(text), sign_frm=carol.did)
        else:
            signer.sign_attachment(Attachment.from_bytes(text), sign_frm=carol.did)


@pytest.mark.spec("ATT-05")
@pytest.mark.parametrize("compact", [False, True])
def test_a_signature_leaves_every_other_member_as_it_was(
    signer: sync.DIDCommMessaging, reader: sync.DIDCommMessaging, carol: Party, *, compact: bool
) -> None:
    members: dict[str, Any] = {
        "x": {"y": 1},
        "id": "a",
        "data": {"odd": [1], "base64": "AA", "jws": None},
        "mime_type": "text/plain",
    }
    signed = signer.sign_attachment(Attachment.from_dict(members), sign_frm=carol.did, compact=compact)
    members_now = signed.as_dict()
    assert members_now["data"].pop("jws")
    assert members_now == {**members, "data": {"odd": [1], "base64": "AA"}}
    assert reader.verify_attachment(Attachment.from_dict(signed.as_dict())).kid == carol.signing.kid
