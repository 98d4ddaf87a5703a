"""A resolver of documents in memory."""

from collections.abc import Sequence

from pydidcomm.compat.didcomm.did_doc.did_doc import DIDDoc
from pydidcomm.compat.didcomm.did_doc.did_resolver import DIDResolver

__all__ = ["DIDResolverInMemory"]


class DIDResolverInMemory(DIDResolver):
    """Finds these documents.

    Args:
        did_docs: The documents.
    """

    def __init__(self, did_docs: Sequence[DIDDoc]) -> None:
        self._did_docs = {document.id: document for document in did_docs}

    async def resolve(self, did: str) -> DIDDoc | None:
        """Return the document of the DID, or None."""
        return next((document for known, document in self._did_docs.items() if known == did), None)
