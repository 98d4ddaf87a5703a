"""Where what stands in for Indicio's package differs from it on purpose, case by case, and why.

`DIFFERENCES.md` of `pydidcomm.compat` tells the same to people.

A case that stands here has to differ as it is told; one that does not has to be taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

BACKENDS = ("askar", "authlib")
VERSION_1 = ("v1 askar", "v1 nacl")


@dataclass(frozen=True)
class Difference:
    """A difference, or several of one kind.

    Attributes:
        row: Where `DIFFERENCES.md` tells of it, in the part on this package.
        cases: The cases in which it shows, without the name of the backend.
        ours: What comes of them here: the name of an error, or `RESULT`.
        reason: Why.
        backends: The backends in which it shows; the case alone where there are none.
    """

    row: str
    cases: tuple[str, ...]
    ours: str
    reason: str
    backends: tuple[str, ...] = BACKENDS

    def names(self) -> set[str]:
        """The cases in full."""
        return {f"{backend}: {case}" for backend in self.backends for case in self.cases} or {*self.cases}


RESULT = "a result"
REFUSED = "PackagingServiceError"

DIFFERENCES = (
    Difference(
        "forged senders",
        ("a message from somebody else than its sender",),
        REFUSED,
        "the original never compares `from` with the key that authenticated the message",
    ),
    Difference(
        "paths and hosts of a did:web",
        ("resolver: what is a did:web",),
        RESULT,
        "the original says that hosts without a dot are not a did:web, and fetches them all the same",
        backends=(),
    ),
    Difference(
        "rotations that are not proved",
        ("a message whose rotation is signed by nobody",),
        REFUSED,
        "the original hands out `from_prior` as it is, and nobody verifies it",
    ),
    Difference(
        "keys outside of their relationship",
        ("a sender's key that is not for agreement", "a recipient's key that is not for agreement"),
        REFUSED,
        "a key speaks for a DID only under `keyAgreement`; the original takes any in the document",
    ),
    Difference(
        "several keys of a recipient",
        ("two keys of the recipient",),
        RESULT,
        "the message is encrypted to all keys on one curve, as the specification advises",
    ),
    Difference(
        "recipients that are not sorted",
        ("two keys of the recipient, not in order",),
        RESULT,
        "`apv` is over the sorted kids; the original compares it with them as they stand, and refuses",
    ),
    Difference(
        "several DIDs in one envelope",
        ("a key of two recipients each",),
        "CryptoServiceError",
        "one envelope is for one DID; the original makes one that conforming recipients refuse",
    ),
    Difference(
        "the header of the Askar backend",
        ("what the header of authcrypt says", "what the header of anoncrypt says"),
        RESULT,
        "`typ` is the media type, and `epk` stands in the protected header",
        ("askar",),
    ),
    Difference(
        "protected sender (anoncrypt over authcrypt)",
        ("an authcrypt layer inside of an anoncrypt one",),
        RESULT,
        "the inner layer is opened, where the original hands out an envelope as plaintext",
    ),
    Difference(
        "routing keys of the recipient",
        ("routing keys of the recipient",),
        RESULT,
        "they are wrapped for, where the original overlooks them",
    ),
    Difference(
        "services in other forms",
        ("a service without accept", "services in a list"),
        RESULT,
        "they are read, where the original fails with an AttributeError or a TypeError",
    ),
    Difference(
        "a recipient without a service",
        ("a recipient without a service",),
        "RoutingServiceError",
        "the original leaks an IndexError",
    ),
    Difference(
        "input that is not an envelope",
        (
            "a list in place of an envelope",
            "a plaintext in place of an envelope",
            "a signed message in place of an envelope",
            "an empty object in place of an envelope",
        ),
        REFUSED,
        "the original leaks a KeyError or a TypeError",
    ),
    Difference(
        "curves",
        ("agreement on P-256",),
        RESULT,
        "all curves of the specification are on offer, where this backend of the original has one",
        ("authlib",),
    ),
    Difference(
        "secp256k1 for encryption",
        ("agreement on secp256k1",),
        REFUSED,
        "the specification has no agreement on secp256k1",
    ),
    Difference(
        "Multikeys on P-256",
        ("multicodec: P-256",),
        RESULT,
        "the code is that of the multicodec table; keys on P-256 cannot be read with that of the original",
        (),
    ),
    Difference(
        "key agreement of a did:key",
        ("resolver: a did:key",),
        RESULT,
        "an Ed25519 key implies one for agreement, without which nobody can write to a did:key",
        (),
    ),
    Difference(
        "a did:jwk without `use`",
        ("resolver: a did:jwk without a use",),
        RESULT,
        "without `use` the key is for everything that it can do, as the method has it",
        (),
    ),
    Difference(
        "`is_resolvable`",
        (
            "resolver: whether a did:jwk that is no JSON resolves",
            "resolver: whether a did:jwk that is no key resolves",
            "resolver: whether a did:peer:4 with another hash resolves",
            "resolver: whether the short form of a did:peer:4 that nobody has seen resolves",
        ),
        RESULT,
        "the answer is what `resolve` does, where the original looks at the form alone",
        (),
    ),
    Difference(
        "a v1 sender whose secret is not available",
        ("a sender without a secret",),
        "V1PackagingServiceError",
        "the original sends the message from nobody, and says nothing",
        VERSION_1,
    ),
    Difference(
        "input that is not an envelope",
        ("a list in place of an envelope", "an empty object in place of an envelope"),
        "V1PackagingServiceError",
        "the original leaks a KeyError or a TypeError",
        VERSION_1,
    ),
    Difference(
        "errors of other libraries",
        ("another ciphertext",),
        "V1CryptoServiceError",
        "the original leaks the errors of Askar and NaCl",
        VERSION_1,
    ),
    Difference(
        "errors of other libraries",
        ("what is no verkey",),
        "ValueError",
        "the original leaks an error of Askar, or takes any octets for a key",
        VERSION_1,
    ),
)

NEWER = {
    "didcomm_messaging.crypto.base.CryptoService.ecdh_es_decrypt",
    "didcomm_messaging.crypto.base.CryptoService.ecdh_1pu_decrypt",
}
"""Names whose signature is that of the sources after the release: a parameter is called otherwise there."""
