"""Who speaks: DIDs of every kind that both sides can resolve, with their documents and secrets."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pydidcomm import (
    InMemorySecrets,
    LocalResolver,
    PrefixResolver,
    ResolversConfig,
    Secret,
    create_peer_did,
    short_form,
)
from support.parties import base58

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from peer_process import Peer

Json: TypeAlias = "dict[str, Any]"
Method: TypeAlias = "Callable[[Secret], Json]"


@dataclass(frozen=True)
class Party:
    """A DID, the document that the peer is handed (empty: the peer resolves it), and its secrets as JWKs.

    Where the DID is a short form, `long` is what our resolver gets.
    """

    did: str
    document: Json
    secrets: tuple[Json, ...]
    long: str | None = None

    def holding(self, place: int) -> Party:
        """The same party with one key for agreement alone, and its key for signing."""
        return replace(self, secrets=(self.secrets[place], self.secrets[-1]))


@dataclass(frozen=True)
class Keys:
    """The curves of a party's keys: of those for agreement, in their order, and of the one that signs."""

    agreement: tuple[str, ...]
    signing: str = "Ed25519"


USUAL = Keys(("X25519",))


@dataclass(frozen=True)
class Kind:
    """How the DIDs of a scenario come to be, and how each side resolves them."""

    name: str
    ours: Callable[[Peer, str, Keys], Awaitable[Party]]
    theirs: Callable[[Peer, str, Keys], Awaitable[Party]]
    key_naming: Literal["numbered", "multibase"] = "numbered"
    peerdid: Literal["never", "absolute", "raw"] = "never"


class Book:
    """Answers with the documents of the parties."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._documents = {party.did: party.document for party in parties}

    def resolve(self, did: str) -> Json | None:
        return self._documents.get(did)


def resolvers(kind: Kind, known: Iterable[Party], holders: Iterable[Party]) -> ResolversConfig:
    """Our side's: did:example from the book, all else without help but for what a DID is the hash of."""
    known = list(known)
    local = LocalResolver(key_naming=kind.key_naming)
    for party in known:
        if party.long is not None:
            local.remember(party.long)
    return ResolversConfig(
        secrets_resolver=InMemorySecrets([jwk for party in holders for jwk in party.secrets]),
        did_resolver=PrefixResolver({"did:example:": Book(known), "did:": local}),
    )


def document(did: str, agreement: Iterable[Secret], signing: Secret, method: Method) -> Json:
    """A document with absolute ids."""
    agreement = list(agreement)
    named = {key.kid: key for key in (*agreement, signing)}
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": did,
        "verificationMethod": [{"id": kid, "controller": did} | method(key) for kid, key in named.items()],
        "keyAgreement": [key.kid for key in agreement],
        "authentication": [signing.kid],
    }


def json_web_key_2020(key: Secret) -> Json:
    jwk = {member: value for member, value in key.public_jwk().items() if member != "kid"}
    return {"type": "JsonWebKey2020", "publicKeyJwk": jwk}


def multikey(key: Secret) -> Json:
    return {"type": "Multikey", "publicKeyMultibase": key.public_multikey()}


def suite_2020(key: Secret) -> Json:
    """The suites of 2020, which are on two curves alone."""
    suites = {"X25519": "X25519KeyAgreementKey2020", "Ed25519": "Ed25519VerificationKey2020"}
    if key.curve not in suites:
        return json_web_key_2020(key)
    return {"type": suites[key.curve], "publicKeyMultibase": key.public_multikey()}


def suite_2018(key: Secret) -> Json:
    """The suites of 2018 and 2019, which are on two curves alone."""
    suites = {"X25519": "X25519KeyAgreementKey2019", "Ed25519": "Ed25519VerificationKey2018"}
    return {"type": suites[key.curve], "publicKeyBase58": base58(key.public_key.octets())}


def party(peer: Peer | None, did: str, secrets: list[Secret], method: Method) -> Party:
    """Has a document that the peer reads; the last secret signs, and agrees too where it is alone."""
    agreement = secrets[:-1] or secrets
    written = document(did, agreement, secrets[-1], _form(peer, method))
    return Party(did, written, tuple(key.expose_jwk() for key in secrets))


def _form(peer: Peer | None, method: Method) -> Method:
    keys = None if peer is None else peer.implementation.keys
    if keys == "JsonWebKey2020":
        return json_web_key_2020
    return multikey if keys == "Multikey" and method is json_web_key_2020 else method


async def example(peer: Peer, name: str, keys: Keys, method: Method = json_web_key_2020) -> Party:
    """did:example; the keys for agreement are in no sorted order, highest number first."""
    did = f"did:example:{name}"
    numbers = range(len(keys.agreement), 0, -1)
    secrets = [
        Secret.generate(curve, kid=f"{did}#agree-{number}")
        for number, curve in zip(numbers, keys.agreement, strict=True)
    ]
    signing = Secret.generate(keys.signing, kid=f"{did}#sign")
    return party(peer, did, [*secrets, signing], method)


async def example_2018(peer: Peer, name: str, keys: Keys) -> Party:
    """The same with the suites of 2018 and 2019 in the document."""
    return await example(peer, name, keys, suite_2018)


