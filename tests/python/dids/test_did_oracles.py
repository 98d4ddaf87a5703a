"""PyPI `did-peer-2` and `did-peer-4` and ours: what one creates, the other resolves to the same document.

Where an oracle is wrong, `FAULTS` says so and why; a fault that has gone has to be taken out.
"""

from __future__ import annotations

import importlib
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydidcomm import (
    InMemorySecrets,
    LocalResolver,
    Secret,
    encode_did_document,
    short_form,
    sync,
)
from pydidcomm.errors import DIDCommError
from support.did_strategies import AGREE, SERVICES, SIGN, Service
from support.mutate import thorough
from support.parties import base58

if TYPE_CHECKING:
    from collections.abc import Callable

# neither of them has types
did_peer_2: Any = importlib.import_module("did_peer_2")
did_peer_4: Any = importlib.import_module("did_peer_4")

few = settings(thorough, max_examples=60)

PURPOSES = {
    "E": ("keyAgreement", AGREE),
    "V": ("authentication", SIGN),
    "A": ("assertionMethod", SIGN),
    "I": ("capabilityInvocation", SIGN),
    "D": ("capabilityDelegation", SIGN),
}
# a type that is an array is beyond did-peer-2, see FAULTS
PLAIN_SERVICES = SERVICES.filter(lambda services: all(isinstance(each["type"], str) for each in services))
POOL = {
    curve: [Secret.generate(curve, kid="did:example:a#k").public_multikey() for _ in range(4)]
    for curve in {*AGREE, *SIGN}
}


