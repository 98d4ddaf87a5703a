"""The interface of DID resolvers, used as a `pydidcomm.DIDResolver`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from pydidcomm.compat.didcomm.did_doc.did_doc import DIDDoc

__all__ = ["ChainedDIDResolver", "DIDResolver"]


class DIDResolver(ABC):
    """Finds DID documents."""

    @abstractmethod
    async def resolve(self, did: str) -> DIDDoc | None:
        """Return the document of the DID, or None."""


class ChainedDIDResolver(DIDResolver):
    """Calls one resolver after the other; see `pydidcomm.PrefixResolver`.

    Args:
        did_resolvers: The resolvers, in the order of calls.
    """

    def __init__(self, did_resolvers: Sequence[DIDResolver]) -> None:
        self._did_resolvers = did_resolvers

    async def resolve(self, did: str) -> DIDDoc | None:
        """Return the first document that a resolver finds."""
        for resolver in self._did_resolvers:
            document = await resolver.resolve(did)
            if document is not None:
                return document
        return None
