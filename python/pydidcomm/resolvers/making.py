"""The protocol of stores that generate keys themselves."""

from collections.abc import Awaitable, Mapping
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from pydidcomm._core import PublicKey
from pydidcomm.resolvers._answers import SecretsResolver

__all__ = ["KeyMaker", "KeyUse", "NewKey"]

KeyUse: TypeAlias = Literal["agreement", "authentication", "both"]
"""The use of a new key: key agreement, signatures, or both for a DID with a single key."""


class NewKey(NamedTuple):
    """A key that a store has generated and not yet stored.

    Attributes:
        public_key: The public key, for the DID document.
        handle: The store's own handle of the private key; only the store interprets it.
        agreement: The X25519 key that an Ed25519 key for both uses implies; None for any other key.
    """

    public_key: PublicKey
    handle: Any
    agreement: "NewKey | None" = None


@runtime_checkable
class KeyMaker(SecretsResolver, Protocol):
    """A secrets store that generates keys itself, so that no private key exists as bytes in Python.

    `create_peer_did`, `create_key_did` and `create_jwk_did` use these methods in place of `add_key` if
    `secrets` has them. Methods are plain or coroutine functions.

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
        """Generate a key on the curve, and return its public key and a handle.

        An Ed25519 key for both uses comes with the X25519 key that it implies.

        Args:
            curve: The curve, for instance "X25519".
            use: The use of the key.

        Raises:
            UnsupportedError: The store cannot generate such a key.
        """
        ...

    def store_did(
        self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /
    ) -> "Awaitable[None] | None":
        """Store the keys of a new DID, all or none; the DID is returned to the program afterwards.

        Args:
            did: The DID.
            keys: The keys, by kid.
            long_forms: For a DID whose short form is a hash, the hashed long form or genesis document by the
                short form, as `LocalResolver(long_forms=...)` reads it. It is empty for most DIDs.
        """
        ...


def maker_of(secrets: object) -> KeyMaker | None:
    """The store of secrets if it generates keys itself; None if keys must be added to it."""
    # most stores lack the method, and it takes 25 microseconds to compare all methods of a protocol
    return secrets if hasattr(secrets, "make_key") and isinstance(secrets, KeyMaker) else None