@st.composite
def purposed_keys(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Purpose codes of did:peer:2, each with a key that fits."""
    codes = draw(st.lists(st.sampled_from(sorted(PURPOSES)), min_size=1, max_size=6))
    return [(code, draw(st.sampled_from(POOL[draw(st.sampled_from(PURPOSES[code][1]))]))) for code in codes]


KEYS = purposed_keys()


def ours(did: str, *, remember: str | None = None) -> dict[str, Any]:
    resolver = LocalResolver()
    if remember is not None:
        resolver.remember(remember)
    document = resolver.resolve(did)
    assert document is not None
    return document.as_dict()


def absolute(document: dict[str, Any]) -> dict[str, Any]:
    """The same with every id absolute, as we write it."""
    written: dict[str, Any] = json.loads(json.dumps(document).replace('"#', f'"{document["id"]}#'))
    return written


# did-peer-2


@pytest.mark.spec("KID-09", "DID-20")
@few
@given(
    agree=st.lists(st.sampled_from(AGREE), min_size=1, max_size=3),
    sign=st.lists(st.sampled_from(SIGN), max_size=3),
    services=PLAIN_SERVICES,
)
def test_library_did_peer_2_resolves_our_did_peer_2_to_the_same_document(
    agree: list[str], sign: list[str], services: list[Service]
) -> None:
    did = sync.create_peer_did(InMemorySecrets(), agreement_curves=agree, auth_curves=sign, services=services)
    assert absolute(did_peer_2.resolve(did)) == ours(did)
    three = did_peer_2.peer2to3(did)
    assert three == short_form(did)
    assert absolute(did_peer_2.resolve_peer3(did, three)) == ours(three, remember=did)


@pytest.mark.spec("KID-09", "DID-20")
@few
@given(keys=KEYS, services=PLAIN_SERVICES)
def test_did_peer_2_of_the_library_resolves_here_to_the_same_document(
    keys: list[tuple[str, str]], services: list[Service]
) -> None:
    specs = [did_peer_2.KeySpec(did_peer_2.PurposeCode(code), multikey) for code, multikey in keys]
    did = did_peer_2.generate(specs, services)
    document = ours(did)
    assert document == absolute(did_peer_2.resolve(did))
    for code, (relationship, _) in PURPOSES.items():
        methods = {method["id"]: method["publicKeyMultibase"] for method in document["verificationMethod"]}
        listed = [methods[kid] for kid in document.get(relationship, [])]
        assert listed == [multikey for each, multikey in keys if each == code]


# did-peer-4


@pytest.mark.spec("KID-09", "ADR-05", "DID-20")
@few
@given(
    agree=st.lists(st.sampled_from(AGREE), min_size=1, max_size=3),
    sign=st.lists(st.sampled_from(SIGN), max_size=3),
    services=SERVICES,
)
def test_library_did_peer_4_resolves_our_did_peer_4_to_the_same_document(
    agree: list[str], sign: list[str], services: list[Service]
) -> None:
    did = sync.create_peer_did(
        InMemorySecrets(), method=4, agreement_curves=agree, auth_curves=sign, services=services
    )
    assert did_peer_4.long_to_short(did) == short_form(did)
    assert did_peer_4.resolve(did) == ours(did)
    assert did_peer_4.resolve_short(did) == ours(short_form(did), remember=did)


METHOD = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"#[a-z]{1,8}", fullmatch=True),
        "type": st.just("Multikey"),
        "publicKeyMultibase": st.sampled_from(sorted(itertools.chain(*POOL.values()))),
    },
    optional={"controller": st.just("did:example:other")},
)
RELATED = st.lists(METHOD | st.from_regex(r"#[a-z]{1,8}", fullmatch=True), max_size=3)
WITH_IDS = SERVICES.filter(lambda services: all("id" in each for each in services))
DOCUMENTS = st.fixed_dictionaries(
    {"verificationMethod": st.lists(METHOD, max_size=3)},
    optional={
        "keyAgreement": RELATED,
        "authentication": RELATED,
        "service": WITH_IDS,
        "alsoKnownAs": st.lists(st.just("https://a.example"), max_size=2),
        "note": st.text(max_size=20),
    },
)


@pytest.mark.spec("KID-09", "ADR-05", "DID-20")
@few
@given(document=DOCUMENTS)
def test_did_peer_4_of_the_library_resolves_here_to_the_same_document(document: dict[str, Any]) -> None:
    did = did_peer_4.encode(document)
    assert ours(did) == did_peer_4.resolve(did)
    assert ours(short_form(did), remember=did) == did_peer_4.resolve_short(did)
    mine = encode_did_document(document)
    assert did_peer_4.decode(mine) == did_peer_4.decode(did) == document
    # it escapes letters that we write as they are: both are JSON, and the DID is of the text
    escaped = json.dumps(document) != json.dumps(document, ensure_ascii=False)
    assert (mine == did) is not escaped


LONG = sync.create_peer_did(InMemorySecrets(), method=4, service_endpoint="https://a.example")


@pytest.mark.spec("ADR-05")
@few
@given(place=st.integers(len("did:peer:4"), len(LONG) - 1), character=st.sampled_from("123zQmABC:#?.%-_0OIl"))
def test_a_forged_long_form_is_refused_by_both(place: int, character: str) -> None:
    forged = f"{LONG[:place]}{character}{LONG[place + 1 :]}"
    if forged == LONG:
        return
    with pytest.raises((DIDCommError, ValueError)):
        LocalResolver().remember(forged)
    with pytest.raises(ValueError, match=r"Invalid|invalid|short"):
        did_peer_4.resolve(forged)


# where they are wrong


# the codec of X25519 before one octet
NO_KEY = f"did:peer:2.Ez{base58(bytes([0xEC, 1, 0]))}"


def _array_type() -> object:
    return did_peer_2.generate([], [{"type": ["DIDCommMessaging"], "serviceEndpoint": {"uri": "a:b"}}])


def _no_key() -> object:
    return did_peer_2.resolve(NO_KEY)


FAULTS: dict[str, tuple[Callable[[], object], type[Exception] | None]] = {
    # DID Core allows a set of types; we read and write it
    "did-peer-2 fails at a service whose type is an array": (_array_type, TypeError),
    # what is no key cannot be encrypted to; we refuse the DID
    "did-peer-2 resolves a DID whose keys are no keys": (_no_key, None),
}


@pytest.mark.parametrize(("act", "error"), FAULTS.values(), ids=FAULTS)
def test_a_known_fault_of_an_oracle_is_still_there(
    act: Callable[[], object], error: type[Exception] | None
) -> None:
    if error is None:
        assert act()
    else:
        with pytest.raises(error):
            act()


def test_known_faults_of_an_oracle_are_not_repeated() -> None:
    service = {"type": ["DIDCommMessaging"], "serviceEndpoint": {"uri": "a:b"}}
    did = sync.create_peer_did(InMemorySecrets(), services=[service])
    assert ours(did)["service"] == [{**service, "id": f"{did}#service"}]
    with pytest.raises(DIDCommError):
        LocalResolver().resolve(NO_KEY)
