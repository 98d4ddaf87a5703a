"""Every DID method that needs no network: created, resolved, written to and answered, under either name."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import (
    DidNotFoundError,
    InMemorySecrets,
    LocalResolver,
    MalformedDocumentError,
    PeerMethod,
    PrefixResolver,
    Secret,
    UnsupportedError,
    UntrustedMessageError,
    create_jwk_did,
    create_key_did,
    create_peer_did,
    encode_did_document,
    encode_public_keys,
    same_party,
    short_form,
    sync,
)
from pydidcomm.errors import KeyNotFoundError
from support.parties import hello

BOTH = ["P-256", "P-384", "P-521"]
AGREE = ["X25519", *BOTH]
SIGN = ["Ed25519", *BOTH, "secp256k1"]
WRITE = ["Ed25519", "P-256", "secp256k1"]
ONE_KEY = {"X25519": (1, 0), "Ed25519": (1, 1), **dict.fromkeys(BOTH, (1, 1)), "secp256k1": (1, 1)}


def exchange(resolver: LocalResolver, party: sync.DIDCommMessaging, did: str) -> None:
    """A peer that knows the DID sends a message and gets an answer."""
    peer = sync.DIDCommMessaging(resolver=resolver)
    curve = _secret(party, party.resolve(did).key_agreement[0]).curve
    frm = peer.create_peer_did(agreement_curves=[curve])
    assert party.unpack(peer.pack(hello(), to=did, frm=frm).message).message.frm == frm
    assert peer.unpack(party.pack(hello(), to=frm, frm=did).message).message.frm == did


# one key


@pytest.mark.spec("DID-20", "KID-05")
@pytest.mark.parametrize("curve", ONE_KEY)
def test_a_did_key_is_listed_in_the_relationships_that_its_curve_supports(curve: str) -> None:
    party = sync.DIDCommMessaging()
    did = party.create_key_did(curve=curve)
    document = party.resolve(did)
    assert (len(document.key_agreement), len(document.authentication)) == ONE_KEY[curve]
    assert {*document.key_agreement, *document.authentication} == set(_kids(party))
    if document.key_agreement and curve != "secp256k1":
        exchange(LocalResolver(), party, did)
    # ES384 and ES512 are verified, never made
    if document.authentication and curve not in {"P-384", "P-521"}:
        signed = party.pack_signed(hello(to=[did]), sign_frm=did)
        assert sync.DIDCommMessaging().unpack(signed.packed_msg).metadata.non_repudiation


@pytest.mark.spec("DID-20", "KID-05")
@pytest.mark.parametrize("curve", [*AGREE, "Ed25519", "secp256k1"])
def test_a_did_jwk_is_listed_in_the_relationships_that_its_curve_supports(curve: str) -> None:
    party = sync.DIDCommMessaging()
    did = party.create_jwk_did(curve=curve)
    document = party.resolve(did)
    assert document.key_agreement == ((f"{did}#0",) if curve != "Ed25519" else ())
    assert document.authentication == ((f"{did}#0",) if curve in SIGN else ())
    if curve in AGREE:
        exchange(LocalResolver(), party, did)


@pytest.mark.spec("DID-21")
def test_a_did_of_a_secp256k1_key_receives_messages_only_on_demand() -> None:
    party = sync.DIDCommMessaging()
    with pytest.raises((KeyNotFoundError, UnsupportedError)):
        party.pack(hello(), to=party.create_key_did(curve="secp256k1"))


async def test_asynchronous_functions_create_the_same_dids() -> None:
    secrets = InMemorySecrets()
    assert (await create_key_did(secrets)).startswith("did:key:z6Mk")
    did = await create_jwk_did(secrets)
    assert f"{did}#0" in secrets
    with pytest.raises(UnsupportedError):
        await create_key_did(secrets, curve="P-999")


# the methods of did:peer


@pytest.mark.spec("DID-20", "KID-09")
@pytest.mark.parametrize("method", [0, 1, 2, 3, 4])
def test_a_did_peer_of_every_method_is_written_to_and_answers(method: PeerMethod) -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did(method=method)
    assert did.startswith(f"did:peer:{method}")
    resolver = LocalResolver()
    assert isinstance(party.resolver, LocalResolver)
    known = party.resolver.known(did)
    if known is None:
        assert method in {0, 2, 4}
    else:
        assert sync.DIDCommMessaging(resolver=resolver).resolver.resolve(did) is None
        remembered = resolver.remember_genesis(known) if method == 1 else resolver.remember(known)
        assert remembered == did
    exchange(resolver, party, did)


@pytest.mark.spec("DID-20", "ENC-03")
@pytest.mark.parametrize("method", [1, 2, 3, 4])
def test_a_did_peer_has_keys_on_any_curves(method: PeerMethod) -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did(
        method=method, agreement_curves=AGREE, auth_curves=WRITE, service_endpoint="https://alice.example"
    )
    document = party.resolve(did)
    curves = [_secret(party, kid).curve for kid in document.key_agreement]
    assert curves == AGREE
    assert [_secret(party, kid).curve for kid in document.authentication] == WRITE
    assert [service.endpoints[0].uri for service in document.services] == ["https://alice.example"]


async def test_options_that_a_did_method_does_not_support_are_refused() -> None:
    secrets = InMemorySecrets()
    cases: list[dict[str, Any]] = [
        {"agreement_curves": ["Ed25519"]},
        {"auth_curves": ["X25519"]},
        {"method": 0, "service_endpoint": "https://alice.example"},
        {"method": 1},
        {"method": 3},
        {"agreement_curves": []},
    ]
    for case in cases[:-1]:
        with pytest.raises(ValueError, match=r"cannot be used for|no services|only a hash"):
            await create_peer_did(secrets, **case)
    method: Any = 9
    with pytest.raises(UnsupportedError, match="9"):
        await create_peer_did(secrets, method=method)
    assert len(secrets) == 0


# one party, two names


@pytest.mark.spec("ADR-01", "ADR-02", "ADR-05", "KID-09")
@pytest.mark.parametrize("method", [2, 4])
@pytest.mark.parametrize("written", ["long", "short"])
@pytest.mark.parametrize("available", ["long", "short"])
def test_a_party_sends_and_receives_under_the_long_and_the_short_form(
    method: PeerMethod, written: str, available: str
) -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    alice_did, bob_did = (party.create_peer_did(method=method) for party in (alice, bob))
    for party, other in ((alice, bob_did), (bob, alice_did)):
        assert isinstance(party.resolver, LocalResolver)
        short = party.resolver.remember(other)
        assert short == short_form(other) != other
    bob_names = {"long": bob_did, "short": short_form(bob_did)}
    renamed = InMemorySecrets(
        [
            _secret(bob, kid).renamed(f"{bob_names[available]}#{kid.split('#')[1]}")
            for kid in bob.resolve(bob_did).key_agreement
        ]
    )
    bob = sync.DIDCommMessaging(renamed, bob.resolver)
    message = hello(frm=short_form(alice_did), to=[bob_names[written]])
    packed = alice.pack(message, to=bob_names[written], frm=alice_did)
    received = bob.unpack(packed.message)
    assert received.metadata.authenticated
    assert same_party(received.metadata.encrypted_from or "", received.message.frm or "")


@pytest.mark.spec("ADR-01", "ADR-05")
def test_a_conversation_goes_on_in_the_short_form_once_the_long_form_was_seen() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    alice_did, bob_did = alice.create_peer_did(method=4), bob.create_peer_did(method=4)
    first = bob.unpack(alice.pack(hello(frm=alice_did), to=bob_did, frm=alice_did).message)
    assert first.message.frm == alice_did
    # neither resolver has stored the other party: each has only resolved its long form
    stored = short_form(alice_did)
    answer = alice.unpack(bob.pack(hello(), to=stored, frm=bob_did).message)
    assert same_party(answer.message.frm or "", bob_did)
    again = bob.unpack(alice.pack(hello(), to=short_form(bob_did), frm=stored).message)
    assert again.metadata.authenticated
    assert again.message.frm == stored


@pytest.mark.spec("ADR-01", "ADR-05")
def test_short_form_of_another_party_is_refused_when_packing() -> None:
    party = sync.DIDCommMessaging()
    mallory, alice, bob = (party.create_peer_did(method=4) for _ in range(3))
    with pytest.raises(ValueError, match="and its sender or signer is"):
        party.pack(hello(frm=short_form(alice)), to=bob, frm=mallory)
    with pytest.raises(ValueError, match="does not contain the recipient"):
        party.pack(hello(to=[short_form(alice)]), to=bob)
    assert not same_party(mallory, short_form(alice))
    assert issubclass(UntrustedMessageError, Exception)


@pytest.mark.spec("DID-22", "KID-08")
@pytest.mark.parametrize("method", [1, 3, 4])
def test_short_form_without_a_stored_document_is_not_found_with_the_reason(method: PeerMethod) -> None:
    did = short_form(sync.DIDCommMessaging().create_peer_did(method=method))
    with pytest.raises(DidNotFoundError, match=r"call `resolver\.remember") as caught:
        sync.DIDCommMessaging().pack(hello(), to=did)
    assert caught.value.did == did


def test_a_long_form_that_was_resolved_makes_its_short_form_known() -> None:
    resolver = PrefixResolver({"did:": LocalResolver()})
    did = sync.create_peer_did(InMemorySecrets(), method=4)
    assert resolver.resolve(short_form(did)) is None
    assert resolver.resolve(did) is not None
    document: Any = resolver.resolve(short_form(did))
    assert document.id == short_form(did)
    assert document.as_dict()["alsoKnownAs"] == [did]


def test_a_document_that_is_not_that_of_the_hash_is_refused() -> None:
    did = encode_did_document({"keyAgreement": []})
    other = encode_did_document({"authentication": []})
    forged = f"{short_form(did)}:{other.rsplit(':', maxsplit=1)[1]}"
    with pytest.raises(MalformedDocumentError, match="hash"):
        LocalResolver().resolve(forged)
    with pytest.raises(ValueError, match="must be a did:peer:2 or the long form"):
        LocalResolver().remember(forged)
    assert short_form(forged) == forged
    assert not same_party(forged, did)
    for document in ({"id": "did:example:a"}, {"authentication": ["did:example:a#k"]}):
        with pytest.raises(ValueError, match="id"):
            encode_did_document(document)


def test_a_did_is_created_from_the_public_keys_of_external_keys() -> None:
    secrets = InMemorySecrets()
    service = {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://example.com"}}
    did = sync.create_peer_did(secrets, services=[service])
    agreement, authentication = (secrets.get_key(f"{did}#key-{place}") for place in (1, 2))
    assert agreement is not None
    assert authentication is not None
    made = encode_public_keys(
        agreement=[agreement.public_key], authentication=[authentication.public_key], services=[service]
    )
    assert made == did
    with pytest.raises(ValueError, match="cannot be used for"):
        encode_public_keys(authentication=[agreement.public_key])
    with pytest.raises(ValueError, match="at least one key"):
        encode_public_keys(services=[service])


def test_a_list_of_services_is_one_element_as_in_older_dids() -> None:
    services = [{"type": "DIDCommMessaging", "serviceEndpoint": f"https://{name}"} for name in "ab"]
    key = Secret.generate("X25519", kid="did:example:a#k").public_key
    did = encode_public_keys(agreement=[key], services=[services])
    assert did.count(".S") == 1
    document: Any = LocalResolver().resolve(did)
    assert [service.endpoints[0].uri for service in document.services] == ["https://a", "https://b"]


def _secret(party: sync.DIDCommMessaging, kid: str) -> Secret:
    secret = party.secrets.get_key(kid)
    assert isinstance(secret, Secret)
    return secret


def _kids(party: sync.DIDCommMessaging) -> list[str]:
    assert isinstance(party.secrets, InMemorySecrets)
    return party.secrets.kids()


def test_changes_to_a_resolved_document_do_not_affect_the_cached_one() -> None:
    resolver, party = LocalResolver(), sync.DIDCommMessaging()
    for did in (party.create_key_did(), party.create_jwk_did(), party.create_peer_did(method=4)):
        first = resolver.resolve(did)
        assert first is not None
        written = first.as_dict()
        first.as_dict()["keyAgreement"].clear()
        again = resolver.resolve(did)
        assert again is not None
        assert again == first
        assert again.as_dict() == written
        assert (again.id, again.key_agreement) == (did, first.key_agreement)
