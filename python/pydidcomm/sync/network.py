"""Network resolvers and transports for programs without an event loop. Extra: `http`.

They run in an event loop of their own, in a thread that ends with the process.
"""

import os
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any, Self, TypedDict, TypeVar, Unpack, cast

from pydidcomm._core import Packed
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm._driver.loop_thread import LoopThread
from pydidcomm.resolvers._answers import DIDResolver, DocumentAnswer
from pydidcomm.resolvers._composite import iterate_nested
from pydidcomm.resolvers.options import NO_OPTIONS, ResolveOptions, resolve_with
from pydidcomm.transports import http

__all__ = ["BlockingResolver", "HttpTransport"]

Result = TypeVar("Result")

_LOOP = LoopThread()
"""The event loop of all connections of this process."""

with suppress(AttributeError):
    os.register_at_fork(after_in_child=_LOOP.forget)


class BlockingResolver:
    """A resolver with plain methods in front of one with coroutine functions, for `pydidcomm.sync`.

    Args:
        resolver: A network resolver, or a `CachingResolver` or `FallbackResolver` in front of some.

    Example:
        >>> from pydidcomm import PrefixResolver, LocalResolver
        >>> from pydidcomm.resolvers.caching import CachingResolver
        >>> from pydidcomm.resolvers.web import WebResolver
        >>> from pydidcomm.sync import DIDCommMessaging
        >>> from pydidcomm.sync.network import BlockingResolver
        >>> web = BlockingResolver(CachingResolver(WebResolver()))
        >>> resolver = PrefixResolver({"did:web:": web, "did:": LocalResolver()})
        >>> with DIDCommMessaging(resolver=resolver) as party:
        ...     did = party.create_peer_did()
    """

    def __init__(self, resolver: DIDResolver) -> None:
        self._resolver = resolver

    def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> DocumentAnswer:
        """The answer of the resolver, once it has come.

        Args:
            did: The DID.
            options: Passed on to a resolver that takes them.

        Raises:
            Exception: What the resolver raises.
        """
        return _result(self._asked(did, options))

    async def _asked(self, did: str, options: ResolveOptions) -> DocumentAnswer:
        answer = resolve_with(self._resolver, did, options)
        if is_awaitable(answer):
            return await cast("Awaitable[DocumentAnswer]", answer)
        return cast("DocumentAnswer", answer)

    def close(self) -> None:
        """Close the resolver and those behind it, each that has a method `aclose`.

        Raises:
            Exception: What an `aclose` raises.
        """
        for one in iterate_nested(self._resolver):
            if hasattr(one, "aclose"):
                _result(cast("Any", one).aclose())


class Options(TypedDict, total=False):
    """The options of `pydidcomm.transports.http.HttpTransport`."""

    allow: Any
    ca: Any
    timeout: float
    rounds: int
    pause: float
    max_answer: int
    lookup: Any


class HttpTransport:
    """Sends messages over HTTPS and WebSocket; see `pydidcomm.transports.http.HttpTransport`.

    Args:
        **options: The options of that class.

    Raises:
        ValueError: A limit is not positive, or `allow` lists something that is not a network.

    Example:
        >>> from pydidcomm.sync.network import HttpTransport
        >>> with HttpTransport(timeout=10) as transport:
        ...     print("transport.send(packed) returns what the endpoint answered")
        transport.send(packed) returns what the endpoint answered
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        self._transport = http.HttpTransport(**options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        _result(self._transport.aclose())

    def send(
        self,
        packed: Packed | http.Sendable,
        *,
        uri: str | None = None,
        return_route: bool = False,
        progress: http.Progress | None = None,
    ) -> http.Sent:
        """Send a message to the first endpoint that takes it.

        Args:
            packed: What `pack` returned, whose `deliveries` are tried in order.
            uri: One endpoint to send to in place of those; needed where `packed` names none.
            return_route: Whether an answer is read, for a message that asks for one by
                `custom_headers={"return_route": "all"}`.
            progress: Called in another thread with the bytes that were written and all bytes.

        Raises:
            DeliveryError: No endpoint took the message.
            EndpointNotFoundError: The recipient has no endpoint for HTTP or WebSocket.
            ValueError: `packed` names no endpoints, and there is no `uri`.
        """
        sending = self._transport.send(packed, uri=uri, return_route=return_route, progress=progress)
        return _result(sending)


def _result(work: Coroutine[Any, Any, Result]) -> Result:
    return _LOOP.submit(work).result()
