"""The base of resolvers that call other resolvers."""

from pydidcomm._core import LocalResolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from pydidcomm.resolvers import DIDResolver

__all__ = ["CompositeResolver", "find_long_form_writer", "iterate_nested", "memory_of"]


class CompositeResolver:
    """A resolver in front of others; a party closes them, and looks for its `LocalResolver` among them."""

    def resolvers(self) -> "list[DIDResolver]":
        """The resolvers behind this one."""
        raise NotImplementedError


def iterate_nested(resolver: "DIDResolver") -> "Iterator[DIDResolver]":
    """The resolvers behind a resolver, and then the resolver itself."""
    if isinstance(resolver, CompositeResolver):
        for one in resolver.resolvers():
            yield from iterate_nested(one)
    yield resolver


def memory_of(resolver: "DIDResolver") -> LocalResolver | None:
    """The first `LocalResolver`, which stores contacts and own DIDs; None if there is none."""
    # called for each message; most parties have a `LocalResolver` alone
    if isinstance(resolver, LocalResolver):
        return resolver
    return next((one for one in iterate_nested(resolver) if isinstance(one, LocalResolver)), None)


def find_long_form_writer(resolver: "DIDResolver") -> "Callable[[], Awaitable[None] | None] | None":
    """Return the method that writes new long forms to a store of secrets; None without such a store."""
    for one in iterate_nested(resolver):
        writer: Callable[[], Awaitable[None] | None] | None = getattr(one, "store_long_forms", None)
        if writer is not None:
            return writer
    return None
