"""Request the DID documents of several recipients together, before the operation needs them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydidcomm import _operations
from pydidcomm._questions import settled
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
