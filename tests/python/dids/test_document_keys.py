"""Which keys and services of a DID document are used, and which resolved documents are taken."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import anyio.lowlevel
import pytest

from pydidcomm import (
    DIDCommMessaging,
    DidDeactivatedError,
    DIDDocument,
    InMemorySecrets,
    MalformedDocumentError,
    NotFoundError,
    Resolved,
    Secret,
    UnsupportedError,
    sync,
)
from support.did_documents import BOB, GOOD, OTHER, SIGNING, Answers, agreeing, packed_for
from support.parties import Documents, Party, base58, hello, results

if TYPE_CHECKING:
    from collections.abc import Callable


def signed_with(jwk: dict[str, Any]) -> bool:
    method = {"id": "#sign", "type": "JsonWebKey2020", "publicKeyJwk": jwk}
    document = {"id": BOB, "authentication": [method]}
    secrets = InMemorySecrets([SIGNING])
    packed = sync.DIDCommMessaging(
        secrets=secrets,
        resolver=Answers({"id": BOB, "authentication": [{**method, "publicKeyJwk": SIGNING.public_jwk()}]}),
    ).pack_signed(hello(frm=BOB, to=["did:example:a"]), sign_frm=BOB)
    party = sync.DIDCommMessaging(secrets=secrets, resolver=Answers(document))
    return party.unpack(packed.packed_msg).metadata.authenticated


def unusable(document: Any) -> None:  # noqa: ANN401
    with pytest.raises(UnsupportedError):
        packed_for(document)


@pytest.mark.spec("DID-24")
def test_a_method_with_two_different_keys_is_not_used() -> None:
    same = {"publicKeyJwk": GOOD.public_jwk(), "publicKeyMultibase": GOOD.public_multikey()}
    assert packed_for(agreeing(same)) == (f"{BOB}#key",)
    for one, other in ((GOOD, OTHER), (OTHER, GOOD)):
        different = {"publicKeyJwk": one.public_jwk(), "publicKeyMultibase": other.public_multikey()}
        unusable(agreeing(different))
    bare = {"type": "X25519KeyAgreementKey2019", "publicKeyBase58": base58(OTHER.public_key.octets())}
    unusable(agreeing({**bare, "publicKeyJwk": GOOD.public_jwk()}))


@pytest.mark.spec("DID-25")
def test_of_two_different_methods_with_one_id_neither_is_used() -> None:
    one, other = {"publicKeyJwk": GOOD.public_jwk()}, {"publicKeyJwk": OTHER.public_jwk()}
    unusable(agreeing(one, other))
    unusable(agreeing(other, one))
    embedded = {"id": f"{BOB}#key", "type": "JsonWebKey2020", **other}
    for relationship in ("authentication", "assertionMethod", "capabilityInvocation"):
        unusable(agreeing(one, **{relationship: [embedded]}))
    # the same method twice has one meaning
    assert packed_for(agreeing(one, one, authentication=[{**embedded, **one}])) == (f"{BOB}#key",)


@pytest.mark.spec("DID-26")
@pytest.mark.parametrize(
    "member", [{"use": "sig"}, {"key_ops": ["verify"]}, {"alg": "ES256"}, {"alg": "EdDSA"}]
)
def test_a_jwk_that_excludes_agreement_is_not_encrypted_to(member: dict[str, Any]) -> None:
    unusable(agreeing({"publicKeyJwk": {**GOOD.public_jwk(), **member}}))


@pytest.mark.spec("DID-26")
@pytest.mark.parametrize(
    "member",
    [
        {"use": "enc"},
        {"key_ops": ["deriveKey"]},
        {"key_ops": []},
        {"alg": "ECDH-ES+A256KW"},
        {"use": None},
        {"use": 1},
    ],
)
def test_a_jwk_that_allows_agreement_is_encrypted_to(member: dict[str, Any]) -> None:
    assert packed_for(agreeing({"publicKeyJwk": {**GOOD.public_jwk(), **member}})) == (f"{BOB}#key",)


@pytest.mark.spec("DID-26")
def test_signature_by_a_jwk_that_excludes_signatures_is_refused() -> None:
    jwk = SIGNING.public_jwk()
    assert all(
        signed_with({**jwk, **member})
        for member in ({}, {"use": "sig"}, {"alg": "EdDSA"}, {"key_ops": ["verify"]})
    )
    for member in ({"use": "enc"}, {"key_ops": ["encrypt"]}, {"alg": "ES256"}, {"alg": "ECDH-ES"}):
        with pytest.raises(UnsupportedError):
            signed_with({**jwk, **member})


@pytest.mark.spec("DID-29")
@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_public_jwk_with_a_private_member_is_not_used(name: str) -> None:
    unusable(agreeing({"publicKeyJwk": {**GOOD.public_jwk(), name: "AQAB"}}))
    assert packed_for(agreeing({"publicKeyJwk": {**GOOD.public_jwk(), name: None}})) == (f"{BOB}#key",)


@pytest.mark.spec("DID-28")
def test_a_key_with_another_controller_is_used_for_the_did_that_lists_it() -> None:
    alice = Party("did:example:alice")
    for method in alice.document["verificationMethod"]:
        method["controller"] = "did:example:mallory"
    bob = Party(BOB)
    documents = {party.did: party.document for party in (alice, bob)}

    class Known:
        def resolve(self, did: str) -> Any:  # noqa: ANN401
            return documents.get(did)

    sender = sync.DIDCommMessaging(secrets=alice.secrets, resolver=Known())
    receiver = sync.DIDCommMessaging(secrets=bob.secrets, resolver=Known())
    packed = sender.pack(hello(), to=BOB, frm=alice.did)
    assert receiver.unpack(packed.message).metadata.sender == alice.did


DEACTIVATED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Resolved": lambda document: Resolved(document, deactivated=True),
    "Resolved, parsed": lambda document: Resolved(DIDDocument(document), deactivated=True),
    "Resolved, without a document": lambda _: Resolved(None, deactivated=True),
    "DID Resolution": lambda document: {
        "didDocument": document,
        "didDocumentMetadata": {"deactivated": True},
        "didResolutionMetadata": {"contentType": "application/did+ld+json"},
    },
    "DID Resolution, without a document": lambda _: {
        "didDocument": None,
        "didDocumentMetadata": {"deactivated": True},
    },
    "in the document": lambda document: {**document, "deactivated": True},
}


@pytest.mark.spec("DID-27")
@pytest.mark.parametrize("kind", DEACTIVATED)
async def test_a_deactivated_did_is_refused_in_both_directions(kind: str) -> None:
    bob = Party(BOB)
    answer = DEACTIVATED[kind](bob.document)
    live = sync.DIDCommMessaging(secrets=bob.secrets, resolver=Answers(bob.document))
    encrypted = live.pack(hello(), to=BOB, frm=BOB).message
    signed = live.pack_signed(hello(frm=BOB, to=[BOB]), sign_frm=BOB).packed_msg
    party = DIDCommMessaging(secrets=bob.secrets, resolver=Answers(answer))
    face = sync.DIDCommMessaging(secrets=bob.secrets, resolver=Answers(answer))
    for packed in (encrypted, signed):
        with pytest.raises(DidDeactivatedError) as refused:
            await party.unpack(packed)
        assert refused.value.did == BOB
        assert isinstance(refused.value, NotFoundError)
    with pytest.raises(DidDeactivatedError):
        await party.pack(hello(), to=BOB)
    with pytest.raises(DidDeactivatedError):
        await party.resolve(BOB)
    with pytest.raises(DidDeactivatedError):
        face.resolve(BOB)


@pytest.mark.spec("DID-27")
def test_an_answer_of_did_resolution_is_read() -> None:
    document = agreeing({"publicKeyJwk": GOOD.public_jwk()})
    for metadata in ({}, {"deactivated": False}, {"deactivated": None}):
        assert packed_for({"didDocument": document, "didDocumentMetadata": metadata}) == (f"{BOB}#key",)
    assert packed_for(Resolved(document)) == packed_for(Resolved(DIDDocument(document))) == (f"{BOB}#key",)
    missing = {"didDocument": None, "didResolutionMetadata": {"error": "notFound"}}
    with pytest.raises(NotFoundError):
        packed_for(missing)


@pytest.mark.spec("DID-27")
def test_a_revoked_method_is_not_used() -> None:
    unusable(agreeing({"publicKeyJwk": GOOD.public_jwk(), "revoked": "2024-01-01T00:00:00Z"}))


@pytest.mark.spec("DID-30")
async def test_a_document_of_another_did_is_not_taken() -> None:
    document = agreeing({"publicKeyJwk": GOOD.public_jwk()})
    for answer in (document, DIDDocument(document), Resolved(document), {"didDocument": document}):
        party = DIDCommMessaging(resolver=Answers(answer))
        with pytest.raises(MalformedDocumentError, match=BOB):
            await party.resolve("did:example:alice")
        with pytest.raises(MalformedDocumentError, match=BOB):
            sync.DIDCommMessaging(resolver=Answers(answer)).resolve("did:example:alice")
        with pytest.raises(MalformedDocumentError, match=BOB):
            await party.pack(hello(), to="did:example:alice")
        assert (await party.resolve(BOB)).key_agreement == (f"{BOB}#key",)


LOW_ORDER = {"kty": "OKP", "crv": "X25519", "x": "A" * 43}


@pytest.mark.spec("ALG-18")
def test_a_key_of_low_order_is_neither_encrypted_to_nor_a_sender() -> None:
    low = {"id": "#low", "type": "JsonWebKey2020", "publicKeyJwk": LOW_ORDER}
    good = {"id": "#key", "type": "JsonWebKey2020", "publicKeyJwk": GOOD.public_jwk()}
    unusable({"id": BOB, "keyAgreement": [low]})
    assert packed_for({"id": BOB, "keyAgreement": [low, good]}) == (f"{BOB}#key",)
    alice, bob = Party("did:example:alice"), Party(BOB)
    documents = {alice.did: alice.document, BOB: bob.document}

    class Known:
        def resolve(self, did: str) -> Any:  # noqa: ANN401
            return documents.get(did)

    sender = sync.DIDCommMessaging(secrets=alice.secrets, resolver=Known())
    packed = sender.pack(hello(), to=BOB, frm=alice.did).message
    documents[alice.did] = copy.deepcopy(alice.document)
    documents[alice.did]["verificationMethod"][0]["publicKeyJwk"] = LOW_ORDER
    with pytest.raises(UnsupportedError):
        sync.DIDCommMessaging(secrets=bob.secrets, resolver=Known()).unpack(packed)


@pytest.mark.spec("DID-20")
@pytest.mark.parametrize(
    "suite", ["EcdsaSecp256r1VerificationKey2019", "P256Key2021", "P384Key2021", "SomethingNew2031", ""]
)
def test_a_jwk_or_multikey_is_used_whatever_its_type_is_called(suite: str) -> None:
    curve = "P-384" if suite == "P384Key2021" else "P-256"
    secret = Secret.generate(curve, kid=f"{BOB}#key")
    for member in ({"publicKeyJwk": secret.public_jwk()}, {"publicKeyMultibase": secret.public_multikey()}):
        party = sync.DIDCommMessaging(
            secrets=InMemorySecrets([secret]), resolver=Answers(agreeing({"type": suite, **member}))
        )
        assert party.unpack(party.pack(hello(), to=BOB).message).metadata.encrypted


@pytest.mark.spec("DID-20")
def test_a_type_that_contradicts_its_key_is_not_used() -> None:
    unusable(agreeing({"type": "P256Key2021", "publicKeyJwk": GOOD.public_jwk()}))
    unusable(agreeing({"type": "SomethingNew2031", "publicKeyBase58": base58(GOOD.public_key.octets())}))


@pytest.mark.parametrize("broken", [1, "x", {"x": 1}, True])
@pytest.mark.parametrize("member", ["authentication", "assertionMethod", "service"])
def test_an_invalid_part_that_is_not_needed_does_not_prevent_packing(member: str, broken: object) -> None:
    document = agreeing({"publicKeyJwk": GOOD.public_jwk()}, **{member: broken})
    assert packed_for(document) == packed_for(DIDDocument(document)) == (f"{BOB}#key",)


def test_an_invalid_list_that_is_needed_is_named() -> None:
    with pytest.raises(MalformedDocumentError, match="keyAgreement"):
        packed_for({"id": BOB, "keyAgreement": 1})


def test_entries_of_a_resolved_document_are_limited_by_the_config() -> None:
    document = agreeing({"publicKeyJwk": GOOD.public_jwk()}, keyAgreement=["#key"] * 5000)
    with pytest.raises(MalformedDocumentError, match="max_document_entries"):
        packed_for(document)
    party = sync.DIDCommMessaging(resolver=Answers(document), max_document_entries=6000)
    assert len(party.resolve(BOB).key_agreement) == 5000
    with pytest.raises(ValueError, match="max_document_entries"):
        sync.DIDCommMessaging(max_document_entries=-1)


@pytest.mark.spec("DID-23")
@pytest.mark.parametrize(
    "did",
    [
        "did:web:example.com",
        "did:web:localhost%3A8443:users:42",
        "did:ion:EiClkZMDxPKqC9c-umQfTkR8vvZ9JPhl_xLDI9Nfk38w5w",
        "did:ethr:0x5:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74",
        "did:own2:a.b_c",
    ],
)
def test_a_did_of_any_method_sends_signs_and_receives(did: str) -> None:
    alice, bob = Party(did), Party("did:example:bob")
    for sender, recipient in ((alice, bob), (bob, alice)):
        documents = Documents(alice, bob)
        party = sync.DIDCommMessaging(secrets=sender.secrets, resolver=documents)
        packed = party.pack(hello(), to=recipient.did, frm=sender.did)
        receiver = sync.DIDCommMessaging(secrets=recipient.secrets, resolver=documents)
        assert receiver.unpack(packed.message).metadata.sender == sender.did
        signed = party.pack_signed(hello(frm=sender.did, to=[recipient.did]), sign_frm=sender.did)
        assert receiver.unpack(signed.packed_msg).metadata.sign_from == sender.signing.kid


async def test_the_documents_of_several_recipients_are_requested_together() -> None:
    home = DIDCommMessaging()
    alice, *others = [await home.create_peer_did() for _ in range(20)]
    waiting = most = 0

    class Slow:
        async def resolve(self, did: str) -> Any:  # noqa: ANN401
            nonlocal waiting, most
            waiting += 1
            most = max(most, waiting)
            for _ in range(3):
                await turn()
            waiting -= 1
            return None if did == others[3] else home.resolver.resolve(did)

    party = DIDCommMessaging(secrets=home.secrets, resolver=Slow())
    sent = await party.pack_to_each(hello(), to=others, frm=alice)
    assert most == len(others)
    assert [did for did, outcome in zip(others, sent, strict=True) if outcome.error] == [others[3]]


async def turn() -> None:
    """Give the event loop one turn, on asyncio and on trio."""
    await anyio.lowlevel.checkpoint()


def test_the_work_to_address_many_recipients_grows_with_their_number() -> None:
    def lookups(count: int) -> int:
        parties = [Party(f"did:example:{number}") for number in range(count)]
        documents, calls = Documents(*parties), 0

        class Counting:
            def resolve(self, did: str) -> Any:  # noqa: ANN401
                nonlocal calls
                calls += 1
                return documents.resolve(did)

        party = sync.DIDCommMessaging(resolver=Counting())
        dids = [one.did for one in parties]
        results(party.pack_to_each(hello(to=dids), to=dids))
        return calls

    assert (lookups(5), lookups(20)) == (5, 20)
