"""The base of a party: its secrets and its resolver."""

from typing import Any

from pydidcomm import _core
from pydidcomm._core import DIDDocument
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm.config import ResolversConfig
from pydidcomm.resolvers import DIDResolver, ResolveOptions, SecretsResolver
from pydidcomm.resolvers.options import NO_OPTIONS

__all__ = ["Party"]


class Party:
    """A party with its resolvers."""

    resolvers_config: ResolversConfig

    @property
    def secrets(self) -> SecretsResolver:
        """The secrets resolver of the party."""
        return self.resolvers_config.secrets_resolver

    @property
    def resolver(self) -> DIDResolver:
        """The DID resolver of the party."""
        return self.resolvers_config.did_resolver

    async def resolve(self, did: str, *, options: ResolveOptions = NO_OPTIONS) -> DIDDocument:
        """Resolve a DID to its document.

        Args:
            did: The DID.
            options: The options for the resolver, for instance `ResolveOptions(fresh=True)`; a resolver
                without options is called without them.

        Raises:
            DidNotFoundError: The resolver does not find the DID.
            DidDeactivatedError: The DID is deactivated.
            MalformedDocumentError: The document breaks its specification, or its `id` is another DID.
        """
        config = self.resolvers_config
        taking = config.resolver_with_options
        document: Any = self.resolver.resolve(did) if taking is None else taking.resolve(did, options=options)
        if is_awaitable(document):
            document = await document
        return _core.document_of(did, document, config.max_document_entries)
