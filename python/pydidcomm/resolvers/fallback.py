"""Ask one resolver after the other."""

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
"""What lets the next resolver answer; other exceptions say something about the DID or about the program."""


class FallbackResolver(CompositeResolver):
    """Asks resolvers in order, and answers with the first document.

    The next one is asked where a resolver does not know the DID, does not support its method, or cannot be
    reached. A DID counts as unknown only when every resolver that supports its method says so: where one of
    them failed and no other knows the DID, the failure is raised.

    Args:
        *resolvers: The resolvers, the preferred first. Put those that need no network first.

    Raises:
        TypeError: One of them is not a resolver.
        ValueError: There is none.

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
            message = "`resolvers` must name at least one resolver"
            raise ValueError(message)
        for one in resolvers:
            check_resolver("resolvers", one)
        self._resolvers = resolvers

    def resolve(
        self, did: str, /, options: ResolveOptions = NO_OPTIONS
    ) -> DocumentAnswer | Awaitable[DocumentAnswer]:
        """The first document, which has to be awaited where a resolver's answer has.

        Args:
            did: The DID.
            options: Passed on to each resolver that takes them.

        Raises:
            ResolutionError: One resolver failed, and no other knows the DID.
            UnsupportedError: No resolver supports the method.
            Exception: Whatever else a resolver raises, at once.
        """
        outcome = _Outcome()
        rest = iter(self._resolvers)
        for resolver in rest:
            try:
                answer: Any = resolve_with(resolver, did, options)
            except _GO_ON as error:
                outcome.failed(error)
                continue
            if is_awaitable(answer):
                asks = [partial(resolve_with, resolver, did, options) for resolver in rest]
                return self._awaited(answer, asks, outcome)
            if answer is not None:
                return cast("DocumentAnswer", answer)
            outcome.unknown = True
        outcome.end()
        return None

    async def _awaited(
        self,
        answer: Awaitable[DocumentAnswer],
        rest: Sequence[Callable[[], Any]],
        outcome: "_Outcome",
    ) -> DocumentAnswer:
        first: Callable[[], Any] = partial(_same, answer)
        for ask in [first, *rest]:
            try:
                given = ask()
                found: DocumentAnswer = await given if is_awaitable(given) else given
            except _GO_ON as error:
                outcome.failed(error)
                continue
            if found is not None:
                return found
            outcome.unknown = True
        outcome.end()
        return None

    def resolvers(self) -> list[DIDResolver]:
        """The resolvers, in order."""
        return list(self._resolvers)


def _same(answer: Any) -> Any:  # noqa: ANN401, what a resolver answers
    return answer


class _Outcome:
    """What the resolvers said that did not know the DID."""

    def __init__(self) -> None:
        self.unknown = False
        self._failures: list[Exception] = []
        self._unsupported: UnsupportedError | None = None

    def failed(self, error: Exception) -> None:
        """Records what a resolver raised."""
        if isinstance(error, UnsupportedError):
            self._unsupported = self._unsupported or error
        else:
            self._failures.append(error)

    def end(self) -> None:
        """Returns where the DID is unknown, and raises where that is not certain."""
        if self._failures:
            first, *others = self._failures
            for other in others:
                first.add_note(f"and then: {other}")
            raise first
        if self._unsupported is not None and not self.unknown:
            raise self._unsupported
