"""The interface of DID resolvers, and a resolver that routes by prefix.

Documents are parsed by pydid, as in the original; the services over pydidcomm's core read them themselves.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pydid import DIDDocument, DIDUrl, Resource, VerificationMethod

__all__ = ["DIDMethodNotSupported", "DIDNotFound", "DIDResolutionError", "DIDResolver", "PrefixResolver"]


class DIDResolutionError(Exception):
    """A DID does not resolve."""


class DIDNotFound(DIDResolutionError):  # noqa: N818, the name of the original
    """The DID was not found."""


class DIDMethodNotSupported(DIDResolutionError):  # noqa: N818, the name of the original
    """No resolver supports this DID method."""


class DIDResolver(ABC):
    """Finds DID documents."""

    @abstractmethod
    async def resolve(self, did: str) -> dict[str, Any]:
        """Return the document of the DID; raise an exception where there is none."""

    @abstractmethod
    async def is_resolvable(self, did: str) -> bool:
        """Return whether the resolver supports the DID."""

    async def resolve_and_parse(self, did: str) -> DIDDocument:
        """Return the document of the DID, parsed by pydid."""
        return DIDDocument.deserialize(await self.resolve(did))  # pyright: ignore[reportUnknownMemberType], pydid writes `dict` without its types

    async def resolve_and_dereference(self, did_url: str) -> Resource:
        """Return the part of a DID document that a DID URL identifies.

        Raises:
            DIDResolutionError: It has no DID.
        """
        url = DIDUrl.parse(did_url)
        if not url.did:
            message = "Invalid DID URL; must be absolute"
            raise DIDResolutionError(message)
        return (await self.resolve_and_parse(url.did)).dereference(url)

    async def resolve_and_dereference_verification_method(self, did_url: str) -> VerificationMethod:
        """Return the verification method that a DID URL identifies.

        Raises:
            DIDResolutionError: It has no DID, or does not identify a verification method.
        """
        resource = await self.resolve_and_dereference(did_url)
        if not isinstance(resource, VerificationMethod):
            message = "Resource is not a verification method"
            raise DIDResolutionError(message)
        return resource


class PrefixResolver(DIDResolver):
    """Routes each DID to a resolver by its prefix; the first matching prefix is used.

    Args:
        resolvers: Resolvers by prefix.
    """

    def __init__(self, resolvers: Mapping[str, DIDResolver]) -> None:
        self.resolvers = resolvers

    async def is_resolvable(self, did: str) -> bool:
        """Return whether the resolver of the prefix supports the DID."""
        resolver = self._find_resolver(did)
        return resolver is not None and await resolver.is_resolvable(did)

    async def resolve(self, did: str) -> dict[str, Any]:
        """Return the document from the resolver of the prefix.

        Raises:
            DIDMethodNotSupported: There is none.
        """
        resolver = self._find_resolver(did)
        if resolver is None:
            message = f"No resolver found for DID {did}"
            raise DIDMethodNotSupported(message)
        return await resolver.resolve(did)

    def _find_resolver(self, did: str) -> DIDResolver | None:
        return next((found for prefix, found in self.resolvers.items() if did.startswith(prefix)), None)
