"""Try several resolvers in order."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, cast

from pydidcomm._checks import check_resolver
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm.errors import ResolutionError, UnsupportedError
from pydidcomm.resolvers._answers import DIDResolver, DocumentAnswer
from pydidcomm.resolvers._composite import CompositeResolver
from pydidcomm.resolvers.options import NO_OPTIONS, ResolveOptions, resolve_with

__all__ = ["FallbackResolver"]

_GO_ON = (ResolutionError, UnsupportedError, OSError)
"""The exceptions after which the next resolver is tried; others are about the DID or the program."""


class FallbackResolver(CompositeResolver):
    """Tries resolvers in order, and returns the first document.

    The next one is tried if a resolver does not know the DID, does not support its method, or cannot be
    reached. A DID counts as unknown only if every resolver that supports its method returns None: if one of
    them failed and no other knows the DID, the failure is raised.

    Args:
        *resolvers: The resolvers, the preferred first. Put those without network access first.

    Raises:
        TypeError: One of them is not a resolver.
        ValueError: There are none.

    Example:
        >>> from pydidcomm import LocalResolver
        >>> from pydidcomm.resolvers.fallback import FallbackResolver
        >>> class Contacts:
        ...     def resolve(self, did):
        ...         return {"id": did} if did == "did:example:bob" else None
        >>> resolver = FallbackResolver(LocalResolver(), Contacts())
        >>> resolver.resolve("did:example:bob"), resolver.resolve("did:example:carol")
        ({'id': 'did:example:bob'}, None)
    """

    def __init__(self, *resolvers: DIDResolver) -> None:
        if not resolvers:
            message = "`resolvers` must contain at least one resolver"
            raise ValueError(message)
        for one in resolvers:
            check_resolver("resolvers", one)
        self._resolvers = resolvers

    def resolve(
        self, did: str, /, options: ResolveOptions = NO_OPTIONS
    ) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The first document, or an awaitable of it if a resolver returns one; None if the DID is unknown.

        Args:
            did: The DID.
            options: The options, passed on to each resolver that takes them.

        Raises:
            ResolutionError: A resolver failed, and no other knows the DID.
            UnsupportedError: No resolver supports the method.
            OSError: As ResolutionError, if the resolver raised it.
            Exception: Any other exception of a resolver, at once.
        """
        outcome = _Outcome()
        rest = iter(self._resolvers)
        for resolver in rest:
            try:
                answer: Any = resolve_with(resolver, did, options)
            except _GO_ON as error:
                outcome.record_failure(error)
                continue
            if is_awaitable(answer):
                asks = [partial(resolve_with, resolver, did, options) for resolver in rest]
                return self._await(answer, asks, outcome)
            if answer is not None:
                return cast("DocumentAnswer", answer)
            outcome.unknown = True
        outcome.end()
        return None

    async def _await(
        self,
        answer: Awaitable[DocumentAnswer],
        rest: Sequence[Callable[[], Any]],
        outcome: "_Outcome",
    ) -> DocumentAnswer:
        first: Callable[[], Any] = partial(_same_answer, answer)
        for ask in [first, *rest]:
            try:
                given = ask()
                found: DocumentAnswer = await given if is_awaitable(given) else given
            except _GO_ON as error:
                outcome.record_failure(error)
                continue
            if found is not None:
                return found
            outcome.unknown = True
        outcome.end()
        return None

    def resolvers(self) -> list[DIDResolver]:
        """The resolvers, in order."""
        return list(self._resolvers)


def _same_answer(answer: Any) -> Any:  # noqa: ANN401, what a resolver answers
    return answer


class _Outcome:
    """The outcome of the resolvers that did not return a document."""

    def __init__(self) -> None:
        self.unknown = False
        self._failures: list[Exception] = []
        self._unsupported: UnsupportedError | None = None

    def record_failure(self, error: Exception) -> None:
        """Record an exception of a resolver."""
        if isinstance(error, UnsupportedError):
            self._unsupported = self._unsupported or error
        else:
            self._failures.append(error)

    def end(self) -> None:
        """Return if the DID is certainly unknown, and raise otherwise."""
        if self._failures:
            first, *others = self._failures
            for other in others:
                first.add_note(f"and then: {other}")
            raise first
        if self._unsupported is not None and not self.unknown:
            raise self._unsupported
