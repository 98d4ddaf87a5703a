"""Private keys found in one call."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pydidcomm._core import PublicKey
from pydidcomm.resolvers._answers import SecretAnswer, SecretsResolver

__all__ = ["SecretQuery", "SecretsFinder"]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class SecretQuery:
    """A private key that an operation can use.

    Attributes:
        kid: The name of the key: a DID URL, in DIDComm v1 a verkey or the DID URL of its did:key.
        public_key: Its public half, where it is known: to pack, and in DIDComm v1. None to unpack.
    """

    kid: str
    public_key: PublicKey | None = None


@runtime_checkable
class SecretsFinder(SecretsResolver, Protocol):
    """Finds private keys in one call, by name or by public key.

    Where a resolver of secrets has this method, it is called in place of `get_keys` and `get_key`.

    Example:
        >>> from pydidcomm import SecretsFinder
        >>> class Wallet(SecretsFinder):
        ...     def __init__(self, secrets):
        ...         self.by_multikey = {secret.public_multikey(): secret for secret in secrets}
        ...     async def find(self, queries):
        ...         wanted = {one.kid: one.public_key.multikey() for one in queries if one.public_key}
        ...         return {kid: self.by_multikey.get(multikey) for kid, multikey in wanted.items()}
        ...     async def get_key(self, kid):
        ...         return None
        ...     async def get_keys(self, kids):
        ...         return []
    """

    def find(
        self, queries: Sequence[SecretQuery], /
    ) -> "Mapping[str, SecretAnswer] | Awaitable[Mapping[str, SecretAnswer]]":
        """The keys that are held, by `kid` of their query.

        A key that is not held is None or left out. An answer with a `public_key` has to be the key of the
        query: an external key may show it.

        Args:
            queries: The keys, the preferred first.
        """
        ...
