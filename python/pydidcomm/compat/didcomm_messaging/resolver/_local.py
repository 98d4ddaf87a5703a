"""Resolvers of DIDs that contain their document; they call `pydidcomm.LocalResolver`."""

from typing import Any, ClassVar

from pydidcomm._core import DIDDocument, LocalResolver
from pydidcomm.compat.didcomm_messaging._steps import translate_errors
from pydidcomm.compat.didcomm_messaging.resolver import DIDResolutionError, DIDResolver
from pydidcomm.errors import DIDCommError

__all__ = ["LocalMethod"]


class LocalMethod(DIDResolver):
    """Resolves the DIDs of one method without a network."""

    prefix: ClassVar[str]
    error: ClassVar[type[Exception]] = DIDResolutionError
    local: ClassVar[LocalResolver] = LocalResolver()

    async def is_resolvable(self, did: str) -> bool:
        """Return whether it is a DID of the method, and resolves."""
        try:
            return self._document(did) is not None
        except DIDCommError:
            return False

    async def resolve(self, did: str) -> dict[str, Any]:
        """Return the document of the DID."""
        with translate_errors(self.error):
            document = self._document(did)
        if document is None:
            message = f"Invalid {self.prefix}: {did}"
            raise self.error(message)
        return document.as_dict()

    def _document(self, did: str) -> DIDDocument | None:
        document = self.local.resolve(did) if did.startswith(self.prefix) else None
        # a DID URL is not a DID
        return document if document is not None and document.id == did else None
