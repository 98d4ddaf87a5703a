"""What holds for every DID that is made here, with any keys and any services."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pydidcomm import (
    DIDDocument,
    InMemorySecrets,
    LocalResolver,
    PeerMethod,
    PublicKey,
    Secret,
    encode_did_document,
    same_party,
    short_form,
    sync,
)
from pydidcomm.errors import DIDCommError
from support.did_strategies import AGREE, SERVICES, SIGN, Service
from support.mutate import thorough

few = settings(thorough, max_examples=60)

METHODS: list[PeerMethod] = [1, 2, 3, 4]


def identified(services: list[Service]) -> list[Service]:
    """The services with the ids that they get, relative to the document."""
    unnamed = iter(["#service", *(f"#service-{number}" for number in range(1, len(services)))])
    return [{**each, "id": each["id"] if "id" in each else next(unnamed)} for each in services]


def endpoints(document: DIDDocument) -> list[object]:
    return [
        (service.id, endpoint.uri, endpoint.accept, endpoint.routing_keys)
        for service in document.services
        for endpoint in service.endpoints
    ]


def resolved(resolver: LocalResolver, did: str) -> DIDDocument:
    document = resolver.resolve(did)
    assert document is not None
    return document


def resolver_with(did: str, known: str | None) -> LocalResolver:
    """The resolver of another party with the DID and the document that it is the hash of."""
    resolver = LocalResolver()
    if known is not None:
        remembered = (
            resolver.remember_genesis(known) if did.startswith("did:peer:1") else resolver.remember(known)
        )
        assert remembered == did
    return resolver


def public_keys(document: dict[str, Any]) -> dict[str, PublicKey]:
    """By fragment."""
    return {
        method["id"].split("#")[1]: PublicKey(method.get("publicKeyMultibase") or method["publicKeyJwk"])
        for method in document["verificationMethod"]
    }


@pytest.mark.spec("KID-09", "DID-20")
@few
@given(
    method=st.sampled_from(METHODS),
    agree=st.lists(st.sampled_from(AGREE), min_size=1, max_size=3),
    sign=st.lists(st.sampled_from(SIGN), max_size=3),
    services=SERVICES,
)
def test_a_did_peer_resolves_to_its_keys_and_services(
    method: PeerMethod, agree: list[str], sign: list[str], services: list[Service]
) -> None:
    secrets, resolver = InMemorySecrets(), LocalResolver()
    did = sync.create_peer_did(
        secrets,
        method=method,
        agreement_curves=agree,
        auth_curves=sign,
        services=services,
        resolver=resolver,
    )
    known = resolver.known(did) if method in {1, 3} else None
    document = resolved(resolver_with(did, known), did)
    assert document.id == did
    numbers = range(1, len(agree) + len(sign) + 1)
    kids = tuple(f"{did}#key-{number}" for number in numbers)
    assert (document.key_agreement, document.authentication) == (kids[: len(agree)], kids[len(agree) :])
    written = public_keys(document.as_dict())
    for kid, curve in zip(kids, [*agree, *sign], strict=True):
        secret = secrets.get_key(kid)
        assert secret is not None
        assert (secret.curve, secret.public_key) == (curve, written[kid.split("#")[1]])
    named = identified(services)
    found = document.as_dict().get("service", [])
    assert [{**service, "id": service["id"].removeprefix(did)} for service in found] == named
    assert endpoints(document) == endpoints(DIDDocument({"id": did, "service": named}))
    # the text of the document is read as the same document
    assert DIDDocument(json.loads(json.dumps(document.as_dict()))) == document


@pytest.mark.spec("ADR-05", "KID-09")
@few
@given(curves=st.lists(st.sampled_from(AGREE), min_size=1, max_size=3), services=SERVICES)
def test_both_forms_of_a_did_peer_4_are_one_party(curves: list[str], services: list[Service]) -> None:
    secrets = InMemorySecrets()
    did = sync.create_peer_did(secrets, method=4, agreement_curves=curves, services=services)
    short = short_form(did)
    assert short != did
    assert same_party(did, short)
    assert short_form(short) == short
    resolver = LocalResolver()
    long_document = resolved(resolver, did).as_dict()
    short_document = resolved(resolver, short).as_dict()
    assert (long_document["alsoKnownAs"], short_document["alsoKnownAs"]) == ([short], [did])
    for document in (long_document, short_document):
        del document["id"], document["alsoKnownAs"]
        for method in document["verificationMethod"]:
            del method["controller"]
    assert long_document == short_document
    assert encode_did_document(long_document) == did
    for kid in secrets.kids():
        assert f"{did}#{kid.split('#')[1]}" in secrets


def _changed(text: str, place: int, character: str) -> str:
    changed = f"{text[:place]}{character}{text[place + 1 :]}"
    assume(changed != text)
    return changed


LONG = sync.create_peer_did(
    InMemorySecrets(), method=4, service_endpoint="https://a.example", accept=["didcomm/v2"]
)
_CREATED = LocalResolver()
HASHES: dict[int, str] = {
    method: sync.create_peer_did(
        InMemorySecrets(), method=method, service_endpoint="https://a.example", resolver=_CREATED
    )
    for method in METHODS[::2]
}
KNOWN: dict[int, str] = {method: _CREATED.known(did) or "" for method, did in HASHES.items()}
PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)


@pytest.mark.spec("ADR-05")
@thorough
@given(place=st.integers(len("did:peer:4"), len(LONG) - 1), character=PRINTABLE)
def test_a_long_form_with_one_changed_character_is_refused(place: int, character: str) -> None:
    forged = _changed(LONG, place, character)
    resolver = LocalResolver()
    with suppress(DIDCommError):
        # one that is cut to the shape of a short form is the hash of nothing known
        assert resolver.resolve(forged) is None
    with pytest.raises((DIDCommError, ValueError)):
        resolver.remember(forged)
    assert resolver.resolve(short_form(LONG)) is None
    assert short_form(forged) == forged


@pytest.mark.spec("ADR-05")
@pytest.mark.parametrize("method", [1, 3])
@thorough
@given(data=st.data())
def test_hashed_document_with_one_changed_character_is_refused(
    method: PeerMethod, data: st.DataObject
) -> None:
    known = KNOWN[method]
    place = data.draw(st.integers(0 if method == 1 else len("did:peer:2"), len(known) - 1))
    forged = _changed(known, place, data.draw(PRINTABLE))
    resolver = LocalResolver()
    remember = resolver.remember_genesis if method == 1 else resolver.remember
    with suppress(DIDCommError, ValueError):
        assert remember(forged) != HASHES[method]
    assert resolver.resolve(HASHES[method]) is None


@pytest.mark.spec("KID-05", "DID-20")
@few
@given(curve=st.sampled_from(["X25519", *SIGN]), data=st.data())
def test_a_did_of_one_key_resolves_to_it(curve: str, data: st.DataObject) -> None:
    create = data.draw(st.sampled_from([sync.create_key_did, sync.create_jwk_did]))
    secrets = InMemorySecrets()
    did = create(secrets, curve=curve)
    document = resolved(LocalResolver(), did)
    written = public_keys(document.as_dict())
    assert {f"{did}#{fragment}" for fragment in written} == set(secrets.kids())
    for fragment, public_key in written.items():
        secret = secrets.get_key(f"{did}#{fragment}")
        assert isinstance(secret, Secret)
        assert secret.public_key == public_key
    own = next(iter(written.values()))
    assert own.curve == curve
    if did.startswith("did:key:"):
        assert did == f"did:key:{own.multikey()}"
    assert copy.deepcopy(document) == document
