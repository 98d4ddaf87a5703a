"""DID documents in every published form."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    DIDDocument,
    Secret,
    sync,
)
from pydidcomm.errors import (
    MalformedDocumentError,
    UnsupportedError,
)
from support.parties import Documents, Key, Party, base58, hello

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[Key], dict[str, Any]]


def suite(agreement: str, signing: str, member: str, value: Callable[[Key], object]) -> Write:
    def write(key: Key) -> dict[str, Any]:
        kind = agreement if key.curve == "X25519" else signing
        return {"id": key.kid, "type": kind, "controller": key.kid.split("#")[0], member: value(key)}

    return write


def plain58(key: Key) -> str:
    return base58(key.public)


DIALECTS: dict[str, Write] = {
    "JsonWebKey2020": lambda key: key.method,
    "JsonWebKey": lambda key: {**key.method, "type": "JsonWebKey"},
    "Multikey": suite("Multikey", "Multikey", "publicKeyMultibase", lambda key: key.multikey),
    "suites of 2020": suite(
        "X25519KeyAgreementKey2020",
        "Ed25519VerificationKey2020",
        "publicKeyMultibase",
        lambda key: key.multikey,
    ),
    "suites of 2018 and 2019": suite(
        "X25519KeyAgreementKey2019", "Ed25519VerificationKey2018", "publicKeyBase58", plain58
    ),
    "suites of 2018 and 2019 in multibase": suite(
        "X25519KeyAgreementKey2019",
        "Ed25519VerificationKey2018",
        "publicKeyMultibase",
        lambda key: "z" + plain58(key),
    ),
    "suites of 2018 and 2019 as Multikey": suite(
        "X25519KeyAgreementKey2019",
        "Ed25519VerificationKey2018",
        "publicKeyMultibase",
        lambda key: key.multikey,
    ),
    "suites of 2018 and 2019 in hex": suite(
        "X25519KeyAgreementKey2019",
        "Ed25519VerificationKey2018",
        "publicKeyHex",
        lambda key: key.public.hex(),
    ),
    "suites of 2018 and 2019 with a JWK": suite(
        "X25519KeyAgreementKey2019", "Ed25519VerificationKey2018", "publicKeyJwk", lambda key: key.jwk
    ),
    "suites of 2020 in base58": suite(
        "X25519KeyAgreementKey2020", "Ed25519VerificationKey2020", "publicKeyBase58", plain58
    ),
    "JsonWebKey2020 with a Multikey": suite(
        "JsonWebKey2020", "JsonWebKey2020", "publicKeyMultibase", lambda key: key.multikey
    ),
    "Multikey with a JWK": suite("Multikey", "Multikey", "publicKeyJwk", lambda key: key.jwk),
    "suites of 2020 with a JWK": suite(
        "X25519KeyAgreementKey2020", "Ed25519VerificationKey2020", "publicKeyJwk", lambda key: key.jwk
    ),
}


def relative(value: Any, did: str) -> Any:  # noqa: ANN401, JSON
    """The same with every id of a key relative to the document."""
    return json.loads(json.dumps(value).replace(f'"{did}#', '"#'))


def dialect(party: Party, write: Write, *, embedded: bool, absolute: bool) -> dict[str, Any]:
    agreement, signing = [write(key) for key in party.agreement], [write(party.signing)]
    document: dict[str, Any] = {"keyAgreement": agreement, "authentication": signing}
    if not embedded:
        document = {name: [method["id"] for method in methods] for name, methods in document.items()}
        document["verificationMethod"] = [*agreement, *signing]
    document = document if absolute else relative(document, party.did)
    return {"@context": ["https://www.w3.org/ns/did/v1"], "id": party.did, **document}


@pytest.mark.spec("DID-20", "KID-05", "KID-09", "KID-03")
@pytest.mark.parametrize("write", DIALECTS.values(), ids=DIALECTS.keys())
@pytest.mark.parametrize("embedded", [False, True], ids=["referenced", "embedded"])
@pytest.mark.parametrize("absolute", [False, True], ids=["relative", "absolute"])
def test_a_document_in_any_dialect_packs_and_unpacks(  # noqa: PLR0913, fixtures
    documents: Documents, alice: Party, bob: Party, write: Write, *, embedded: bool, absolute: bool
) -> None:
    before = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did)
    for party in (alice, bob):
        party.document = dialect(party, write, embedded=embedded, absolute=absolute)
    document = DIDDocument(bob.document)
    assert (document.id, document.key_agreement, document.authentication) == (
        bob.did,
        tuple(bob.kids),
        (bob.signing.kid,),
    )
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did)
    assert (packed.to_kids, packed.from_kid) == (tuple(bob.kids), alice.key.kid)
    signed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, sign_frm=alice.did)
    # the keys are the same, so what was packed with the documents of yesterday opens too
    for text in (before, packed, signed):
        assert documents.unpack(bob, text.packed_msg).metadata.authenticated


SECP256K1: dict[str, Callable[[Secret], object]] = {
    "publicKeyJwk": Secret.public_jwk,
    "publicKeyMultibase": Secret.public_multikey,
    "publicKeyBase58": lambda key: base58(key.public_key.octets()),
    "publicKeyHex": lambda key: key.public_key.octets(compressed=True).hex(),
}


@pytest.mark.spec("DID-20", "SIG-05")
@pytest.mark.parametrize(("member", "value"), SECP256K1.items(), ids=SECP256K1)
def test_a_signature_by_a_key_of_the_secp256k1_suite_is_verified(
    documents: Documents, alice: Party, bob: Party, member: str, value: Callable[[Secret], object]
) -> None:
    key = Secret.generate("secp256k1", kid=f"{alice.did}#k")
    method = {"id": key.kid, "type": "EcdsaSecp256k1VerificationKey2019", member: value(key)}
    alice.document["authentication"] = [method]
    alice.secrets.add_key(key)
    signed = sync.pack_signed(documents.of(alice), hello(to=[bob.did]), sign_frm=alice.did)
    assert documents.unpack(bob, signed.packed_msg).metadata.sign_from == key.kid


@pytest.mark.spec("DID-20")
def test_a_key_longer_than_any_key_is_passed_over_before_it_is_decoded(
    documents: Documents, alice: Party, bob: Party
) -> None:
    huge = "z" * (4 << 20)
    suites = {"Multikey": "publicKeyMultibase", "X25519KeyAgreementKey2019": "publicKeyBase58"}
    methods = [
        {"id": f"{bob.did}#huge-{number}", "type": kind, member: huge}
        for number, (kind, member) in enumerate(suites.items())
    ]
    bob.document["keyAgreement"] = methods
    with pytest.raises(UnsupportedError, match="longer than any key"):
        sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    bob.document["keyAgreement"] = [*methods, bob.key.method]
    assert sync.pack_encrypted(documents.of(alice), hello(), to=bob.did).to_kids == (bob.key.kid,)


@pytest.mark.spec("DID-20")
def test_a_key_of_an_unknown_type_does_not_affect_other_keys(
    documents: Documents, alice: Party, bob: Party
) -> None:
    odd = [
        {"id": f"{bob.did}#odd", "type": "Oddity2030", "publicKeyOdd": "x"},
        {"id": f"{bob.did}#bls", "type": "Bls12381G2Key2020", "publicKeyBase58": "1"},
        {
            **bob.key.method,
            "id": f"{bob.did}#broken",
            "publicKeyJwk": {"kty": "OKP", "crv": "X25519", "x": "AA"},
        },
        {"id": f"{bob.did}#nothing", "type": "Multikey"},
        {"type": "Multikey"},
        7,
        None,
        "#dangling",
        "did:example:else#where",
    ]
    bob.document["keyAgreement"] = [*odd, *bob.document["keyAgreement"]]
    bob.document["verificationMethod"] = [*odd, *bob.document["verificationMethod"]]
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert packed.to_kids == tuple(bob.kids)
    assert documents.unpack(bob, packed.packed_msg).message.body


@pytest.mark.spec("DID-20", "KID-05", "KID-09")
def test_published_documents_of_other_implementations_pack_and_unpack(
    documents: Documents, alice: Party, bob: Party
) -> None:
    bls = {"id": "#bls", "type": "Bls12381G2Key2020", "controller": bob.did, "publicKeyBase58": "25ETdUZ"}
    account = {
        "id": "#account",
        "type": "EcdsaSecp256k1RecoveryMethod2020",
        "controller": bob.did,
        "blockchainAccountId": "eip155:1:0x89a932207c485f85226d86f7cd486a89a24fcc12",
    }
    named = {**bob.agreement[1].jwk, "kid": "2", "use": "enc", "alg": "ECDH-ES+A256KW", "x5t": "AA"}
    bob.document = {
        "@context": ["https://www.w3.org/ns/did/v1", {"@base": bob.did, "key": "https://a.example#key"}],
        "id": bob.did,
        "controller": [bob.did, alice.did],
        "alsoKnownAs": ["https://b.example"],
        "verificationMethod": [
            account,
            {"id": "#x1", "type": "Multikey", "controller": bob.did, "publicKeyMultibase": bob.key.multikey},
            {"id": bob.kids[1], "type": "JsonWebKey", "publicKeyJwk": named, "publicKeyBase58": None},
        ],
        "authentication": [
            "#account",
            {
                "id": "#ed",
                "type": "Ed25519VerificationKey2018",
                "controller": "#id",
                "publicKeyBase58": plain58(bob.signing),
            },
        ],
        "keyAgreement": [
            bls,
            bob.kids[0],
            "#x2",
            {
                "id": bob.kids[2],
                "type": "X25519KeyAgreementKey2019",
                "publicKeyBase58": plain58(bob.agreement[2]),
                "revoked": None,
            },
        ],
        "assertionMethod": ["#nowhere", 7],
        "service": None,
        "proof": {"type": "DataIntegrityProof"},
    }
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did)
    assert packed.to_kids == tuple(bob.kids)
    assert documents.unpack(bob, packed.packed_msg).metadata.authenticated
    answer = sync.pack_encrypted(documents.of(bob), hello(), to=alice.did, frm=bob.did, sign_frm=bob.did)
    metadata = documents.unpack(alice, answer.packed_msg).metadata
    assert metadata.sign_from == bob.signing.kid


@pytest.mark.spec("KID-01", "SIG-13")
def test_a_key_under_the_id_of_another_did_is_not_taken(
    documents: Documents, alice: Party, bob: Party, mallory: Party
) -> None:
    for name, key in (("keyAgreement", alice.key), ("authentication", alice.signing)):
        mallory.document[name] = [key.method, *mallory.document[name]]
    parsed = DIDDocument(mallory.document)
    assert (parsed.key_agreement, parsed.authentication) == (tuple(mallory.kids), (mallory.signing.kid,))
    assert sync.pack_encrypted(documents.of(bob), hello(), to=mallory.did).to_kids == tuple(mallory.kids)


@pytest.mark.parametrize("curves", [("X25519", "Ed25519"), ("Ed25519", "X25519")], ids="/".join)
def test_a_suite_with_a_key_of_another_curve_is_not_used(
    documents: Documents, alice: Party, bob: Party, curves: tuple[str, str]
) -> None:
    suites = {"X25519": "X25519KeyAgreementKey2020", "Ed25519": "Ed25519VerificationKey2020"}
    key = Key(f"{bob.did}#k", curves[0])
    method = {"id": key.kid, "type": suites[curves[1]], "publicKeyMultibase": key.multikey}
    bob.document["keyAgreement"] = [method]
    with pytest.raises(UnsupportedError):
        sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": None},
        {"id": "bob"},
        {"id": "did:example:bob#k"},
    ],
)
def test_values_that_are_not_documents_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(MalformedDocumentError):
        DIDDocument(document)


def test_a_document_is_a_value(bob: Party) -> None:
    document = DIDDocument(bob.document)
    assert document == DIDDocument(bob.document)
    assert hash(document) == hash(DIDDocument(bob.document))
    assert document != DIDDocument({**bob.document, "extra": 1})
    assert document.as_dict() == bob.document
    document.as_dict().clear()
    assert document.as_dict() == bob.document
    assert copy.deepcopy({"stored": document}) == {"stored": document}
    assert bob.did in repr(document)


@pytest.mark.parametrize("number", [9.312158403177331e-262, 1.7976931348623157e308, 2**63, 2**64 + 1, 0.1])
def test_numbers_in_a_document_are_preserved_exactly(bob: Party, number: float) -> None:
    assert DIDDocument({**bob.document, "number": number}).as_dict()["number"] == number