async def did_jwk(peer: Peer, _name: str, keys: Keys) -> Party:
    """did:jwk of one key; the DID and its document are written here, apart from the library under test."""
    (curve,) = keys.agreement
    key = Secret.generate(curve, kid="did:example:unnamed#0")
    did = f"did:jwk:{_base64url(json.dumps(key.public_jwk()).encode())}"
    return party(peer, did, [key.renamed(f"{did}#0")], json_web_key_2020)


async def did_key(peer: Peer, _name: str, keys: Keys) -> Party:
    """did:key of an Ed25519 key, or of one on a curve on which it signs and agrees.

    The key for agreement of an Ed25519 key is derived here, apart from the library under test.
    """
    signing = Secret.generate(keys.signing, kid="did:example:unnamed#sign")
    did = f"did:key:{signing.public_multikey()}"
    secrets = [signing]
    if keys.signing == "Ed25519":
        seed = base64.urlsafe_b64decode(signing.expose_jwk()["d"] + "=")
        private = hashlib.sha512(seed).digest()[:32]
        public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        jwk = {"kty": "OKP", "crv": "X25519", "d": _base64url(private), "x": _base64url(public)}
        secrets.insert(0, Secret(jwk, kid="did:example:unnamed#agree"))
    named = [key.renamed(f"{did}#{key.public_multikey()}") for key in secrets]
    return party(peer, did, named, suite_2020)


async def peer2(peer: Peer, _name: str, keys: Keys) -> Party:
    """did:peer:2 created by pydidcomm; the peer is handed a document with `#key-N`."""
    store = InMemorySecrets()
    did = await create_peer_did(store, agreement_curves=keys.agreement, auth_curves=(keys.signing,))
    return party(peer, did, _numbered(store, did), json_web_key_2020)


async def peer4(peer: Peer, _name: str, keys: Keys) -> Party:
    """did:peer:4 created by pydidcomm, in its long form."""
    return await _peer4(peer, keys, lambda did: did)


async def peer4_short(peer: Peer, _name: str, keys: Keys) -> Party:
    """The same in its short form."""
    return await _peer4(peer, keys, short_form)


async def _peer4(peer: Peer, keys: Keys, form: Callable[[str], str]) -> Party:
    store = InMemorySecrets()
    long = await create_peer_did(
        store, method=4, agreement_curves=keys.agreement, auth_curves=(keys.signing,)
    )
    did = form(long)
    secrets = [key.renamed(f"{did}#{key.kid.partition('#')[2]}") for key in _numbered(store, long)]
    return replace(party(peer, did, secrets, json_web_key_2020), long=long)


async def peer2_with_service(peer: Peer, name: str, keys: Keys) -> Party:
    """did:peer:2 created by pydidcomm, with a service in the form of the specification."""
    store = InMemorySecrets()
    did = await create_peer_did(
        store, agreement_keys_count=len(keys.agreement), service_endpoint=f"https://example.com/{name}"
    )
    resolved = LocalResolver().resolve(did)
    services: list[Json] = [] if resolved is None else resolved.as_dict()["service"]
    made = party(peer, did, _numbered(store, did), suite_2020)
    return Party(did, {**made.document, "service": services}, made.secrets)


def _numbered(store: InMemorySecrets, did: str) -> list[Secret]:
    """The secrets of a did:peer in the order of its keys: those for agreement first."""
    kids = [f"{did}#key-{number}" for number in range(1, len(store) + 1)]
    return [key for key in map(store.get_key, kids) if key is not None]


async def peer2_resolved_there(peer: Peer, name: str, keys: Keys) -> Party:
    """did:peer:2 created by pydidcomm, resolved by peerdid: our secrets are named `#key-N` all the same."""
    made = await peer2(peer, name, keys)
    return Party(made.did, {}, made.secrets)


async def peer2_created_there(peer: Peer, _name: str, keys: Keys) -> Party:
    """did:peer:2 created by peerdid; its secrets are named `#6LS...`."""
    created = await peer.ask("create_peer_did", agreement_keys=len(keys.agreement), service=None)
    return Party(created["did"], {}, tuple(created["secrets"]))


async def peer2_named_there(peer: Peer, name: str, keys: Keys) -> Party:
    """The same with the names that peerdid gives today: `#` and 8 characters."""
    made = await peer2_created_there(peer, name, keys)
    named = ({**jwk, "kid": "#" + jwk["kid"].partition("#")[2][:8]} for jwk in made.secrets)
    return Party(made.did, {}, tuple(named))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


EXAMPLE = Kind("did:example", example, example)
EXAMPLE_2018 = Kind("suites of 2018", example_2018, example_2018)
KEY = Kind("did:key", did_key, did_key)
JWK = Kind("did:jwk", did_jwk, did_jwk)
PEER4 = Kind("did:peer:4", peer4, peer4)
PEER4_SHORT = Kind("did:peer:4, short form", peer4_short, peer4_short)
PEER = Kind("did:peer:2 #key-N", peer2, peer2)
SERVED = Kind("did:peer:2 with a service", peer2_with_service, peer2_with_service)
PEERDID = Kind(
    "did:peer:2 #6LS...",
    peer2_resolved_there,
    peer2_created_there,
    key_naming="multibase",
    peerdid="absolute",
)
PEERDID_RAW = Kind(
    "did:peer:2 #6LSshort", peer2_resolved_there, peer2_named_there, key_naming="multibase", peerdid="raw"
)
