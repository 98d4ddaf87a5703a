"""Route messages to handlers by message type; a package can ship its handlers as a router.

Example:
    >>> from pydidcomm.agent.router import Router
    >>> from pydidcomm.protocols.basic_message import Text
    >>> router = Router()
    >>> @router.on
    ... def hear(text: Text) -> Text:
    ...     return Text(content=f"you said {text.content}")
    >>> router.find("https://didcomm.org/basicmessage/2.0/message").handler is hear
    True
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction, signature
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints, overload

from pydidcomm import Message
from pydidcomm.agent.context import Context
from pydidcomm.protocols import Body, Received, Trust, agree
from pydidcomm.protocols.versions import parts_of, same_name
from pydidcomm.stores import Relationship

__all__ = ["Middleware", "Route", "Router"]

Answer = Body | Message | None
Handler = TypeVar("Handler", bound=Callable[..., Answer | Awaitable[Answer]])

Middleware = Callable[[Context, Callable[[], Awaitable[None]]], Awaitable[None]]
"""Wraps each handler: `async def middleware(ctx, call_next)`, which awaits `call_next()`."""

_ARGUMENTS: Final = (Context, Relationship, Received)
"""Types that a handler gets by annotation, in addition to its message."""

_NO_ANSWERS: Final = (str, bytes, bool, int, float, dict, list, tuple)
"""Return annotations that `on` rejects, as the first message would otherwise fail and be parked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A handler, and the messages that it receives.

    Attributes:
        uri: The message type URI, or a protocol identifier URI for all messages of a protocol.
        handler: The function.
        message: The name of its argument for the message.
        body: The typed message of that argument; None for a `Message`.
        trust: The level of authentication that the sender must have.
        arguments: The names of its other arguments, each with its type.
        needs_relationship: Whether it receives only messages of a relationship.
    """

    uri: str
    handler: Callable[..., object]
    message: str
    body: type[Body] | None
    trust: Trust
    arguments: tuple[tuple[str, type[object]], ...] = ()
    needs_relationship: bool = False

    @property
    def is_async(self) -> bool:
        """Whether the handler is a coroutine function."""
        return iscoroutinefunction(self.handler)


class Router:
    """Handlers by message type, and the middleware around them."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int, str], list[Route]] = {}
        self._middleware: list[Middleware] = []

    @property
    def middleware(self) -> tuple[Middleware, ...]:
        """The middleware, outermost first."""
        return tuple(self._middleware)

    @overload
    def on(self, handler: Handler, /) -> Handler: ...
    @overload
    def on(
        self, uri: str | None = None, /, *, trust: Trust = Trust.AUTHENTICATED
    ) -> Callable[[Handler], Handler]: ...
    def on(
        self, uri: str | Handler | None = None, /, *, trust: Trust = Trust.AUTHENTICATED
    ) -> Handler | Callable[[Handler], Handler]:
        """Register a handler, as `@router.on` or `@router.on(trust=Trust.SIGNED)`.

        The annotation of one argument selects the message types: a subclass of `Body`, a union of several, or
        `Message` with `uri`. Other arguments must be annotated with `Context`, `Relationship` or `Received`;
        `Relationship` without `| None` restricts the handler to messages of a relationship. The handler
        returns its answer, a typed message or a `Message`, or None, and raises `Problem` to send a problem
        report. A function that is not a coroutine function runs in a thread, which `Limits.handler_seconds`
        does not stop. After any other exception or `sys.exit()` the handler is called again, up to
        `Limits.attempts` times; then the message is parked. Each failure is logged by `pydidcomm.agent`, and
        printed to stderr if logging is not configured.

        Args:
            uri: For a handler of `Message`: a message type URI, or a protocol identifier URI for all messages
                of a protocol.
            trust: The level of authentication that the sender must have. With `Trust.ANONYMOUS` the handler
                must check `Context.sender`, which can be None.

        Raises:
            TypeError: An argument has no supported annotation, not exactly one argument is for the message,
                or the return annotation is not a message.
            ValueError: The message type has a handler already, or `uri` is not a message type URI or protocol
                identifier URI.
        """
        if callable(uri):
            self._add(uri, None, trust)
            return uri

        def register(handler: Handler) -> Handler:
            self._add(handler, uri, trust)
            return handler

        return register

    def around(self, middleware: Middleware) -> Middleware:
        """Register middleware; it runs inside of middleware that was registered earlier.

        Args:
            middleware: `async def middleware(ctx, call_next)`, which awaits `call_next()` at most once.
        """
        self._middleware.append(middleware)
        return middleware

    def include(self, router: "Router") -> None:
        """Add the current handlers and middleware of another router.

        Args:
            router: The router, for instance of a package.

        Raises:
            ValueError: Both routers have a handler for the same message type.
        """
        for routes in router._routes.values():  # noqa: SLF001, of the same class
            for route in routes:
                self._insert(route)
        self._middleware += router.middleware

    @property
    def piuris(self) -> frozenset[str]:
        """The protocol identifier URIs of the message types that have a handler."""
        return frozenset(
            route.uri.rpartition("/")[0] if name else route.uri
            for (_, _, name), routes in self._routes.items()
            for route in routes
        )

    def find(self, type: str) -> Route | None:  # noqa: A002, the header's name
        """Return the handler of a message type in the same major version, or None.

        Args:
            type: The message type URI.
        """
        parts = parts_of(type)
        if parts is None:
            return None
        for name in (same_name(parts.name), ""):
            for route in self._routes.get((same_name(parts.protocol), parts.major, name), ()):
                piuri = route.uri.rpartition("/")[0] if name else route.uri
                if agree(piuri, parts.piuri):
                    return route
        return None

    def _add(self, handler: Callable[..., object], uri: str | None, trust: Trust) -> None:
        for route in _routes_of(handler, uri, trust):
            self._insert(route)

    def _insert(self, route: Route) -> None:
        key = _key(route.uri)
        others = self._routes.setdefault(key, [])
        place = _place(route.uri)
        if any(_place(other.uri) == place for other in others):
            problem = f"{route.uri} has a handler already: remove one of the two"
            raise ValueError(problem)
        others.append(route)


