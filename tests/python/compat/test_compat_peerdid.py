"""Programs written for SICPA's peerdid create and resolve the same DIDs, in either generation."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

import pydidcomm
from pydidcomm.compat.peerdid import DIDDocument, peer_did
from pydidcomm.compat.peerdid.core.did_doc_types import DIDCommServicePeerDID, VerificationMethodPeerDID
from pydidcomm.compat.peerdid.core.multicodec import Codec
from pydidcomm.compat.peerdid.did_doc import DIDDocPeerDID
from pydidcomm.compat.peerdid.dids import (
    create_peer_did_numalgo_0,
    create_peer_did_numalgo_2,
    is_peer_did,
    resolve_peer_did,
)
from pydidcomm.compat.peerdid.errors import MalformedPeerDIDDocError, MalformedPeerDIDError, PeerDIDError
from pydidcomm.compat.peerdid.keys import (
    ED25519_2020_CONTEXT,
    JWS_2020_CONTEXT,
    X25519_2020_CONTEXT,
    BaseKey,
    Ed25519VerificationKey,
    KeyFormat,
    X25519KeyAgreementKey,
)
from pydidcomm.compat.peerdid.types import (
    VerificationMaterialAgreement,
    VerificationMaterialAuthentication,
    VerificationMaterialFormatPeerDID,
    VerificationMethodTypeAgreement,
    VerificationMethodTypeAuthentication,
)
from support.parties import Key, base58

X = Key("did:example:a#x")
ED = Key("did:example:a#ed", "Ed25519")
AGREEMENT = X25519KeyAgreementKey.from_multibase(X.multikey)
SIGNING = Ed25519VerificationKey.from_multibase(ED.multikey)
SERVICE = {
    "type": "DIDCommMessaging",
    "serviceEndpoint": "https://example.com",
    "routingKeys": ["did:example:m#k"],
    "accept": ["didcomm/v2"],
}
FORMATS: dict[KeyFormat, tuple[Any, Any]] = {
    KeyFormat.MULTIBASE: (X.multikey, ED.multikey),
    KeyFormat.BASE58: (base58(X.public), base58(ED.public)),
    KeyFormat.JWK: (X.jwk, ED.jwk),
}


def made(services: Any = None) -> str:  # noqa: ANN401, what the original takes
    return create_peer_did_numalgo_2([AGREEMENT], [SIGNING], services)


# the generation of 0.5


def test_a_key_is_the_same_in_every_form() -> None:
    for multikey, of, curve in (
        (X.multikey, X25519KeyAgreementKey, X),
        (ED.multikey, Ed25519VerificationKey, ED),
    ):
        keys = [
            of(curve.public),
            of.from_base58(base58(curve.public)),
            of.from_jwk(curve.jwk),
            of.from_jwk(json.dumps(curve.jwk)),
            BaseKey.from_jwk(curve.jwk),
            BaseKey.from_base58(base58(curve.public), of.codec),
            BaseKey.from_multibase(multikey),
        ]
        assert {key.to_multibase() for key in keys} == {multikey}
        assert all(type(key) is of and key == keys[0] for key in keys)
        assert keys[-1].ident == f"#{multikey[1:9]}"
        assert len({key.ident for key in keys}) == len(keys)
        assert multikey in repr(keys[0])
    assert AGREEMENT != SIGNING


def test_an_invalid_key_is_refused() -> None:
    p256 = pydidcomm.Secret.generate("P-256", kid="did:example:a#k")
    with pytest.raises(ValueError, match="32 bytes"):
        Ed25519VerificationKey(b"short")
    with pytest.raises(ValueError, match="point"):
        Ed25519VerificationKey(b"\2" + bytes(31))
    with pytest.raises(ValueError, match="Codec mismatch"):
        Ed25519VerificationKey.from_multibase(X.multikey)
    with pytest.raises(ValueError, match="Unspecified codec"):
        BaseKey.from_base58(base58(X.public))
    with pytest.raises(ValueError, match="Unsupported codec"):
        BaseKey.from_jwk(p256.public_jwk())
    with pytest.raises(ValueError, match="Codec mismatch"):
        X25519KeyAgreementKey.for_codec(Codec.ED25519)


@pytest.mark.parametrize("form", FORMATS)
def test_a_document_has_the_names_and_contexts_of_the_original(form: KeyFormat) -> None:
    did = made([SERVICE, {"type": "example", "serviceEndpoint": "https://other.example"}])
    resolved = resolve_peer_did(did, form)
    assert isinstance(resolved, DIDDocument)
    document = cast("Any", resolved)
    agreement, signing = cast("list[Any]", document.verification_method)
    assert (agreement.material, signing.material) == FORMATS[form]
    assert (agreement.id, signing.id) == (f"#{X.multikey[1:9]}", f"#{ED.multikey[1:9]}")
    assert agreement.controller == signing.controller == did
    assert document.key_agreement == [agreement.id]
    for relationship in (
        "authentication",
        "assertion_method",
        "capability_invocation",
        "capability_delegation",
    ):
        assert getattr(document, relationship) == [signing.id]
    first, second = cast("list[Any]", document.service)
    assert (first.id, second.id) == ("#didcommmessaging-0", "#example-1")
    assert first.serialize() == {"id": "#didcommmessaging-0", **SERVICE}
    contexts = {
        KeyFormat.MULTIBASE: [X25519_2020_CONTEXT, ED25519_2020_CONTEXT],
        KeyFormat.JWK: [JWS_2020_CONTEXT],
        KeyFormat.BASE58: [],
    }
    assert document.context == ["https://www.w3.org/ns/did/v1", *contexts[form]]
    assert document == cast("Any", DIDDocument).deserialize(document.serialize())


def test_services_may_be_text_or_an_object_or_a_list_and_are_one_element() -> None:
    assert (
        made(SERVICE)
        == made(json.dumps(SERVICE))
        == pydidcomm.encode_public_keys(
            agreement=[pydidcomm.PublicKey(X.multikey)],
            authentication=[pydidcomm.PublicKey(ED.multikey)],
            services=[SERVICE],
        )
    )
    assert made([SERVICE, SERVICE]).count(".S") == 1
    assert made(None) == made("") == made([]) == f"did:peer:2.E{X.multikey}.V{ED.multikey}"
    for neither in ("...", 7, ["x"]):
        with pytest.raises(ValueError, match=r"JSON"):
            made(neither)


def test_an_inception_key_signs() -> None:
    did = create_peer_did_numalgo_0(SIGNING)
    assert did == f"did:peer:0{ED.multikey}"
    document = resolve_peer_did(did)
    assert [method.material for method in document.verification_method or []] == [ED.multikey]
    assert document.key_agreement is None
    with pytest.raises(ValueError, match="Authentication not supported for key"):
        create_peer_did_numalgo_0(AGREEMENT)


def test_a_key_for_another_purpose_is_refused() -> None:
    with pytest.raises(ValueError, match="Key agreement not supported for key"):
        create_peer_did_numalgo_2([SIGNING], [], None)
    with pytest.raises(ValueError, match="Authentication not supported for key"):
        create_peer_did_numalgo_2([AGREEMENT], [AGREEMENT], None)


@pytest.mark.parametrize(
    ("did", "problem"),
    [
        ("did:key:" + ED.multikey, "Does not match peer DID regexp"),
        ("did:peer:1" + ED.multikey, "Does not match peer DID regexp"),
        ("did:peer:0" + ED.multikey + "!", "Does not match peer DID regexp"),
        ("did:peer:2", "Does not match peer DID regexp"),
        ("did:peer:2.S", "Does not match peer DID regexp"),
        ("did:peer:2.C" + X.multikey, "Does not match peer DID regexp"),
        ("did:peer:2.Ez6LSxx", "Invalid key"),
        ("did:peer:0" + X.multikey, "Authentication not supported"),
        ("did:peer:2.V" + X.multikey, "Authentication not supported"),
        ("did:peer:2.E" + ED.multikey, "Key agreement not supported"),
        ("did:peer:2.A" + ED.multikey, "Unknown prefix"),
        (f"did:peer:2.E{X.multikey}.Sasdf123", "Invalid service"),
        (f"did:peer:2.E{X.multikey}.Se30", "doesn't contain a type"),
    ],
)
def test_an_invalid_did_peer_is_refused(did: str, problem: str) -> None:
    for resolve in (resolve_peer_did, peer_did.resolve_peer_did):
        with pytest.raises(MalformedPeerDIDError, match=r"^Invalid peer DID provided\. .*\.$") as caught:
            resolve(did)
        if "not supported" not in problem or resolve is resolve_peer_did:
            assert problem in str(caught.value)
    assert is_peer_did(did) is ("regexp" not in problem)
    assert issubclass(MalformedPeerDIDError, PeerDIDError)


def test_dids_that_the_original_created_but_could_not_resolve_resolve() -> None:
    service = {"type": "DIDCommMessaging", "serviceEndpoint": "https://example.com/?a~b>>>???"}
    did = made(service)
    assert {"-", "_"} & set(did.rpartition(".S")[2])
    assert is_peer_did(did)
    assert not is_peer_did(None)
    (resolved,) = resolve_peer_did(did).service or []
    assert resolved.service_endpoint == service["serviceEndpoint"]
    several = pydidcomm.encode_public_keys(
        agreement=[pydidcomm.PublicKey(X.multikey)], services=[SERVICE, {**SERVICE, "type": "other"}]
    )
    assert several.count(".S") == 2
    assert [service.id for service in resolve_peer_did(several).service or []] == [
        "#didcommmessaging-0",
        "#other-1",
    ]


# the generation of 0.4


def old(form: VerificationMaterialFormatPeerDID) -> str:
    """The same DID from keys as they were given until 0.4."""
    kinds: dict[str, tuple[VerificationMethodTypeAgreement, VerificationMethodTypeAuthentication]] = {
        "JWK": (
            VerificationMethodTypeAgreement.JSON_WEB_KEY_2020,
            VerificationMethodTypeAuthentication.JSON_WEB_KEY_2020,
        ),
        "BASE58": (
            VerificationMethodTypeAgreement.X25519_KEY_AGREEMENT_KEY_2019,
            VerificationMethodTypeAuthentication.ED25519_VERIFICATION_KEY_2018,
        ),
        "MULTIBASE": (
            VerificationMethodTypeAgreement.X25519_KEY_AGREEMENT_KEY_2020,
            VerificationMethodTypeAuthentication.ED25519_VERIFICATION_KEY_2020,
        ),
    }
    of, signs = kinds[form.name]
    agreement, signing = FORMATS[KeyFormat[form.name]]
    return peer_did.create_peer_did_numalgo_2(
        [VerificationMaterialAgreement(form, of, agreement)],
        [VerificationMaterialAuthentication(form, signs, signing)],
        json.dumps(SERVICE),
    )


@pytest.mark.parametrize("form", VerificationMaterialFormatPeerDID)
def test_a_document_is_text_and_its_keys_have_long_names(form: VerificationMaterialFormatPeerDID) -> None:
    did = old(form)
    assert did == made(SERVICE)
    text = peer_did.resolve_peer_did(did, form)
    document = DIDDocPeerDID.from_json(text)
    assert document.did == did
    assert document.auth_kids == [f"{did}#{ED.multikey[1:]}"]
    assert document.agreement_kids == [f"{did}#{X.multikey[1:]}"]
    (method,) = document.authentication
    assert (method.controller, method.ver_material.format) == (did, form)
    assert method.ver_material.value == FORMATS[KeyFormat[form.name]][1]
    (service,) = document.service or []
    assert isinstance(service, DIDCommServicePeerDID)
    assert service.id == f"{did}#didcommmessaging-0"
    assert service.to_dict() == {"id": service.id, **SERVICE}
    assert json.loads(document.to_json()) == json.loads(text)
    assert pydidcomm.DIDDocument(json.loads(text)).key_agreement == tuple(document.agreement_kids)


def test_an_inception_key_of_the_old_generation() -> None:
    kind = VerificationMethodTypeAuthentication.JSON_WEB_KEY_2020
    jwk = VerificationMaterialFormatPeerDID.JWK
    did = peer_did.create_peer_did_numalgo_0(
        VerificationMaterialAuthentication(jwk, kind, json.dumps(ED.jwk))
    )
    document = json.loads(peer_did.resolve_peer_did(did))
    assert did == create_peer_did_numalgo_0(SIGNING)
    assert "keyAgreement" not in document
    assert "service" not in document
    wrong = VerificationMaterialAgreement(jwk, VerificationMethodTypeAgreement.JSON_WEB_KEY_2020, X.jwk)
    with pytest.raises(TypeError):
        peer_did.create_peer_did_numalgo_0(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Codec mismatch"):
        peer_did.create_peer_did_numalgo_0(VerificationMaterialAuthentication(jwk, kind, X.jwk))


def test_the_service_of_the_tutorial_has_no_routing_keys() -> None:
    service = DIDCommServicePeerDID("new-id", "https://example.com", None, ["didcomm/v2"])
    did = create_peer_did_numalgo_2([AGREEMENT], [SIGNING], json.dumps(service.to_dict()))
    (resolved,) = DIDDocPeerDID.from_json(peer_did.resolve_peer_did(did)).service or []
    assert isinstance(resolved, DIDCommServicePeerDID)
    assert (resolved.routing_keys, resolved.accept) == ([], ["didcomm/v2"])
    other = {"id": "#o", "type": "other"}
    assert DIDCommServicePeerDID.from_dict(other) is other


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '{"id": "did:peer:0z", "authentication": [{}]}',
        '{"id": "did:peer:0z", "authentication": [{"id": "#k", "type": "x", "controller": "c"}]}',
        '{"id": "did:peer:0z", "keyAgreement": [{"id": "#k", "type": "JsonWebKey2020", "controller": "c"}]}',
    ],
)
def test_values_that_are_not_documents_are_refused(text: str) -> None:
    with pytest.raises(MalformedPeerDIDDocError):
        DIDDocPeerDID.from_json(text)


def test_a_method_is_written_as_it_was_read() -> None:
    for kind, field, value in (
        ("JsonWebKey2020", "publicKeyJwk", X.jwk),
        ("JsonWebKey2020", "publicKeyJwk", ED.jwk),
        ("X25519KeyAgreementKey2019", "publicKeyBase58", base58(X.public)),
        ("Ed25519VerificationKey2020", "publicKeyMultibase", ED.multikey),
    ):
        method = {"id": "#k", "type": kind, "controller": "did:example:a", field: value}
        read = VerificationMethodPeerDID.from_dict(method)
        assert read.to_dict() == method
        signs = value in (ED.jwk, ED.multikey)
        assert isinstance(read.ver_material, VerificationMaterialAuthentication) is signs
