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
        fresh: Whether the document must not come from a cache. It is set when a key is missing from the
            document or does not fit, at most once for each DID and message: the key may have been rotated.
        version_time: The time at which the document was valid, in seconds since the epoch; None for now. It
            is set when a peer announces that it has left a DID that is deactivated by now, and is the time
            that the announcement names. A resolver that does not find old versions answers as for None.
        unproved: Whether a message names the DID whose sender is not proved: anyone can send such messages.
            A resolver may limit how many of these it fetches, and cache them apart from others.
    """

    fresh: bool = False
    version_time: int | None = None
    unproved: bool = False


NO_OPTIONS = ResolveOptions()
"""The options of a DID that the program itself names."""


@runtime_checkable
class DIDResolverWithOptions(DIDResolver, Protocol):
    """Finds DID documents, and takes `ResolveOptions`.

    A resolver takes options if it inherits from this class, or if its parameter `options` is annotated with
    `ResolveOptions` or has no default. This is looked up once, when the party is made.

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
            options: What to take into account.
        """
        ...


def with_options(resolver: DIDResolver) -> DIDResolverWithOptions | None:
    """The resolver if it takes options; None if it does not."""
    return resolver if _takes_options(resolver) else None


Ask: TypeAlias = Callable[[str, ResolveOptions], DocumentAnswer | Awaitable[DocumentAnswer]]
"""Asks a resolver for a DID."""


def asking(resolver: DIDResolver) -> Ask:
    """A function that asks the resolver, and gives it the options if it takes some."""
    taking = with_options(resolver)

    def ask(did: str, options: ResolveOptions) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        return resolver.resolve(did) if taking is None else taking.resolve(did, options=options)

    return ask


def resolve_with(
    resolver: DIDResolver, did: str, options: ResolveOptions
) -> DocumentAnswer | Awaitable[DocumentAnswer]:
    """The answer of the resolver, which is given the options if it takes some."""
    return asking(resolver)(did, options)


def _takes_options(resolver: DIDResolver) -> TypeGuard[DIDResolverWithOptions]:
    if DIDResolverWithOptions in type(resolver).__mro__:
        return True
    # the usual one: to parse the signature of a function in C takes longer than to resolve
    if type(resolver) is LocalResolver:
        return False
    from inspect import Parameter, signature  # noqa: PLC0415, most programs have the usual one

    try:
        options = signature(resolver.resolve).parameters.get("options")
    except (TypeError, ValueError):
        # a callable without a signature
        return False
    # a parameter of that name may be of another library
    return options is not None and (
        options.default is Parameter.empty
        or isinstance(options.default, ResolveOptions)
        or ResolveOptions.__name__ in str(options.annotation)
    )
