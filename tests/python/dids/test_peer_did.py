"""did:peer:2, created and resolved in today's form and in that of the tutorial."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemorySecrets,
    LocalResolver,
    create_peer_did,
    encode_did_document,
    sync,
)
from pydidcomm.errors import DidNotFoundError, MalformedDocumentError, UnsupportedError
from support.parties import Key, b64, hello, unb64

if TYPE_CHECKING:
    from pydidcomm import DIDDocument

ALICE_AGREEMENT, ALICE_SIGNING = (
    "6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK",
    "6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj",
)
ALICE = (
    f"did:peer:2.Ez{ALICE_AGREEMENT}.Vz{ALICE_SIGNING}"
    ".SeyJpZCI6Im5ldy1pZCIsInQiOiJkbSIsInMiOiJodHRwczovL3d3dy5leGFtcGxlLmNvbS9hbGljZSIsImEiOlsiZGlkY29tbS92MiJdfQ"
)
BOB = (
    "did:peer:2.Ez6LSfHCNnrXfs6mPio69GbvoL6szGxCXcL3tf8kLDQDYsncm.Vz6MkiDnmWvdnKoFrn7fDfXVykbRmW7MuEyMp1ZcnZu1KvUZL"
    ".SeyJpZCI6Im5ldy1pZCIsInQiOiJkbSIsInMiOiJodHRwczovL3d3dy5leGFtcGxlLmNvbS9ib2IiLCJhIjpbImRpZGNvbW0vdjIiXX0"
)
ALICE_NEW = (
    "did:peer:2.Ez6LSnn1bdY7Zy5WLuXxMQWEpDb2o9L9g8fW9Z2NWdASTAAKd.Vz6MkqFwmMSecezdhHHGMQJPEpjkoSFNVBQRnQG15P1VbgJsN"
    ".SeyJpZCI6Im5ldy1pZCIsInQiOiJkbSIsInMiOiJodHRwczovL3d3dy5leGFtcGxlLmNvbS9hbGljZSIsImEiOlsiZGlkY29tbS92MiJdfQ"
)
TUTORIAL = {
    ALICE: "https://www.example.com/alice",
    BOB: "https://www.example.com/bob",
    ALICE_NEW: "https://www.example.com/alice",
}
# what the tutorial prints; its page had lost the endpoint, which the DID still has
PRINTED: dict[str, Any] = {
    "id": ALICE,
    "authentication": [
        {
            "id": f"{ALICE}#{ALICE_SIGNING}",
            "type": "Ed25519VerificationKey2020",
            "controller": ALICE,
            "publicKeyMultibase": f"z{ALICE_SIGNING}",
        }
    ],
    "keyAgreement": [
        {
            "id": f"{ALICE}#{ALICE_AGREEMENT}",
            "type": "X25519KeyAgreementKey2020",
            "controller": ALICE,
            "publicKeyMultibase": f"z{ALICE_AGREEMENT}",
        }
    ],
    "service": [
        {
            "id": f"{ALICE}#didcommmessaging-0",
            "type": "DIDCommMessaging",
            "serviceEndpoint": "https://www.example.com/alice",
            "accept": ["didcomm/v2"],
        }
    ],
}


def resolved(did: str, key_naming: Literal["numbered", "multibase"] = "numbered") -> DIDDocument:
    document = LocalResolver(key_naming=key_naming).resolve(did)
    assert document is not None
    return document


def encoded(service: object) -> str:
    return f".S{b64(json.dumps(service))}"


# creation


async def test_a_new_did_has_its_secrets_in_the_store() -> None:
    secrets = InMemorySecrets()
    did = await create_peer_did(secrets)
    document = resolved(did)
    assert (document.key_agreement, document.authentication) == ((f"{did}#key-1",), (f"{did}#key-2",))
    assert document.services == ()
    assert secrets.kids() == [f"{did}#key-1", f"{did}#key-2"]
    for kid, curve in ((f"{did}#key-1", "X25519"), (f"{did}#key-2", "Ed25519")):
        secret = secrets.get_key(kid)
        assert secret is not None
        assert secret.curve == curve
        assert secret.public_multikey() in did
    assert await create_peer_did(secrets) != did


@pytest.mark.spec("ENC-09", "DID-19")
async def test_a_new_did_has_the_requested_number_of_keys() -> None:
    party = DIDCommMessaging()
    did = await party.create_peer_did(2, 12)
    document = await party.resolve(did)
    assert document.key_agreement == tuple(f"{did}#key-{number}" for number in range(1, 13))
    assert document.authentication == (f"{did}#key-13", f"{did}#key-14")
    packed = await party.pack(hello(), to=did, frm=did, sign_frm=f"{did}#key-14")
    # sorted as text, so that key-10 stands before key-2
    assert packed.to_kids == tuple(sorted(document.key_agreement))
    assert (await party.unpack(packed.message)).metadata.sign_from == f"{did}#key-14"


async def test_a_did_without_a_key_agreement_key_is_refused() -> None:
    for counts in ((1, 0), (-1, 1), (0, 0), (1, -1)):
        with pytest.raises(ValueError, match="key"):
            await create_peer_did(InMemorySecrets(), *counts)
    did = await create_peer_did(InMemorySecrets(), 0, 1)
    assert resolved(did).authentication == ()


@pytest.mark.parametrize(
    "endpoint", ["https://alice.example/in?a=b&c=é", "wss://alice.example", "did:example:mediator"]
)
async def test_a_new_did_contains_its_service_endpoint(endpoint: str) -> None:
    routing = ["did:example:mediator#key-1"]
    did = await create_peer_did(
        InMemorySecrets(),
        service_endpoint=endpoint,
        routing_keys=routing,
        accept=["didcomm/v2", "didcomm/aip2"],
    )
    (service,) = resolved(did).services
    assert service.id == f"{did}#service"
    (found,) = service.endpoints
    assert (found.uri, found.accept, found.routing_keys) == (
        endpoint,
        ("didcomm/v2", "didcomm/aip2"),
        tuple(routing),
    )


async def test_the_service_of_a_new_did_is_abbreviated() -> None:
    did = await create_peer_did(InMemorySecrets(), service_endpoint="https://alice.example")
    service = json.loads(unb64(did.rsplit(".S", maxsplit=1)[1]))
    assert service == {"t": "dm", "s": {"uri": "https://alice.example", "a": ["didcomm/v2"]}}


def test_it_works_without_an_event_loop() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did(service_endpoint="https://alice.example")
    packed = party.pack(hello(), to=did, frm=did, sign_frm=did)
    assert packed.endpoint() == "https://alice.example"
    assert party.unpack(packed.message).metadata.authenticated
    with pytest.raises(ValueError, match="key"):
        sync.create_peer_did(InMemorySecrets(), 1, 0)


# resolution


@pytest.mark.spec("KID-09")
@pytest.mark.parametrize(("did", "endpoint"), TUTORIAL.items())
def test_the_dids_of_the_tutorial_resolve_in_todays_form(did: str, endpoint: str) -> None:
    document = resolved(did)
    assert (document.key_agreement, document.authentication) == ((f"{did}#key-1",), (f"{did}#key-2",))
    (service,) = document.services
    assert service.id == f"{did}#new-id"
    assert (service.endpoints[0].uri, service.endpoints[0].accept) == (endpoint, ("didcomm/v2",))


def test_a_did_of_the_tutorial_resolves_to_the_document_that_it_prints() -> None:
    assert resolved(ALICE, "multibase").as_dict() == PRINTED


@pytest.mark.parametrize(("did", "endpoint"), TUTORIAL.items())
def test_the_dids_of_the_tutorial_resolve_in_the_form_of_the_tutorial(did: str, endpoint: str) -> None:
    document = resolved(did, "multibase")
    agreement, signing = (part[2:] for part in did.split(".")[1:3])
    assert (document.key_agreement, document.authentication) == (
        (f"{did}#{agreement}",),
        (f"{did}#{signing}",),
    )
    (service,) = document.services
    assert (service.id, service.endpoints[0].uri) == (f"{did}#didcommmessaging-0", endpoint)


def test_an_unknown_form_raises_value_error() -> None:
    naming: Any = "hexadecimal"
    with pytest.raises(ValueError, match="numbered"):
        LocalResolver(key_naming=naming)


@pytest.mark.spec("DID-02")
@pytest.mark.parametrize("method", [2, 3, 4])
@pytest.mark.parametrize("ids", [("#a", "#a"), ("a", "#a")])
def test_two_services_of_one_id_are_not_written(method: Any, ids: tuple[str, str]) -> None:  # noqa: ANN401
    services = [{"id": name, "type": "Other", "serviceEndpoint": "https://example.com"} for name in ids]
    party = sync.DIDCommMessaging()
    with pytest.raises(ValueError, match="the `id` of services must be unique"):
        party.create_peer_did(method=method, services=services)
    assert party.create_peer_did(method=method, services=services[1:])


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '{"a":1e999}', '{"a":"\\ud800"}', f'{{"a":{"[" * 200}{"]" * 200}}}', '{"a":'],
)
def test_an_ambiguous_document_is_not_encoded(text: str) -> None:
    with pytest.raises(ValueError, match="document"):
        encode_did_document(text)
    assert encode_did_document('{"a":1}').startswith("did:peer:4")


@pytest.mark.spec("DID-02", "DID-04")
def test_several_services_have_distinct_ids() -> None:
    keys = f"did:peer:2.E{Key('x#1').multikey}"
    one, two = (
        {"t": "dm", "s": {"uri": "https://one.example"}},
        {"t": "dm", "s": [{"uri": "wss://two.example"}]},
    )
    three = {
        "id": "#mine",
        "t": "dm",
        "s": "https://three.example",
        "a": ["didcomm/v2"],
        "r": ["did:example:m#k"],
    }
    did = (
        keys
        + encoded(one)
        + encoded(two)
        + encoded(three)
        + encoded({"t": "other", "s": "https://four.example"})
    )
    document = resolved(did)
    assert [service.id for service in document.services] == [
        f"{did}#{name}" for name in ("service", "service-1", "mine")
    ]
    assert [service.endpoints[0].uri for service in document.services] == [
        "https://one.example",
        "wss://two.example",
        "https://three.example",
    ]
    assert document.services[2].endpoints[0].routing_keys == ("did:example:m#k",)
    array = resolved(f"did:peer:2.E{Key('x#1').multikey}" + encoded([one, two]))
    assert len(array.services) == 2


@pytest.mark.spec("KID-09")
@pytest.mark.parametrize("stored", ["today", "2021", "2023"])
def test_a_key_is_found_under_every_historical_name(stored: str) -> None:
    made = InMemorySecrets()
    did = sync.create_peer_did(made)
    available = [made.get_key(f"{did}#key-{number}") for number in (1, 2)]
    secrets = [secret for secret in available if secret is not None]
    bare = [secret.public_multikey()[1:] for secret in secrets]
    names = {"today": ["key-1", "key-2"], "2021": bare, "2023": [name[:8] for name in bare]}
    store = InMemorySecrets(
        [secret.renamed(f"{did}#{name}") for secret, name in zip(secrets, names[stored], strict=True)]
    )
    owner = sync.DIDCommMessaging(store)
    for naming in ("numbered", "multibase"):
        peer = sync.DIDCommMessaging(resolver=LocalResolver(key_naming=naming))
        packed = peer.pack(hello(), to=did)
        assert owner.unpack(packed.message).metadata.encrypted_to == packed.to_kids
        answered = owner.pack(hello(), to=peer.create_peer_did(), frm=did, sign_frm=did)
        assert peer.unpack(answered.message).metadata.authenticated


@pytest.mark.spec("DID-04", "DID-05")
@pytest.mark.parametrize(
    "service",
    [
        {"t": "dm", "s": {"uri": "https://a.example???", "a": ["didcomm/v2"], "r": ["did:a:b#c"]}},
        {
            "t": "dm",
            "s": {"uri": "https://a.example???", "accept": ["didcomm/v2"], "routingKeys": ["did:a:b#c"]},
        },
        {"t": "dm", "s": "https://a.example???", "a": ["didcomm/v2"], "r": ["did:a:b#c"]},
        {
            "type": "DIDCommMessaging",
            "serviceEndpoint": "https://a.example???",
            "accept": ["didcomm/v2"],
            "routingKeys": ["did:a:b#c"],
        },
        [{"t": "dm", "s": [{"uri": "https://a.example???", "a": ["didcomm/v2"], "r": ["did:a:b#c"]}]}],
    ],
    ids=str,
)
@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_every_historical_form_of_a_service_is_equivalent(service: object, padding: str) -> None:
    document = resolved(f"did:peer:2.E{Key('x#1').multikey}{encoded(service)}{padding}")
    (found,) = document.services[0].endpoints
    expected = ("https://a.example???", ("didcomm/v2",), ("did:a:b#c",))
    assert (found.uri, found.accept, found.routing_keys) == expected


@pytest.mark.parametrize(
    "did",
    [
        "did:peer:2",
        "did:peer:2.",
        "did:peer:2.E",
        "did:peer:2.Ez0OIl",
        "did:peer:2.Qz6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK",
        "did:peer:2.Ef1234",
        "did:peer:2.S*",
        f"did:peer:2{'.Ez' + ALICE_AGREEMENT!s}.S{b64('[1]')}",
        "did:key:z6Mk",
        "did:key:f1234",
        "did:key:zzzz",
    ],
)
def test_a_malformed_did_is_refused(did: str) -> None:
    with pytest.raises((MalformedDocumentError, UnsupportedError)):
        LocalResolver().resolve(did)
    with pytest.raises((MalformedDocumentError, UnsupportedError)):
        sync.DIDCommMessaging().pack(hello(), to=did)


@pytest.mark.parametrize("did", ["did:web:example.com", "did:example:bob", "did:peerage:2", "did:keys:z"])
def test_a_did_of_another_method_is_not_resolved(did: str) -> None:
    assert LocalResolver().resolve(did) is None
    with pytest.raises(DidNotFoundError) as caught:
        sync.DIDCommMessaging().pack(hello(), to=did)
    assert caught.value.did == did