def _key(uri: str) -> tuple[str, int, str]:
    for whole, named in ((uri, True), (f"{uri}/x", False)):
        parts = parts_of(whole)
        if parts is not None:
            return same_name(parts.protocol), parts.major, same_name(parts.name) if named else ""
    problem = f"`uri` must be a message type URI or a protocol identifier URI, got {uri!r}"
    raise ValueError(problem)


def _routes_of(handler: Callable[..., object], uri: str | None, trust: Trust) -> list[Route]:
    name: str = getattr(handler, "__qualname__", repr(handler))
    hints = get_type_hints(handler)
    taken: list[tuple[str, Any]] = []
    arguments: list[tuple[str, type[object]]] = []
    needs_relationship = False
    for argument in signature(handler).parameters:
        members = _members(hints.get(argument))
        kinds = [kind for kind in members if kind is not NoneType]
        if kinds and all(kind is Message or _is_body(kind) for kind in kinds):
            taken += [(argument, kind) for kind in kinds]
        elif len(kinds) == 1 and kinds[0] in _ARGUMENTS:
            arguments.append((argument, kinds[0]))
            needs_relationship |= kinds[0] is Relationship and NoneType not in members
        else:
            kinds_of = "a typed message, Message, Context, Relationship or Received"
            problem = f"`{name}`: argument `{argument}` must be annotated with {kinds_of}"
            raise TypeError(problem)
    if len({argument for argument, _ in taken}) != 1:
        problem = f"`{name}` must have one argument annotated with a subclass of Body or with Message"
        raise TypeError(problem)
    for member in _members(hints.get("return")):
        kind = get_origin(member) or member
        if kind in _NO_ANSWERS:
            problem = f"`{name}` must return a typed message, a Message or None, not {kind.__name__}"
            raise TypeError(problem)
    return [
        Route(
            uri=_uri_of(kind, uri, name),
            handler=handler,
            message=argument,
            body=None if kind is Message else kind,
            trust=trust,
            arguments=tuple(arguments),
            needs_relationship=needs_relationship,
        )
        for argument, kind in taken
    ]


def _uri_of(kind: type[Body] | type[Message], uri: str | None, name: str) -> str:
    if uri is not None:
        return uri
    if issubclass(kind, Body):
        return kind.type
    problem = f"`{name}` takes any message: name its type, as in @on('https://example.org/sale/1.0/offer')"
    raise TypeError(problem)


def _place(uri: str) -> str:
    """Return the doc URI, which precedes the protocol name: two communities may use one name."""
    piuri = uri.rpartition("/")[0] if _key(uri)[2] else uri
    return piuri.rpartition("/")[0].rpartition("/")[0]


def _members(hint: object) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _is_body(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Body)
