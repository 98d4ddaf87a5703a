"""Who speaks: DIDs of every kind that both sides can resolve, with their documents and secrets."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pydidcomm import (
    InMemorySecrets,
    LocalResolver,
    PrefixResolver,
    ResolversConfig,
    Secret,
    create_peer_did,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from peer_process import Peer

Json: TypeAlias = "dict[str, Any]"
Method: TypeAlias = "Callable[[str, Secret], Json]"


@dataclass(frozen=True)
class Party:
    """A DID, the document that the peer is handed (empty: the peer resolves it), and its secrets as JWKs."""

    did: str
    document: Json
    secrets: tuple[Json, ...]

    def holding(self, place: int) -> Party:
        """The same party with one key for agreement alone, and its key for signing."""
        return Party(self.did, self.document, (self.secrets[place], self.secrets[-1]))


@dataclass(frozen=True)
class Kind:
    """How the DIDs of a scenario come to be, and how each side resolves them."""

    name: str
    ours: Callable[[Peer, str, int], Awaitable[Party]]
    theirs: Callable[[Peer, str, int], Awaitable[Party]]
    key_naming: Literal["numbered", "multibase"] = "numbered"
    peerdid: Literal["never", "absolute", "raw"] = "never"


class Book:
    """Answers with the documents of the parties."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._documents = {party.did: party.document for party in parties}

    def resolve(self, did: str) -> Json | None:
        return self._documents.get(did)


def resolvers(kind: Kind, known: Iterable[Party], holders: Iterable[Party]) -> ResolversConfig:
    """Our side's: did:example from the book, all else without help."""
    return ResolversConfig(
        secrets_resolver=InMemorySecrets([jwk for party in holders for jwk in party.secrets]),
        did_resolver=PrefixResolver(
            {"did:example:": Book(known), "did:": LocalResolver(key_naming=kind.key_naming)}
        ),
    )


def document(did: str, secrets: Iterable[Secret], method: Method) -> Json:
    """A document with absolute ids: X25519 keys agree, Ed25519 keys sign."""
    secrets = list(secrets)
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": did,
        "verificationMethod": [{"id": key.kid, "controller": did} | method(did, key) for key in secrets],
        "keyAgreement": [key.kid for key in secrets if key.curve == "X25519"],
        "authentication": [key.kid for key in secrets if key.curve == "Ed25519"],
    }


def json_web_key_2020(_did: str, key: Secret) -> Json:
    jwk = {member: value for member, value in key.public_jwk().items() if member != "kid"}
    return {"type": "JsonWebKey2020", "publicKeyJwk": jwk}


def suite_2020(_did: str, key: Secret) -> Json:
    suite = {"X25519": "X25519KeyAgreementKey2020", "Ed25519": "Ed25519VerificationKey2020"}[key.curve]
    return {"type": suite, "publicKeyMultibase": key.public_multikey()}


def _party(did: str, secrets: list[Secret], method: Method) -> Party:
    return Party(did, document(did, secrets, method), tuple(key.expose_jwk() for key in secrets))


async def example(_peer: Peer, name: str, agreement_keys: int) -> Party:
    """did:example; the keys for agreement are in no sorted order, highest number first."""
    did = f"did:example:{name}"
    secrets = [Secret.generate("X25519", kid=f"{did}#agree-{n}") for n in range(agreement_keys, 0, -1)]
    return _party(did, [*secrets, Secret.generate("Ed25519", kid=f"{did}#sign")], json_web_key_2020)


async def did_key(_peer: Peer, _name: str, _agreement_keys: int) -> Party:
    """did:key of an Ed25519 key; its key for agreement is derived here, apart from the library under test."""
    signing = Secret.generate("Ed25519", kid="did:example:unnamed#sign")
    did = f"did:key:{signing.public_multikey()}"
    seed = base64.urlsafe_b64decode(signing.expose_jwk()["d"] + "=")
    private = hashlib.sha512(seed).digest()[:32]
    public = (
        X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    )
    jwk = {"kty": "OKP", "crv": "X25519", "d": _base64url(private), "x": _base64url(public)}
    agreement = Secret(jwk, kid="did:example:unnamed#agree")
    named = [key.renamed(f"{did}#{key.public_multikey()}") for key in (agreement, signing)]
    return _party(did, named, suite_2020)


async def peer2(_peer: Peer, _name: str, agreement_keys: int) -> Party:
    """did:peer:2 created by pydidcomm; the peer is handed a document with `#key-N`."""
    store = InMemorySecrets()
    did = await create_peer_did(store, agreement_keys_count=agreement_keys)
    kids = [f"{did}#key-{n}" for n in range(1, agreement_keys + 2)]
    secrets = [key for key in map(store.get_key, kids) if key is not None]
    return _party(did, secrets, json_web_key_2020)


async def peer2_with_service(_peer: Peer, name: str, agreement_keys: int) -> Party:
    """did:peer:2 created by pydidcomm, with a service in the form of the specification."""
    store = InMemorySecrets()
    did = await create_peer_did(
        store, agreement_keys_count=agreement_keys, service_endpoint=f"https://example.com/{name}"
    )
    secrets = [key for key in map(store.get_key, store.kids()) if key is not None]
    resolved = LocalResolver().resolve(did)
    services: list[Json] = [] if resolved is None else resolved.as_dict()["service"]
    party = _party(did, secrets, suite_2020)
    return Party(did, {**party.document, "service": services}, party.secrets)


async def peer2_resolved_there(peer: Peer, name: str, agreement_keys: int) -> Party:
    """did:peer:2 created by pydidcomm, resolved by peerdid: our secrets are named `#key-N` all the same."""
    party = await peer2(peer, name, agreement_keys)
    return Party(party.did, {}, party.secrets)


async def peer2_created_there(peer: Peer, _name: str, agreement_keys: int) -> Party:
    """did:peer:2 created by peerdid; its secrets are named `#6LS...`."""
    created = await peer.ask("create_peer_did", agreement_keys=agreement_keys, service=None)
    return Party(created["did"], {}, tuple(created["secrets"]))


async def peer2_named_there(peer: Peer, name: str, agreement_keys: int) -> Party:
    """The same with the names that peerdid gives today: `#` and 8 characters."""
    party = await peer2_created_there(peer, name, agreement_keys)
    named = ({**jwk, "kid": "#" + jwk["kid"].partition("#")[2][:8]} for jwk in party.secrets)
    return Party(party.did, {}, tuple(named))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


EXAMPLE = Kind("did:example", example, example)
KEY = Kind("did:key", did_key, did_key)
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
