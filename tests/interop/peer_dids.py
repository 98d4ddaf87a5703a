"""did:peer: what one side creates, the other resolves to the same keys and services."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from peer_process import PeerError
from peers import DID_PEER, DID_PEER_PACKAGES, SICPA
from pydidcomm import InMemorySecrets, LocalResolver, Secret, create_peer_did
from pydidcomm.errors import MalformedDocumentError
from rows import CheckFailedError, Column, Row, Table, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parties import Json
    from peer_process import Peer
    from pydidcomm import PeerMethod

CREATED_HERE = "created by pydidcomm"
CREATED_THERE = "created there"

# one of three ? in a row ends a group of base64url in six ones, which it writes as _
UNDERSCORE = "https://example.com/alice???"
ACCEPT = ["didcomm/v2"]
RELATIONSHIPS = ("keyAgreement", "authentication", "assertionMethod")


def service(uri: str = "https://example.com/alice", **members: list[str]) -> Json:
    """A service in the form of the specification."""
    routed = {"accept": ACCEPT, "routingKeys": ["did:example:mediator#key-1"]}
    return {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri, **(members or routed)}}


@dataclass(frozen=True)
class Made:
    """What a DID is made of.

    Attributes:
        needs: What the peer has to have, see `Lack`.
        compared: The part of the document that is compared.
    """

    name: str
    method: PeerMethod = 2
    agreement: tuple[str, ...] = ("X25519",)
    signing: tuple[str, ...] = ("Ed25519", "Ed25519")
    services: tuple[Json, ...] = ()
    needs: frozenset[str] = field(default_factory=frozenset[str])
    compared: str = "keys"

    def row(self, peers: Sequence[Peer]) -> Row:
        """The DID made and resolved with each of the peers."""
        needs = self.needs | {"did:peer", f"did:peer:{self.method}"}
        return Row(
            self.name,
            {
                Column(peer.implementation.name, column): (
                    next(
                        (
                            each
                            for each in peer.implementation.lacks
                            if each.needs and each.needs <= needs | more
                        ),
                        None,
                    )
                    or partial(check, peer)
                )
                for peer in peers
                for column, more, check in (
                    (CREATED_HERE, {"resolves"}, self.created_here),
                    (CREATED_THERE, {"creates"}, self.created_there),
                )
            },
            "did:peer",
        )

    async def created_here(self, peer: Peer) -> None:
        did = await create_peer_did(
            InMemorySecrets(),
            method=self.method,
            # numalgo 0 is one key
            agreement_curves=self.agreement if self.method else self.agreement[:1],
            auth_curves=self.signing if self.method else self.signing[:1],
            services=self.services,
        )
        theirs = await peer.ask("resolve", did=did, peerdid="raw")
        self._compare(theirs, _resolved(did))

    async def created_there(self, peer: Peer) -> None:
        agreement, signing = (
            [Secret.generate(curve, kid="did:example:unnamed#key").public_multikey() for curve in curves]
            for curves in (self.agreement, self.signing)
        )
        did = await peer.ask(
            "create_did",
            method=self.method,
            agreement=agreement,
            signing=signing,
            services=self.services,
        )
        ours = _resolved(did)
        if self.method != 0:
            expect("our keys", [_keys(ours)[name] for name in RELATIONSHIPS[:2]], [agreement, signing])
            expect("our endpoints", _endpoints(ours), [each["serviceEndpoint"] for each in self.services])
        self._compare(await peer.ask("resolve", did=did, peerdid="raw"), ours)

    def _compare(self, theirs: Json, ours: Json) -> None:
        if self.compared == "id":
            expect("the id", theirs["id"], ours["id"])
        elif self.compared == "services":
            expect("the endpoint", _endpoints(theirs), _endpoints(ours))
        elif self.compared == "ids of services":
            found, expected = ([each["id"] for each in document["service"]] for document in (theirs, ours))
            expect("the ids", found, expected)
        else:
            names = RELATIONSHIPS if self.compared == "relationships" else RELATIONSHIPS[:2]
            for name in names:
                expect(name, _keys(theirs)[name], _keys(ours)[name])


MADE = (
    Made("keys"),
    Made("four keys", agreement=("X25519",) * 3, signing=("Ed25519",)),
    Made(
        "keys on NIST curves and secp256k1",
        agreement=("P-256", "P-384", "P-521", "X25519"),
        signing=("P-256", "secp256k1", "Ed25519"),
        needs=frozenset({"NIST"}),
    ),
    Made("what each key is for", compared="relationships"),
    Made("service", services=(service(),), compared="services"),
    Made("service, encoded with _", services=(service(UNDERSCORE),)),
    Made("service without routing keys", services=(service(accept=ACCEPT),), compared="services"),
    Made(
        "two services", services=(service(), service("https://example.com/bob")), compared="ids of services"
    ),
    Made("did:peer:4: keys", method=4, needs=frozenset({"did:peer:4"})),
    Made(
        "did:peer:4: service",
        method=4,
        services=(service(),),
        compared="services",
        needs=frozenset({"did:peer:4"}),
    ),
    Made("did:peer:0", method=0, compared="keys"),
    Made("id of a did:peer:0", method=0, compared="id"),
)
# the codec of X25519 before one octet; and a method without elements
NO_DIDS = {"a key that is none": "did:peer:2.Ez2NGj9", "no keys": "did:peer:2"}


async def refused_by_us(did: str) -> None:
    try:
        LocalResolver().resolve(did)
    except MalformedDocumentError:
        return
    raise CheckFailedError(RESOLVED)


async def refused_there(peer: Peer, did: str) -> None:
    try:
        await peer.ask("resolve", did=did, peerdid="raw")
    except PeerError:
        return
    raise CheckFailedError(RESOLVED)


RESOLVED = "resolved"
REFUSES_DID = "refuses"


def _keys(document: Json) -> dict[str, list[str]]:
    """The public keys by relationship, whatever their ids."""
    methods = {method["id"]: method for method in document.get("verificationMethod", [])}

    def public(entry: Any) -> str:  # noqa: ANN401, a method or its id
        method = methods[entry] if isinstance(entry, str) else entry
        return str(method["publicKeyMultibase"])

    return {name: [public(entry) for entry in document.get(name, [])] for name in RELATIONSHIPS}


def _endpoints(document: Json) -> list[Json]:
    return [each["serviceEndpoint"] for each in document.get("service", [])]


def _resolved(did: str) -> Json:
    document = LocalResolver().resolve(did)
    if document is None:
        raise LookupError(did)
    return document.as_dict()


def tables(peers: Sequence[Peer]) -> list[Table]:
    """Keys, services, and texts that are no DID; with the peers that make and resolve DIDs."""
    makers = [peer for peer in peers if peer.implementation in (SICPA, DID_PEER, DID_PEER_PACKAGES)]
    if not makers:
        return []
    columns = [
        Column(peer.implementation.name, name) for peer in makers for name in (CREATED_HERE, CREATED_THERE)
    ]
    refusing = [
        Column("pydidcomm", REFUSES_DID),
        *(Column(peer.implementation.name, REFUSES_DID) for peer in makers),
    ]
    refusals = [
        Row(
            name,
            {
                Column("pydidcomm", REFUSES_DID): partial(refused_by_us, did),
                **{
                    Column(peer.implementation.name, REFUSES_DID): partial(refused_there, peer, did)
                    for peer in makers
                },
            },
            "did:peer",
        )
        for name, did in NO_DIDS.items()
    ]
    return [
        Table(
            "one side creates a did:peer, the other resolves it", columns, [each.row(makers) for each in MADE]
        ),
        Table("no did:peer", refusing, refusals),
    ]
