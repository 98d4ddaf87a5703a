"""DID documents that are requested together, before the operation asks for one after the other."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydidcomm import _operations
from pydidcomm._questions import settled
from pydidcomm.config import ResolversConfig
from pydidcomm.resolvers import DIDResolver


class _Answered:
    """A resolver that has been asked for some DIDs already."""

    def __init__(self, answers: Mapping[str, Any], resolver: DIDResolver) -> None:
        self._answers = answers
        self._resolver = resolver

    def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what a resolver may answer
        """Return the answer that is there, or ask for it."""
        if did not in self._answers:
            return self._resolver.resolve(did)
        answer = self._answers[did]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def resolved_together(resolvers: ResolversConfig, parties: Iterable[str]) -> ResolversConfig:
    """The same resolvers, with the documents of these DIDs and DID URLs requested at the same time."""
    dids = dict.fromkeys(re.split("[/?#]", party, maxsplit=1)[0] for party in parties)
    asked = [did for did in dids if not _operations.is_local(resolvers, did)]
    if len(asked) < 2:  # noqa: PLR2004, one document is requested by the operation itself
        return resolvers
    ask = [partial(resolvers.did_resolver.resolve, did) for did in asked]
    answers = await settled(ask, resolvers.max_concurrency)
    resolver = _Answered(dict(zip(asked, answers, strict=True)), resolvers.did_resolver)
    return replace(resolvers, did_resolver=resolver)
