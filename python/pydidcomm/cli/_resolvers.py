"""The resolvers of the command line: local DID methods, and did:web and did:webvh on demand."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, Final

from pydidcomm import LocalResolver, PrefixResolver
from pydidcomm.resolvers import DIDResolver

__all__ = ["allowed_networks", "local_and", "network"]


_PRIVATE: Final = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
)
"""The networks that `--allow-private` adds: loopback and private, RFC 1918 and RFC 4193."""


def allowed_networks(*, allow_private: bool) -> tuple[str, ...]:
    """Return the networks that are not public and may be connected to."""
    return _PRIVATE if allow_private else ()


class _OnDemand(DIDResolver):
    """A resolver that is imported and created at its first use."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, that of the resolver
        if self._made is None:
            self._made = self._make()
        return await self._made.resolve(did)

    async def aclose(self) -> None:
        if self._made is not None:
            await self._made.aclose()


def network(*, allow_private: bool, serving: bool = False) -> dict[str, DIDResolver]:
    """Return the resolvers that need the network, by prefix.

    Args:
        allow_private: Whether to fetch documents from hosts that are not public.
        serving: Whether to leave out methods whose extra is not installed: for a server such a DID is not
            found, while for a command the error names the extra.
    """
    allow = allowed_networks(allow_private=allow_private)

    def web() -> Any:  # noqa: ANN401
        from pydidcomm.resolvers.web import WebResolver  # noqa: PLC0415, the extra `http`

        return WebResolver(allow=allow)

    def webvh() -> Any:  # noqa: ANN401
        from pydidcomm.resolvers.webvh import WebvhResolver  # noqa: PLC0415, the extra `webvh`

        return WebvhResolver(allow=allow)

    found: dict[str, DIDResolver] = {"did:web:": _OnDemand(web)}
    if not serving or find_spec("did_webvh") is not None:
        found["did:webvh:"] = _OnDemand(webvh)
    return found


def local_and(others: Mapping[str, DIDResolver]) -> PrefixResolver:
    """Return a resolver for local methods and others, without the documents of a wallet."""
    return PrefixResolver({"did:": LocalResolver(), **others})
