"""Prepare the context of the core: the resolvers that it calls directly, and options of the party."""

from typing import TypeGuard

from pydidcomm._core import Context, InMemorySecrets, LocalResolver
from pydidcomm.resolvers import DIDResolver, PrefixResolver, SecretsResolver

__all__ = ["local_resolver", "prepare_context"]


def prepare_context(
    secrets: SecretsResolver,
    resolver: DIDResolver,
    *,
    takes_options: bool,
    remember_peers: bool,
    max_document_entries: int | None,
) -> Context:
    """Prepare the context; Python calls subclasses of built-in resolvers, since they may override methods."""
    local, prefixes, exceptions = local_resolver(resolver)
    by_prefix = resolver.taking_options() if _routes(resolver) else [("", True)]
    return Context(
        secrets=secrets if type(secrets) is InMemorySecrets else None,
        resolver=local,
        prefixes=prefixes,
        exceptions=exceptions,
        taking_options=by_prefix if takes_options else [],
        remember_peers=remember_peers,
        max_document_entries=max_document_entries,
    )


def local_resolver(resolver: DIDResolver) -> tuple[LocalResolver | None, list[str], list[str]]:
    """Return the resolver that the core calls, its DID prefixes, and longer prefixes of other resolvers."""
    if type(resolver) is LocalResolver:
        return resolver, ["did:"], []
    return resolver.local() if _routes(resolver) else (None, [], [])


def _routes(resolver: object) -> TypeGuard[PrefixResolver]:
    return type(resolver) is PrefixResolver
