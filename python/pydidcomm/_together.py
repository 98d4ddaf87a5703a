"""Request DID documents that operations have in common: together, or once for all that wait."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydidcomm import _operations
from pydidcomm._loops import is_awaitable, running_loop
from pydidcomm._questions import copied, settled, without_frames
from pydidcomm.config import ResolversConfig
from pydidcomm.resolvers import DIDResolver, ResolveOptions
from pydidcomm.resolvers.options import NO_OPTIONS, resolve_with


class _Answered:
    """A resolver that has been asked for some DIDs already."""

    def __init__(self, answers: Mapping[str, Any], resolver: DIDResolver) -> None:
        self._answers = answers
        self._resolver = resolver

    def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what a resolver may answer
        """Return the answer that is there, or ask for it."""
        return self._answer(did, NO_OPTIONS)

    def _answer(self, did: str, options: ResolveOptions) -> Any:  # noqa: ANN401, what a resolver may answer
        if did not in self._answers or options.fresh:
            return resolve_with(self._resolver, did, options)
        answer = self._answers[did]
        if isinstance(answer, Exception):
            raise answer
        return answer


class _AnsweredWithOptions(_Answered):
    """The same in front of a resolver that takes options."""

    def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> Any:  # noqa: ANN401
        """Return the answer that is there, or ask for it."""
        return self._answer(did, options)


async def resolved_together(resolvers: ResolversConfig, parties: Iterable[str]) -> ResolversConfig:
    """The same resolvers, with the documents of these DIDs and DID URLs requested at the same time."""
    dids = dict.fromkeys(re.split("[/?#]", party, maxsplit=1)[0] for party in parties)
    asked = [did for did in dids if not _operations.is_local(resolvers, did)]
    if len(asked) < 2:  # noqa: PLR2004, one document is requested by the operation itself
        return resolvers
    resolver = resolvers.did_resolver
    ask = [partial(resolve_with, resolver, did, NO_OPTIONS) for did in asked]
    answers = await settled(ask, resolvers.max_concurrency)
    kind = _Answered if resolvers.resolver_with_options is None else _AnsweredWithOptions
    return replace(resolvers, did_resolver=kind(dict(zip(asked, answers, strict=True)), resolver))


class _Pending:
    """A question on its way."""

    def __init__(self, answered: Any) -> None:  # noqa: ANN401, an event of the loop
        self.answered = answered
        self.answer: list[Any] = []


class _Shared:
    """A resolver whose answer goes to every operation that waits for it."""

    def __init__(self, resolver: DIDResolver, loop: Any) -> None:  # noqa: ANN401, the module of the loop
        self._resolver = resolver
        self._loop = loop
        self._pending: dict[tuple[str, ResolveOptions], _Pending] = {}

    async def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> Any:  # noqa: ANN401
        """Return the answer, of one's own question or of one that is on its way."""
        asked = (did, options)
        while (pending := self._pending.get(asked)) is not None:
            await pending.answered.wait()
            for known in pending.answer:
                if isinstance(known, Exception):
                    raise copied(known)
                return known
        pending = self._pending[asked] = _Pending(self._loop.Event())
        try:
            answer: Any = resolve_with(self._resolver, did, options)
            answer = await answer if is_awaitable(answer) else answer
            pending.answer.append(answer)
        except Exception as error:
            pending.answer.append(without_frames(copied(error)))
            raise
        finally:
            # one that was cancelled has no answer: the next one asks again
            del self._pending[asked]
            pending.answered.set()
        return answer


def shared(resolvers: ResolversConfig) -> ResolversConfig:
    """The same resolvers, which are asked once for what several operations wait for."""
    loop = running_loop()
    if loop is None:
        return resolvers
    return replace(resolvers, did_resolver=_Shared(resolvers.did_resolver, loop))
