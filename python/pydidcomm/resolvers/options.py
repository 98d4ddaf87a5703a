"""Options of a resolution."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeGuard, runtime_checkable

from pydidcomm._core import LocalResolver
from pydidcomm.resolvers._answers import DIDResolver, DocumentAnswer

__all__ = ["DIDResolverWithOptions", "ResolveOptions"]


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class ResolveOptions:
    """Options of a resolution.

    Attributes:
        fresh: Whether the document must not come from a cache. It is set if a key is missing from the
            document or does not fit, at most once per DID and message, because the key may have been rotated.
        version_time: The time for which the document is resolved, in seconds since the epoch; None for now.
            It is set to the time in a rotation message whose former DID is deactivated now. A resolver
            without old versions answers as for None.
        unproved: Whether the DID comes from a message without a proved sender, which any party can send. A
            resolver may limit such requests, and cache their answers apart from others.
    """

    fresh: bool = False
    version_time: int | None = None
    unproved: bool = False


NO_OPTIONS = ResolveOptions()
"""The default options, for instance for a DID that the program passes."""


@runtime_checkable
class DIDResolverWithOptions(DIDResolver, Protocol):
    """Finds DID documents, and takes `ResolveOptions`.

    A resolver takes options if it inherits from this class, or if its parameter `options` is annotated with
    `ResolveOptions`, has one as default, or has no default. This is checked once, when the party is created.

    Example:
        >>> from pydidcomm import DIDResolverWithOptions, ResolveOptions
        >>> class Cache(DIDResolverWithOptions):
        ...     def __init__(self, resolver):
        ...         self.resolver, self.documents = resolver, {}
        ...     async def resolve(self, did, /, options=ResolveOptions()):
        ...         if options.fresh or did not in self.documents:
        ...             self.documents[did] = await self.resolver.resolve(did)
        ...         return self.documents[did]
    """

    def resolve(
        self, did: str, /, options: ResolveOptions = NO_OPTIONS
    ) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The document of the DID, as `DIDResolver.resolve` returns it.

        Args:
            did: The DID, without a path, query or fragment.
            options: The options.
        """
        ...


def with_options(resolver: DIDResolver) -> DIDResolverWithOptions | None:
    """The resolver if it takes options, else None."""
    return resolver if _takes_options(resolver) else None


Ask: TypeAlias = Callable[[str, ResolveOptions], DocumentAnswer | Awaitable[DocumentAnswer]]
"""Resolves a DID with options."""


def bind_resolver(resolver: DIDResolver) -> Ask:
    """A function that calls the resolver, with the options if it takes them."""
    taking = with_options(resolver)

    def ask(did: str, options: ResolveOptions) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        return resolver.resolve(did) if taking is None else taking.resolve(did, options=options)

    return ask


def resolve_with(
    resolver: DIDResolver, did: str, options: ResolveOptions
) -> DocumentAnswer | Awaitable[DocumentAnswer]:
    """Call the resolver, with the options if it takes them."""
    return bind_resolver(resolver)(did, options)


def _takes_options(resolver: DIDResolver) -> TypeGuard[DIDResolverWithOptions]:
    if DIDResolverWithOptions in type(resolver).__mro__:
        return True
    # parsing the signature of its compiled method would take longer than to resolve
    if type(resolver) is LocalResolver:
        return False
    from inspect import Parameter, signature  # noqa: PLC0415, not needed for a `LocalResolver`

    try:
        options = signature(resolver.resolve).parameters.get("options")
    except (TypeError, ValueError):
        # a callable without a signature
        return False
    # a parameter of that name may be meant for another library
    return options is not None and (
        options.default is Parameter.empty
        or isinstance(options.default, ResolveOptions)
        or ResolveOptions.__name__ in str(options.annotation)
    )
