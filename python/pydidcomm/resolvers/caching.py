"""Cache the answers of a resolver, with limits on time and size, and one request at a time for each DID."""

import inspect
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from threading import Lock
from typing import Any, Final, Protocol, cast, runtime_checkable

from pydidcomm._checks import check_positive, check_resolver, check_seconds
from pydidcomm._core import DIDDocument, Resolved
from pydidcomm._driver.event_loop import is_awaitable, loop_token, running_loop
from pydidcomm._driver.questions import copy_error
from pydidcomm.resolvers._answers import DIDResolver, DocumentAnswer
from pydidcomm.resolvers._composite import CompositeResolver
from pydidcomm.resolvers.options import NO_OPTIONS, ResolveOptions, with_options

__all__ = ["CachingResolver", "TimedResolver"]

MOST_BYTES: Final = 64 * 1024 * 1024
"""The size of 10,000 documents of 6 KiB, three times that of a common one."""

LONGEST_LIFE: Final = 86_400.0
"""The longest lifetime that an answer can have of its own, in seconds: a revoked key is not used longer."""


@runtime_checkable
class TimedResolver(Protocol):
    """A resolver whose answers have a lifetime, such as `WebResolver`, `WebvhResolver`, `UniversalResolver`.

    Example:
        >>> from pydidcomm.resolvers.caching import TimedResolver
        >>> class FiveMinutes:
        ...     async def resolve_for(self, did):
        ...         return {"id": did}, 300
        >>> isinstance(FiveMinutes(), TimedResolver)
        True
    """

    def resolve_for(self, did: str, /) -> Awaitable[tuple[DocumentAnswer, float | None]]:
        """The document of the DID, and its lifetime in seconds; None for a lifetime that is not known.

        Args:
            did: The DID, without a path, query or fragment.
        """
        ...


