"""What pydidcomm asks the world for: DID documents and secrets.

Anything with these methods will do, whether it inherits from the protocol or not, and whether a method
is a coroutine function or a plain one. An exception that a method raises reaches the caller as it is.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, TypeGuard, runtime_checkable

from pydidcomm._core import DIDDocument, LocalResolver, PublicKey, Resolved, Secret
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
        """The raw ECDH shared secret with the key: 32 octets of X25519, or x of the point at full length."""
        ...


@runtime_checkable
class SigningKey(Protocol):
    """A key for signatures that never leaves the place where it lives.

    A secrets resolver answers with it in place of a `Secret`. What it signs is verified before it is sent.
    """

    def sign(self, algorithm: SignAlg, data: bytes, /) -> "bytes | Awaitable[bytes]":
        """The signature over the data: 64 octets, in ECDSA r || s over the SHA-256 hash, never DER."""
        ...


SecretAnswer: TypeAlias = Mapping[str, Any] | Secret | KeyAgreementKey | SigningKey | None
"""A secret: a JWK with `d`, or parsed once, or a key that lives elsewhere; None where it is not held."""


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

        A deactivated DID is answered with `Resolved(document, deactivated=True)`.
        """
        ...


@runtime_checkable
class SecretsResolver(Protocol):
    """Finds secret keys by their kid.

    A `Secret` is parsed once; a dict is parsed at every call.

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


KeyUse: TypeAlias = Literal["agreement", "authentication", "both"]
"""What a new key is for: messages are encrypted to it, or it signs, or both where a DID has one key."""


class NewKey(NamedTuple):
    """A key that a store has made and that is not stored yet.

    Attributes:
        public_key: The public half, of which a DID is made.
        handle: What the store returned for the private half; only the store interprets it.
        agreement: The X25519 key that an Ed25519 key for both uses implies; None for any other key.
    """

    public_key: PublicKey
    handle: Any
    agreement: "NewKey | None" = None


@runtime_checkable
class KeyMaker(SecretsResolver, Protocol):
    """A secrets store that generates keys itself, so that no private key exists as bytes in Python.

    `create_peer_did`, `create_key_did` and `create_jwk_did` use it where `secrets` has these methods, in
    place of `add_key`. Methods are plain or coroutine functions.

    Example:
        >>> from pydidcomm import KeyMaker, NewKey, Secret
        >>> class Vault(KeyMaker):
        ...     def __init__(self):
        ...         self.keys = {}
        ...     def get_key(self, kid):
        ...         return self.keys.get(kid)
        ...     def get_keys(self, kids):
        ...         return [kid for kid in kids if kid in self.keys]
        ...     def make_key(self, curve, use):
        ...         key = Secret.generate(curve)
        ...         return NewKey(key.public_key, key)
        ...     def store_did(self, did, keys, long_forms):
        ...         self.keys |= {kid: key.handle for kid, key in keys.items()}
        >>> from pydidcomm.sync import create_peer_did
        >>> vault = Vault()
        >>> did = create_peer_did(vault)
        >>> sorted(vault.keys) == [f"{did}#key-1", f"{did}#key-2"]
        True
    """

    def make_key(self, curve: str, use: KeyUse, /) -> NewKey | Awaitable[NewKey]:
        """Generate a key on the curve, and return its public half and a handle.

        An Ed25519 key for both uses comes with the X25519 key that it implies.

        Raises:
            UnsupportedError: The store has no such key.
        """
        ...

    def store_did(
        self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /
    ) -> "Awaitable[None] | None":
        """Store the keys of a new DID by their kids, all or none; the DID is returned afterwards.

        `long_forms` has what a short form of the DID is the hash of: the long form or the genesis document,
        by the short form, as `LocalResolver(long_forms=...)` reads it. It is empty for most DIDs.
        """
        ...


class PrefixResolver:
    """Routes each DID to a resolver by the beginning of its text; the longest prefix wins.

    Args:
        resolvers: Resolvers by prefix, for instance `{"did:web:": MyWeb(), "did:": LocalResolver()}`.

    Example:
        >>> from pydidcomm import LocalResolver, PrefixResolver
        >>> resolver = PrefixResolver({"did:key:": LocalResolver()})
        >>> resolver.resolve("did:web:example.com") is None
        True
    """

    def __init__(self, resolvers: Mapping[str, DIDResolver]) -> None:
        self._routes = sorted(resolvers.items(), key=lambda route: len(route[0]), reverse=True)
        self._local = _local(self._routes)
        self._memory = next((one for _, one in self._routes if isinstance(one, LocalResolver)), None)

    def resolve(self, did: str, /) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The answer of the resolver in charge; None where no prefix fits."""
        for prefix, resolver in self._routes:
            if did.startswith(prefix):
                return resolver.resolve(did)
        return None

    def resolvers(self) -> list[DIDResolver]:
        """The resolvers behind the prefixes."""
        return [resolver for _, resolver in self._routes]

    def local(self) -> tuple[LocalResolver | None, list[str]]:
        """The first LocalResolver, and the prefixes of it that no longer prefix overrides."""
        return self._local

    def memory(self) -> LocalResolver | None:
        """The first LocalResolver, or the first of a subclass: it keeps contacts and own DIDs."""
        return self._memory


def _local(routes: Sequence[tuple[str, DIDResolver]]) -> tuple[LocalResolver | None, list[str]]:
    found = next((resolver for _, resolver in routes if _is_local(resolver)), None)
    others = [prefix for prefix, resolver in routes if resolver is not found]
    prefixes = [
        prefix
        for prefix, resolver in routes
        if resolver is found and not any(other.startswith(prefix) for other in others)
    ]
    return found, prefixes


def _is_local(resolver: object) -> TypeGuard[LocalResolver]:
    # a subclass may override `resolve`
    return type(resolver) is LocalResolver
