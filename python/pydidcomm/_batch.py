"""Operations that run together: their computation on several threads, their questions asked once for all."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from pydidcomm._core import Agree, Batch, FindSecrets, Operation, ResolveDid, Sign
from pydidcomm._drive import found, found_sync, now
from pydidcomm._loops import leave, settled
from pydidcomm.config import ResolversConfig

Question: TypeAlias = "ResolveDid | FindSecrets | Agree | Sign"

_TOGETHER = 512
"""How many operations run together: enough to keep many threads busy, and no more than fits into memory."""


async def drive_each(
    prepare: Sequence[Callable[[], Operation]], resolvers: ResolversConfig, threads: int | None
) -> list[Any]:
    """What each operation ends with, or the exception with which it fails, in their order."""
    _check(threads)
    ended: list[Any] = []
    known: dict[Hashable, Any] = {}
    for part in _parts(prepare):
        running = Running(part, known)
        while (batch := running.batch(threads)) is not None:
            asked = running.asked(await leave(batch) if batch.long else batch.run())
            answers = await settled([partial(_ask, question, resolvers) for question in asked])
            running.supply(answers)
        ended += running.ended
    return ended


def drive_each_sync(
    prepare: Sequence[Callable[[], Operation]], resolvers: ResolversConfig, threads: int | None
) -> list[Any]:
    """The same with resolvers whose methods are plain functions."""
    _check(threads)
    ended: list[Any] = []
    known: dict[Hashable, Any] = {}
    for part in _parts(prepare):
        running = Running(part, known)
        while (batch := running.batch(threads)) is not None:
            asked = running.asked(batch.run())
            running.supply([_settled_sync(question, resolvers) for question in asked])
        ended += running.ended
    return ended


class Running:
    """Operations on their way, the questions that they wait with, and what others of them were answered.

    Args:
        prepare: Makes each operation.
        known: What was asked before, and the answers.
    """

    def __init__(self, prepare: Sequence[Callable[[], Operation]], known: dict[Hashable, Any]) -> None:
        self.ended: list[Any] = [None] * len(prepare)
        self._known = known
        self._ready: dict[int, Operation] = {}
        # by what is asked: who waits for it, by place
        self._waiting: dict[Hashable, tuple[Question, dict[int, Operation]]] = {}
        for place, make in enumerate(prepare):
            try:
                self._ready[place] = make()
            except Exception as error:  # noqa: BLE001, PERF203, it is what this operation ends with
                self.ended[place] = error

    def batch(self, threads: int | None) -> Batch | None:
        """The operations that can run on; None where all have ended."""
        return Batch([*self._ready.values()], threads) if self._ready else None

    def asked(self, steps: Sequence[Any]) -> list[Question]:
        """What the steps ask that nobody asked before."""
        self._waiting = {}
        for (place, operation), step in zip(self._ready.items(), steps, strict=True):
            if isinstance(step, (ResolveDid, FindSecrets, Agree, Sign)):
                _, waiting = self._waiting.setdefault(_sense(step), (step, {}))
                waiting[place] = operation
            else:
                self.ended[place] = step
        return [question for sense, (question, _) in self._waiting.items() if sense not in self._known]

    def supply(self, answers: Sequence[Any]) -> None:
        """Answers the questions, these in their order and the others as before."""
        self._ready = {}
        new = iter(answers)
        for sense, (question, waiting) in self._waiting.items():
            answer = self._known[sense] if sense in self._known else next(new)
            if isinstance(question, (ResolveDid, FindSecrets)):
                self._known[sense] = answer
            first, *others = waiting.values()
            try:
                _supply(first, question, answer)
            except Exception as error:  # noqa: BLE001, it is what these operations end with
                self.ended_with(error, waiting)
                continue
            for other in others:
                other.supply_same(first)
            self._ready.update(waiting)

    def ended_with(self, error: Exception, waiting: dict[int, Operation]) -> None:
        """Notes what failed for all of them."""
        for place in waiting:
            self.ended[place] = error


def _check(threads: int | None) -> None:
    if threads is not None and threads < 1:
        reason = "nothing runs on less than one thread"
        raise ValueError(reason)


def _parts(prepare: Sequence[Callable[[], Operation]]) -> Iterator[Sequence[Callable[[], Operation]]]:
    for begin in range(0, len(prepare), _TOGETHER):
        yield prepare[begin : begin + _TOGETHER]


def _sense(question: Question) -> Hashable:
    """What is asked: equal where one answer will do for both."""
    if isinstance(question, ResolveDid):
        return question.did
    if isinstance(question, FindSecrets):
        return (*question.kids, question.every)
    # a key that lives elsewhere may count what it is asked
    return question


def _ask(question: Question, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """The answer of the resolver or the key that knows it, or an awaitable of it."""
    if isinstance(question, ResolveDid):
        return resolvers.did_resolver.resolve(question.did)
    if isinstance(question, FindSecrets):
        return found(question, resolvers.secrets_resolver)
    if isinstance(question, Agree):
        return question.key.agree(question.public_key)
    return question.key.sign(question.algorithm, question.data)


def _settled_sync(question: Question, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    try:
        if isinstance(question, FindSecrets):
            return found_sync(question, resolvers.secrets_resolver)
        return now(_ask(question, resolvers))
    except Exception as error:  # noqa: BLE001, whatever a resolver raises is the answer to its question
        return error


def _supply(operation: Operation, question: Question, answer: Any) -> None:  # noqa: ANN401
    if isinstance(answer, Exception):
        raise answer
    if isinstance(question, ResolveDid):
        operation.supply_document(answer)
    elif isinstance(question, FindSecrets):
        operation.supply_secrets(answer)
    elif isinstance(question, Agree):
        operation.supply_shared_secret(answer)
    else:
        operation.supply_signature(answer)
