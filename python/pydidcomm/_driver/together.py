"""Resolve DIDs of several operations together, or once for all operations that wait."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydidcomm._driver import operations
from pydidcomm._driver.event_loop import is_awaitable, running_loop
from pydidcomm._driver.questions import copy_error, gather, without_frames
from pydidcomm.config import ResolversConfig
from pydidcomm.resolvers import ResolveOptions
from pydidcomm.resolvers.options import NO_OPTIONS, Ask, bind_resolver

__all__ = ["resolve_one_by_one", "resolve_together", "share_questions"]


class _Answered:
    """A resolver with the documents of some DIDs, resolved in advance."""

    def __init__(self, answers: Mapping[str, Any], ask: Ask) -> None:
        self._answers = answers
        self._ask = ask

    def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> Any:  # noqa: ANN401
        """Return the document resolved in advance, or call the resolver."""
        if did not in self._answers or options.fresh:
            return self._ask(did, options)
        answer = self._answers[did]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def resolve_together(resolvers: ResolversConfig, parties: Iterable[str]) -> ResolversConfig:
    """Return the resolvers, with the documents of these DIDs and DID URLs resolved concurrently."""
    dids = dict.fromkeys(re.split("[/?#]", party, maxsplit=1)[0] for party in parties)
    asked = [did for did in dids if not operations.is_local(resolvers, did)]
    if len(asked) < 2:  # noqa: PLR2004, the operation itself resolves a single DID
        return resolvers
    ask = bind_resolver(resolvers.did_resolver)
    answers = await gather([partial(ask, did, NO_OPTIONS) for did in asked], resolvers.max_concurrency)
    return replace(resolvers, did_resolver=_Answered(dict(zip(asked, answers, strict=True)), ask))


def resolve_one_by_one(resolvers: ResolversConfig, parties: Iterable[str]) -> ResolversConfig:  # noqa: ARG001
    """Return the same resolvers: without an event loop, each DID is resolved when it is needed."""
    return resolvers


class _Pending:
    """A request in progress."""

    def __init__(self, answered: Any) -> None:  # noqa: ANN401, an event of the loop
        self.answered = answered
        self.answer: list[Any] = []


class _Shared:
    """A resolver that sends one request for all operations that wait for the same DID."""

    def __init__(self, ask: Ask, loop: Any) -> None:  # noqa: ANN401, the module of the loop
        self._ask = ask
        self._loop = loop
        self._pending: dict[tuple[str, ResolveOptions], _Pending] = {}

    async def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> Any:  # noqa: ANN401
        """Return the answer of a request in progress, or of a new one."""
        asked = (did, options)
        while (pending := self._pending.get(asked)) is not None:
            await pending.answered.wait()
            for known in pending.answer:
                if isinstance(known, Exception):
                    raise copy_error(known)
                return known
        pending = self._pending[asked] = _Pending(self._loop.Event())
        try:
            answer: Any = self._ask(did, options)
            answer = await answer if is_awaitable(answer) else answer
            pending.answer.append(answer)
        except Exception as error:
            pending.answer.append(without_frames(copy_error(error)))
            raise
        finally:
            # a cancelled request has no answer, so the next operation repeats it
            del self._pending[asked]
            pending.answered.set()
        return answer


def share_questions(resolvers: ResolversConfig) -> ResolversConfig:
    """Return the resolvers, with one request for all operations that wait for the same DID."""
    loop = running_loop()
    if loop is None:
        return resolvers
    return replace(resolvers, did_resolver=_Shared(bind_resolver(resolvers.did_resolver), loop))