class CachingResolver(CompositeResolver):
    """Caches the answers of a resolver.

    Concurrent calls for one DID share one request; if one of them is cancelled, the others still get the
    answer. It works on asyncio, on trio, and in `pydidcomm.sync` around a resolver with plain methods.

    Args:
        resolver: The resolver to cache. The answers of a `TimedResolver` have their own lifetime.
        seconds: The lifetime in seconds of a document without a lifetime of its own.
        unknown_seconds: The lifetime in seconds of the answer that a DID does not exist.
        failure_seconds: The lifetime in seconds of a failure, which is raised again until then.
        fresh_seconds: The greatest age in seconds of an answer to a request for a fresh one
            (`ResolveOptions.fresh`), which limits the requests that forged messages can cause.
        capacity: The maximum number of DIDs; the least recently used one is evicted.
        max_bytes: The maximum size of all documents together, in bytes of JSON.
        clock: Returns seconds that never go back; `time.monotonic` by default.

    Raises:
        TypeError: `resolver` is not a resolver, or a number has another type.
        ValueError: A number is negative, or `capacity` or `max_bytes` is zero.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDDocument
        >>> from pydidcomm.resolvers.caching import CachingResolver
        >>> class Registry:
        ...     requests = 0
        ...     async def resolve(self, did):
        ...         self.requests += 1
        ...         return {"id": did}
        >>> async def main():
        ...     resolver = CachingResolver(registry := Registry(), seconds=60)
        ...     await resolver.resolve("did:example:bob")
        ...     return resolver.resolve("did:example:bob"), registry.requests
        >>> asyncio.run(main())
        (DIDDocument(id='did:example:bob'), 1)
    """

    def __init__(  # noqa: PLR0913, all but the first are named
        self,
        resolver: DIDResolver,
        *,
        seconds: float = 300.0,
        unknown_seconds: float = 30.0,
        failure_seconds: float = 5.0,
        fresh_seconds: float = 2.0,
        capacity: int = 10_000,
        max_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_resolver("resolver", resolver)
        check_seconds("seconds", seconds)
        check_seconds("unknown_seconds", unknown_seconds)
        check_seconds("failure_seconds", failure_seconds)
        check_seconds("fresh_seconds", fresh_seconds)
        check_positive("capacity", capacity, whole=True)
        check_positive("max_bytes", max_bytes, whole=True)
        self._resolver = resolver
        self._timed = resolver.resolve_for if isinstance(resolver, TimedResolver) else None
        self._taking_options = with_options(resolver)
        self._coroutines = inspect.iscoroutinefunction(self._timed or resolver.resolve)
        self._fresh_seconds = fresh_seconds
        self._lives = (seconds, unknown_seconds, failure_seconds)
        self._clock = clock
        self._entries = _Entries(capacity, max_bytes)
        # requests under way, per event loop, because their events belong to one
        self._flights: dict[tuple[object, str], _Flight] = {}

    def resolve(
        self, did: str, /, options: ResolveOptions = NO_OPTIONS
    ) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The cached answer, or a new one of the resolver, which is an awaitable if the resolver's is.

        Args:
            did: The DID.
            options: With `fresh`, an answer older than `fresh_seconds` is not used. An answer for `unproved`
                is evicted first. An answer for a `version_time` is not cached, if the resolver takes options.

        Raises:
            Exception: The exception of the resolver, raised now or within the last `failure_seconds`.
        """
        if options.version_time is not None and self._taking_options is not None:
            return self._taking_options.resolve(did, options=options)
        entry = self._find_entry(did, options)
        if entry is not None:
            return entry.answer()
        if self._coroutines:
            return self._share(did, options, None)
        loop = loop_token()
        if loop is not None and (loop, did) in self._flights:
            return self._share(did, options, None)
        try:
            answer = self._ask(did, options)
        except Exception as error:
            self._keep(did, _Entry(failure=_copy_error(error)), options)
            raise
        if is_awaitable(answer):
            return self._share(did, options, answer)
        return self._keep(did, _entry(answer), options).answer()

    def _find_entry(self, did: str, options: ResolveOptions) -> "_Entry | None":
        now = self._clock()
        entry = self._entries.get(did, now, used=not options.unproved)
        if entry is not None and options.fresh and now - entry.since > self._fresh_seconds:
            return None
        return entry

    def _ask(self, did: str, options: ResolveOptions) -> Any:  # noqa: ANN401, what a resolver answers
        if self._timed is not None:
            return self._timed(did)
        if self._taking_options is not None:
            return self._taking_options.resolve(did, options=options)
        return self._resolver.resolve(did)

    def invalidate(self, did: str, /) -> bool:
        """Remove the answer for a DID; the answer to a request that is under way is not cached either.

        Args:
            did: The DID.

        Returns:
            Whether an answer was cached.

        Example:
            >>> from pydidcomm import LocalResolver
            >>> from pydidcomm.resolvers.caching import CachingResolver
            >>> resolver = CachingResolver(LocalResolver())
            >>> did = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
            >>> resolver.resolve(did) is None, resolver.invalidate(did), resolver.invalidate(did)
            (False, True, False)
        """
        for key in [key for key in self._flights if key[1] == did]:
            flight = self._flights.pop(key, None)
            if flight is not None:
                flight.outdated = True
        return self._entries.remove(did)

    def resolvers(self) -> list[DIDResolver]:
        """The resolver behind the cache."""
        return [self._resolver]

    def __len__(self) -> int:
        return len(self._entries)

    async def _share(self, did: str, options: ResolveOptions, begun: Any) -> DocumentAnswer:  # noqa: ANN401
        """The answer to a request that all callers of this event loop share.

        The first caller makes the request; if it is cancelled, the next caller makes another one.
        """
        loop = loop_token()
        try:
            while True:
                entry = self._find_entry(did, options)
                if entry is not None:
                    return entry.answer()
                flight = self._flights.get((loop, did))
                if flight is None or flight.ended is None:
                    request, begun = begun, None
                    return await self._lead(loop, did, options, request)
                await flight.ended.wait()
                if flight.entry is not None:
                    return flight.entry.answer()
        finally:
            # another caller was faster
            if begun is not None and hasattr(begun, "close"):
                begun.close()

    async def _lead(self, loop: object, did: str, options: ResolveOptions, begun: Any) -> DocumentAnswer:  # noqa: ANN401
        flight = _Flight()
        self._flights[loop, did] = flight
        try:
            try:
                answer = self._ask(did, options) if begun is None else begun
                flight.entry = _entry(await answer if is_awaitable(answer) else answer)
            except Exception as error:
                flight.entry = _Entry(failure=_copy_error(error))
                if not flight.outdated:
                    self._keep(did, flight.entry, options)
                raise
            if not flight.outdated:
                self._keep(did, flight.entry, options)
            return flight.entry.answer()
        finally:
            if self._flights.get((loop, did)) is flight:
                del self._flights[loop, did]
            if flight.ended is not None:
                flight.ended.set()

    def _keep(self, did: str, entry: "_Entry", options: ResolveOptions) -> "_Entry":
        seconds, unknown_seconds, failure_seconds = self._lives
        if entry.failure is not None:
            life = failure_seconds
        elif entry.document is None:
            life = unknown_seconds
        else:
            life = seconds if entry.life is None else max(0.0, min(entry.life, LONGEST_LIFE))
        if life > 0:
            entry.since = self._clock()
            entry.until = entry.since + life
            self._entries.put(did, entry, used=not options.unproved)
        return entry


class _Flight:
    """A request under way; if it has ended without an entry, its caller was cancelled."""

    def __init__(self) -> None:
        loop = running_loop()
        # without an event loop no other caller can wait for it
        self.ended: Any = None if loop is None else loop.Event()
        self.entry: _Entry | None = None
        self.outdated = False


class _Entry:
    """The answer or exception of a resolver, and the end of its lifetime."""

    __slots__ = ("document", "failure", "life", "since", "size", "until")

    def __init__(
        self, document: DocumentAnswer = None, *, life: float | None = None, failure: Exception | None = None
    ) -> None:
        self.document = document
        self.failure = failure
        self.life = life
        self.since = self.until = 0.0
        self.size = _size(document)

    def answer(self) -> DocumentAnswer:
        if self.failure is not None:
            raise _copy_error(self.failure)
        return self.document


class _Entries:
    """Entries by DID, the most recently used at the end; safe to use from several threads."""

    def __init__(self, capacity: int, max_bytes: int) -> None:
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, did: str, now: float, *, used: bool) -> _Entry | None:
        entry = self._entries.get(did)
        if entry is None or entry.until <= now:
            return None
        if used:
            with self._lock:
                if did in self._entries:
                    self._entries.move_to_end(did)
        return entry

    def put(self, did: str, entry: _Entry, *, used: bool) -> None:
        if entry.size > self._max_bytes:
            return
        with self._lock:
            self._remove(did)
            while self._entries and next(iter(self._entries.values())).until <= entry.since:
                self._remove(next(iter(self._entries)))
            self._entries[did] = entry
            # an entry for an unproved DID is the first to be evicted
            self._entries.move_to_end(did, last=used)
            self._bytes += entry.size
            while self._bytes > self._max_bytes or len(self._entries) > self._capacity:
                self._remove(next(iter(self._entries)))

    def remove(self, did: str) -> bool:
        with self._lock:
            return self._remove(did)

    def _remove(self, did: str) -> bool:
        entry = self._entries.pop(did, None)
        if entry is None:
            return False
        self._bytes -= entry.size
        return True


def _entry(answer: Any) -> _Entry:  # noqa: ANN401, what a resolver answers
    """The entry of an answer, with the document parsed once."""
    life: float | None = None
    if isinstance(answer, tuple):
        answer, life = cast("tuple[Any, float | None]", answer)
    if isinstance(answer, Mapping):
        document = cast("Mapping[str, Any]", answer)
        # the core reads the result of DID Resolution, with its metadata
        answer = document if "didDocument" in document else DIDDocument(document)
    return _Entry(cast("DocumentAnswer", answer), life=life)


def _size(answer: object) -> int:
    """The size of the document in bytes, as ASCII JSON."""
    if isinstance(answer, Resolved):
        answer = answer.document
    if isinstance(answer, DIDDocument):
        answer = answer.as_dict()
    return len(json.dumps(answer, default=str)) if answer is not None else 0


def _copy_error(failure: Exception) -> Exception:
    """A copy of the exception, without the traceback of the caller that met it first."""
    twin = copy_error(failure)
    twin.__context__ = None
    if isinstance(failure.__cause__, Exception):
        twin.__cause__ = copy_error(failure.__cause__)
        twin.__cause__.__cause__ = twin.__cause__.__context__ = None
    return twin
