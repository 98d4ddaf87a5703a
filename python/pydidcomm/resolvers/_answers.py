"""What pydidcomm asks the world for: DID documents and secrets.

Anything with these methods will do, whether it inherits from the protocol or not, and whether a method
is a coroutine function or a plain one. An exception that a method raises reaches the caller as it is.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from pydidcomm._core import DIDDocument, PublicKey, Resolved, Secret
from pydidcomm.algorithms import SignAlg

DocumentAnswer: TypeAlias = Mapping[str, Any] | DIDDocument | Resolved | None
"""A DID document: its JSON object, or parsed once; None where the DID is unknown.

A `Resolved`, or the answer of DID Resolution (a dict with `didDocument` and `didDocumentMetadata`), also says
whether the DID is deactivated."""


@runtime_checkable
class KeyAgreementKey(Protocol):
    """A key for messages that never leaves the place where it lives: an HSM, a KMS, another process.

    A secrets resolver answers with it in place of a `Secret`.

    Example:
        >>> from pydidcomm import KeyAgreementKey, PublicKey, Secret
        >>> class InTheVault(KeyAgreementKey):
        ...     async def agree(self, public_key: PublicKey) -> bytes:
        ...         return await vault.ecdh("my-key", public_key.octets())
        >>> isinstance(InTheVault(), KeyAgreementKey)
        True
    """

    def agree(self, public_key: PublicKey, /) -> "bytes | Awaitable[bytes]":
        """The raw ECDH shared secret with the key: 32 bytes of X25519, or x of the point at full length."""
        ...


@runtime_checkable
class SigningKey(Protocol):
    """A key for signatures that never leaves the place where it lives.

    A secrets resolver answers with it in place of a `Secret`. What it signs is verified before it is sent.
    """

    def sign(self, algorithm: SignAlg, data: bytes, /) -> "bytes | Awaitable[bytes]":
        """The signature over the data: 64 bytes, in ECDSA r || s over the SHA-256 hash, never DER."""
        ...


SecretAnswer: TypeAlias = Mapping[str, Any] | Secret | KeyAgreementKey | SigningKey | None
"""A secret: a JWK with `d`, or parsed once, or an external key; None where it is absent."""


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
        """The document of the DID, as a dict or as a DIDDocument; None where it is unknown.

        A deactivated DID is answered with `Resolved(document, deactivated=True)`. See
        `DIDResolverWithOptions` for resolvers with a cache or with old versions.
        """
        ...


@runtime_checkable
class SecretsResolver(Protocol):
    """Finds secret keys by their kid; see `SecretsFinder` for one call in place of several.

    Answer with a `Secret`, which is parsed once, when it is made. A dict is parsed at every call, and its
    public key computed: about 10 microseconds for X25519 and 15 for Ed25519, more than all else around the
    cryptography.

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
        """The secret of that kid, or None."""
        ...

    def get_keys(self, kids: list[str], /) -> "Sequence[str] | Awaitable[Sequence[str]]":
        """Those of the kids whose secrets are held."""
        ...


@runtime_checkable
class SecretsStore(SecretsResolver, Protocol):
    """Finds secret keys, and takes new ones."""

    def add_key(self, secret: Secret, /) -> "Awaitable[None] | None":
        """Keeps the secret; `secret.kid` names it, `secret.expose_jwk()` writes it down."""
        ...
