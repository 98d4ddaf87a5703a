"""The protocol of resolvers that find all private keys in one call."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pydidcomm._core import PublicKey
from pydidcomm.resolvers._answers import SecretAnswer, SecretsResolver

__all__ = ["SecretQuery", "SecretsFinder"]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class SecretQuery:
    """A query for a private key that an operation can use.

    Attributes:
        kid: The DID URL of the key; in DIDComm v1 a verkey or the DID URL of its did:key.
        public_key: The public key when packing and in DIDComm v1; None when unpacking.
    """

    kid: str
    public_key: PublicKey | None = None


@runtime_checkable
class SecretsFinder(SecretsResolver, Protocol):
    """Finds private keys in one call, by name or by public key.

    If a secrets resolver has the method `find`, it is called in place of `get_keys` and `get_key`.

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
        """The private keys that the resolver has, by the `kid` of their query.

        A key that it does not have is None or absent. If a returned key has a `public_key`, which an external
        key may have, it must be the one of the query.

        Args:
            queries: The queries, the preferred key first.
        """
        ...
