"""The other implementations: how each is started, what it tells of a message, and which modes it lacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

HERE = Path(__file__).resolve().parent
# where the Makefile installs them
HOMES = HERE.parents[1] / ".venvs"

Profile: TypeAlias = Literal["didcomm/v2", "veramo"]

ALL_FACTS = frozenset(
    {
        "encrypted",
        "authenticated",
        "non_repudiation",
        "anonymous_sender",
        "encrypted_from",
        "encrypted_to",
        "sign_from",
        "from_prior_issuer_kid",
        "enc_alg_auth",
        "enc_alg_anon",
        "sign_alg",
    }
)


@dataclass(frozen=True)
class Lack:
    """A mode that a peer does not have.

    Attributes:
        reason: In words.
        needs: What a scenario needs, all of it, to fall under the lack.
    """

    reason: str
    needs: frozenset[str]


def lack(reason: str, *needs: str) -> Lack:
    return Lack(reason, frozenset(needs))


@dataclass(frozen=True)
class Implementation:
    """Another implementation of DIDComm.

    Attributes:
        name: As the Makefile has it: `make interop-NAME`.
        title: The head of its columns.
        home: The folder below `.venvs` in which it is installed.
        command: How its program is started, from that folder.
        facts: What it tells of a message that it has read.
        lacks: The modes that it does not have.
        generic: Whether it is a JOSE library, without the rules of DIDComm: it is sent no forgeries.
        profile: The profile of the options with which we pack and unpack.
        keys: The form of keys that it is handed in DID documents: "JsonWebKey2020" for all, "Multikey" in the
            place of JsonWebKey2020; None for whatever there is.
    """

    name: str
    title: str
    home: str
    command: tuple[str, ...]
    facts: frozenset[str] = ALL_FACTS
    lacks: tuple[Lack, ...] = ()
    keys: str | None = None
    generic: bool = False
    profile: Profile = "didcomm/v2"

    def installed(self) -> bool:
        return (HOMES / self.home / "installed").is_file()

    def accepted(self) -> frozenset[str]:
        """The profiles that we accept from it besides that of the specification."""
        return frozenset({self.profile} - {"didcomm/v2"})

    def speaks(self) -> bool:
        """Whether it packs and unpacks at all; one that does not makes and resolves DIDs."""
        return self.lacking(frozenset()) is None

    def lacking(self, needs: frozenset[str]) -> Lack | None:
        """Why a scenario with these needs cannot be run, or None where it can."""
        return next((each for each in self.lacks if each.needs <= needs), None)


def _python(peer: str, *arguments: str) -> tuple[str, ...]:
    # -I: nothing of this environment reaches the peer's
    return ("bin/python", "-I", "-Wignore", str(HERE / peer / "peer.py"), *arguments)


NO_SECP256K1 = lack("key agreement on secp256k1", "secp256k1")
SICPA_RUST_LACKS = (
    lack("key agreement on P-384", "P-384"),
    lack("key agreement on P-521", "P-521"),
    NO_SECP256K1,
)
INDICIO_LACKS = (
    lack("the opening of a forward that is for the reader itself", "rewrapped"),
    lack("plaintext messages: it has envelopes alone", "plaintext"),
    lack("signatures", "signed"),
    lack("from_prior", "from_prior"),
    lack("the demand that all keys open a message", "all keys"),
    lack("anoncrypt with A256GCM of its own, though it reads it", "packs", "anoncrypt", "A256GCM"),
    lack(
        "anoncrypt with A256CBC-HS512 of its own, though it reads it", "packs", "anoncrypt", "A256CBC-HS512"
    ),
    lack("more than the first key of a recipient", "packs", "several keys"),
)

JOSE_FACTS = ALL_FACTS - {"from_prior_issuer_kid"}
JOSE_LACKS = (
    NO_SECP256K1,
    lack("from_prior", "from_prior"),
    lack("the demand that all keys open a message", "all keys"),
    lack("a choice among curves of its own", "packs", "several curves"),
    lack("one ephemeral key for several recipients", "packs", "several keys"),
)
NO_1PU = lack("ECDH-1PU, so authcrypt", "authcrypt")
NO_XC20P = lack("XC20P", "anoncrypt", "XC20P")

SICPA = Implementation(
    "sicpa",
    "PyPI didcomm",
    "sicpa",
    _python("sicpa"),
    lacks=(
        lack("did:peer with keys on other curves than X25519 and Ed25519", "did:peer", "NIST"),
        lack("did:peer:4", "did:peer", "did:peer:4"),
    ),
)
DID_PEER = Implementation(
    "did-peer",
    "crate did-peer",
    "rust",
    ("debug/did_peer",),
    lacks=(
        lack("messages: it makes and resolves did:peer and packs nothing"),
        lack("a did:peer:0 of its own, though it resolves one", "creates", "did:peer:0"),
        lack("did:peer:4", "did:peer", "did:peer:4"),
    ),
)
DID_PEER_PACKAGES = Implementation(
    "did-peer-py",
    "PyPI did-peer-2, did-peer-4",
    "jose",
    _python("jose", "did-peer"),
    lacks=(
        lack("messages: it makes and resolves did:peer and packs nothing"),
        lack("did:peer:0", "did:peer:0"),
    ),
)
ONE_LAYER = "more than one layer: it hands the inner one to the program unopened"
VERAMO = Implementation(
    "veramo",
    "npm @veramo/did-comm",
    "veramo",
    ("node", str(HERE / "veramo" / "peer.mjs"), "."),
    facts=frozenset({"encrypted", "authenticated", "non_repudiation", "anonymous_sender"}),
    lacks=(
        lack(ONE_LAYER, "signed", "anoncrypt"),
        lack(ONE_LAYER, "signed", "authcrypt"),
        lack(ONE_LAYER, "authcrypt", "anoncrypt"),
        *(lack(f"key agreement on {curve}", curve) for curve in ("P-256", "P-384", "P-521", "secp256k1")),
        lack("signatures by ES256 of its own, though it reads them", "packs", "signed", "ES256"),
        lack("from_prior", "from_prior"),
        lack("the demand that all keys open a message", "all keys"),
        lack("the opening of a forward that is for the reader itself", "reads", "rewrapped"),
    ),
)
VERAMO_PROFILE = replace(
    VERAMO, name="veramo-profile", title="npm @veramo/did-comm, by its profile", profile="veramo"
)
VERAMOS = (VERAMO, VERAMO_PROFILE)
IDENTUS = Implementation(
    "identus",
    "npm identus-sdk",
    "identus",
    ("node", str(HERE / "identus" / "peer.js"), "."),
    facts=frozenset(),
    lacks=(
        lack("plaintext messages: it has envelopes alone", "plaintext"),
        lack("signatures of its own, though it reads them", "packs", "signed"),
        lack("anoncrypt with A256GCM of its own, though it reads it", "packs", "A256GCM"),
        lack("anoncrypt with A256CBC-HS512 of its own, though it reads it", "packs", "A256CBC-HS512"),
        lack("anoncrypt around authcrypt of its own, though it reads it", "packs", "authcrypt", "anoncrypt"),
    ),
)
PEERS = (
    SICPA,
    Implementation(
        "askar",
        "didcomm-messaging, askar",
        "indicio",
        _python("indicio", "askar"),
        facts=frozenset({"encrypted", "authenticated", "encrypted_from"}),
        lacks=(
            *INDICIO_LACKS,
            lack("key agreement on P-384", "P-384"),
            lack("key agreement on P-521", "P-521"),
        ),
    ),
    Implementation(
        "authlib",
        "didcomm-messaging, authlib",
        "indicio",
        _python("indicio", "authlib"),
        facts=frozenset({"encrypted", "authenticated", "encrypted_from"}),
        lacks=(
            *INDICIO_LACKS,
            NO_SECP256K1,
            *(
                lack(f"{curve} but for anoncrypt that it reads", curve, mode)
                for curve in ("P-256", "P-384", "P-521")
                for mode in ("authcrypt", "packs")
            ),
        ),
        keys="Multikey",
    ),
    Implementation(
        "node",
        "npm didcomm-node",
        "node",
        ("node", str(HERE / "node" / "peer.js"), "."),
        lacks=SICPA_RUST_LACKS,
    ),
    Implementation("rust", "crate didcomm", "rust", ("debug/didcomm",), lacks=SICPA_RUST_LACKS),
    Implementation(
        "affinidi",
        "crate affinidi",
        "rust",
        ("debug/affinidi",),
        facts=frozenset({"encrypted", "non_repudiation", "encrypted_from", "sign_from"}),
        lacks=(
            lack("anoncrypt with A256GCM", "anoncrypt", "A256GCM"),
            lack("anoncrypt with XC20P", "anoncrypt", "XC20P"),
            lack("from_prior", "from_prior"),
            lack("the demand that all keys open a message", "all keys"),
            lack("the opening of a forward that is for the reader itself", "reads", "rewrapped"),
            lack("a choice among curves of its own", "packs", "several curves"),
            lack("DID documents: it takes keys", "relationships"),
            lack("the suites of 2018, as it takes keys", "suites of 2018"),
        ),
        keys="JsonWebKey2020",
    ),
    DID_PEER,
    Implementation(
        "jose",
        "npm jose",
        "node",
        ("node", str(HERE / "node" / "jose_peer.mjs"), "."),
        facts=JOSE_FACTS,
        lacks=(*JOSE_LACKS, NO_1PU, NO_XC20P, lack("signatures on secp256k1", "signed", "ES256K")),
        keys="JsonWebKey2020",
        generic=True,
    ),
    Implementation(
        "jwcrypto",
        "PyPI jwcrypto",
        "jose",
        _python("jose", "jwcrypto"),
        facts=JOSE_FACTS,
        lacks=(*JOSE_LACKS, NO_1PU, NO_XC20P),
        keys="JsonWebKey2020",
        generic=True,
    ),
    Implementation(
        "joserfc",
        "PyPI joserfc",
        "jose",
        _python("jose", "joserfc"),
        facts=JOSE_FACTS,
        lacks=JOSE_LACKS,
        keys="JsonWebKey2020",
        generic=True,
    ),
    DID_PEER_PACKAGES,
    IDENTUS,
    *VERAMOS,
)
