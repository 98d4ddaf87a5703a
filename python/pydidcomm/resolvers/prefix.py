"""Choose a resolver by the prefix of a DID."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeGuard

from pydidcomm._checks import check_mapping, kind_of
from pydidcomm._core import LocalResolver
from pydidcomm._shown import describe
from pydidcomm.resolvers._answers import DIDResolver, DocumentAnswer
from pydidcomm.resolvers._composite import CompositeResolver, memory_of
from pydidcomm.resolvers.options import NO_OPTIONS, ResolveOptions, with_options

__all__ = ["PrefixResolver"]


class PrefixResolver(CompositeResolver):
    """Routes each DID to a resolver by its prefix; the longest matching prefix wins.

    `ResolveOptions` are passed on to each resolver that takes them.

    Args:
        resolvers: Resolvers by prefix, for instance `{"did:web:": MyWeb(), "did:": LocalResolver()}`.

    Raises:
        TypeError: `resolvers` is not a dict of objects with the method `resolve`.
        ValueError: A prefix is not the beginning of a DID.

    Example:
        >>> from pydidcomm import LocalResolver, PrefixResolver
        >>> resolver = PrefixResolver({"did:key:": LocalResolver()})
        >>> resolver.resolve("did:web:example.com") is None
        True
    """

    def __init__(self, resolvers: Mapping[str, DIDResolver]) -> None:
        check_mapping("resolvers", resolvers)
        for prefix, one in resolvers.items():
            if not hasattr(one, "resolve"):
                reason = (
                    "`resolvers` must contain objects with the method resolve, got "
                    f"{kind_of(one)} for {describe(prefix, [prefix])}"
                )
                raise TypeError(reason)
            # any other prefix would silently match no DID
            if not (prefix.startswith("did:") or "did:".startswith(prefix)):
                reason = f"`resolvers` must have prefixes of DIDs, got {prefix!r:.40}: write 'did:web:'"
                raise ValueError(reason)
        self._routes = sorted(resolvers.items(), key=lambda route: len(route[0]), reverse=True)
        self._with_options = {prefix: with_options(one) for prefix, one in self._routes}
        self._local = _find_local(self._routes)

    def resolve(
        self, did: str, /, options: ResolveOptions = NO_OPTIONS
    ) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The answer of the resolver with the longest matching prefix; None if no prefix matches.

        Args:
            did: The DID.
            options: The options, passed on if the resolver takes them.
        """
        for prefix, resolver in self._routes:
            if did.startswith(prefix):
                taking = self._with_options[prefix]
                return resolver.resolve(did) if taking is None else taking.resolve(did, options=options)
        return None

    def resolvers(self) -> list[DIDResolver]:
        """The resolvers behind the prefixes."""
        return [resolver for _, resolver in self._routes]

    def taking_options(self) -> list[tuple[str, bool]]:
        """Each prefix, the longest first, and whether its resolver takes options."""
        return [(prefix, one is not None) for prefix, one in self._with_options.items()]

    def local(self) -> tuple[LocalResolver | None, list[str], list[str]]:
        """The first `LocalResolver`, its prefixes, and longer prefixes below these of other resolvers."""
        return self._local

    def memory(self) -> LocalResolver | None:
        """The first `LocalResolver`, also of a subclass, which stores contacts and own DIDs."""
        return memory_of(self)


def _find_local(
    routes: Sequence[tuple[str, DIDResolver]],
) -> tuple[LocalResolver | None, list[str], list[str]]:
    found = next((resolver for _, resolver in routes if _is_local(resolver)), None)
    own = [prefix for prefix, resolver in routes if resolver is found]
    others = [prefix for prefix, resolver in routes if resolver is not found]
    return found, own, [other for other in others if other.startswith(tuple(own))]


def _is_local(resolver: object) -> TypeGuard[LocalResolver]:
    # a subclass may override `resolve`
    return type(resolver) is LocalResolver
