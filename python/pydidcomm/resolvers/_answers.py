"""The protocols of resolvers, and the types of their answers; see `pydidcomm.resolvers`."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from pydidcomm._core import DIDDocument, PublicKey, Resolved, Secret
from pydidcomm.algorithms import SignAlg

__all__ = [
    "DIDResolver",
    "DocumentAnswer",
    "KeyAgreementKey",
    "SecretAnswer",
    "SecretsResolver",
    "SecretsStore",
    "SigningKey",
]


DocumentAnswer: TypeAlias = Mapping[str, Any] | DIDDocument | Resolved | None
"""A DID document, as a JSON object or parsed; None if the DID is unknown.

A `Resolved`, or the result of DID Resolution (a dict with `didDocument` and `didDocumentMetadata`), also
contains whether the DID is deactivated."""


@runtime_checkable
class KeyAgreementKey(Protocol):
    """An external key for key agreement, which stays in an HSM, a KMS or another process.

    A secrets resolver returns it in place of a `Secret`.

    Example:
        >>> from pydidcomm import KeyAgreementKey, PublicKey, Secret
        >>> class InTheVault(KeyAgreementKey):
        ...     async def agree(self, public_key: PublicKey) -> bytes:
        ...         return await vault.ecdh("my-key", public_key.octets())
        >>> isinstance(InTheVault(), KeyAgreementKey)
        True
    """

    def agree(self, public_key: PublicKey, /) -> "bytes | Awaitable[bytes]":
        """Return the raw ECDH shared secret: 32 bytes for X25519, else the full-length x coordinate.

        Args:
            public_key: The other party's key, on the same curve.
        """
        ...


@runtime_checkable
class SigningKey(Protocol):
    """An external key for signatures, which stays in an HSM, a KMS or another process.

    A secrets resolver returns it in place of a `Secret`. Its signatures are verified before they are sent.
    """

    def sign(self, algorithm: SignAlg, data: bytes, /) -> "bytes | Awaitable[bytes]":
        """Return the signature of the data, 64 bytes; for ECDSA r || s over the SHA-256 hash, never DER.

        Args:
            algorithm: The signature algorithm.
            data: The bytes to sign.
        """
        ...


SecretAnswer: TypeAlias = Mapping[str, Any] | Secret | KeyAgreementKey | SigningKey | None
"""A private key, as a JWK with `d` or parsed, or an external key; None if it is absent."""


@runtime_checkable
class DIDResolver(Protocol):
    """Finds DID documents.

    Example:
        >>> from pydidcomm import DIDResolver
        >>> class Resolver(DIDResolver):
        ...     async def resolve(self, did):
        ...         return {"id": did} if did == "did:example:bob" else None
        >>> isinstance(Resolver(), DIDResolver)
        True
    """

    def resolve(self, did: str, /) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The document of a DID, as a dict or as a `DIDDocument`; None if the DID is unknown.

        Return `Resolved(document, deactivated=True)` for a deactivated DID. See `DIDResolverWithOptions` for
        resolvers with a cache or with old versions.

        Args:
            did: The DID, without a path, query or fragment.
        """
        ...


@runtime_checkable
class SecretsResolver(Protocol):
    """Finds private keys by their kid; see `SecretsFinder` for one call in place of several.

    Return a `Secret`, which is parsed once, when it is created. A dict is parsed at every call, and its
    public key is computed, in about 10 microseconds for X25519 and 15 for Ed25519.

    Example:
        >>> from pydidcomm import SecretsResolver
        >>> class Secrets(SecretsResolver):
        ...     def get_key(self, kid):
        ...         return None
        ...     def get_keys(self, kids):
        ...         return []
        >>> isinstance(Secrets(), SecretsResolver)
        True
    """

    def get_key(self, kid: str, /) -> SecretAnswer | Awaitable[SecretAnswer]:
        """The private key with this kid; None if there is none.

        Args:
            kid: The DID URL of the key; in DIDComm v1 a verkey or the DID URL of its did:key.
        """
        ...

    def get_keys(self, kids: list[str], /) -> "Sequence[str] | Awaitable[Sequence[str]]":
        """The kids, of those in `kids`, whose private keys the resolver has.

        Args:
            kids: The kids, as for `get_key`.
        """
        ...


@runtime_checkable
class SecretsStore(SecretsResolver, Protocol):
    """Finds private keys, and stores new ones."""

    def add_key(self, secret: Secret, /) -> "Awaitable[None] | None":
        """Store a private key.

        Args:
            secret: The key; `secret.kid` is its name, and `secret.expose_jwk()` returns it as a JWK.
        """
        ...
