"""Operations that run together: several threads, and one set of questions for all."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from pydidcomm._checks import check_whole
from pydidcomm._core import Agree, Batch, FindSecrets, Operation, ResolveDid, Sign
from pydidcomm._driver.drive import find_secrets, resolve
from pydidcomm._driver.event_loop import run_off_loop
from pydidcomm._driver.questions import BLOCK, gather, one_each, pause, without_frames
from pydidcomm._log import noted, refused
from pydidcomm.config import ResolversConfig

Question: TypeAlias = "ResolveDid | FindSecrets | Agree | Sign"

_TOGETHER = 2048
"""How many operations run together: to prepare them holds an event loop for a few milliseconds."""


def batches_of(prepare: Iterable[Callable[[], Operation]], threads: int | None) -> Iterable[Batch]:
    """The operations in batches, and exceptions in the places of those that cannot be prepared."""
    for part in parts(prepare, threads):
        yield Batch([_prepared(make) for make in part], threads)


def parts(every: Iterable[Any], threads: int | None) -> Iterable[list[Any]]:
    """What runs together, one part after the other."""
    if threads is not None:
        check_whole("threads", threads, least=1)
    rest = iter(every)
    while part := list(islice(rest, _TOGETHER)):
        yield part


async def drive_each(batches: Iterable[Batch], resolvers: ResolversConfig) -> list[Any]:
    """What each operation ends with, or the exception with which it fails, in their order."""
    known: dict[Hashable, Any] = {}
    ended: list[Any] = []
    for batch in batches:
        while questions := await run_off_loop(batch) if batch.long else batch.run():
            new = _unknown(questions, known)
            asked = [partial(_ask, question, resolvers) for question in new]
            answers = await gather(asked, resolvers.max_concurrency)
            every = _answers(questions, known, new, answers)
            for begin in range(0, len(every), BLOCK):
                batch.supply(every[begin : begin + BLOCK])
                if begin + BLOCK < len(every):
                    await pause()
        ended += _results(batch)
    return ended


def _results(batch: Batch) -> list[Any]:
    results = one_each(batch.results())
    for result in results:
        if isinstance(result, Exception):
            refused(result)
    return results


def _prepared(make: Callable[[], Operation]) -> Operation | Exception:
    try:
        return make()
    except Exception as error:  # noqa: BLE001, it is what this operation ends with
        return without_frames(error)


def _unknown(questions: Sequence[Question], known: dict[Hashable, Any]) -> list[Question]:
    """The questions that no batch has asked before."""
    return [question for question in questions if _sense(question) not in known]


def _answers(
    questions: Sequence[Question], known: dict[Hashable, Any], new: Sequence[Question], answers: Sequence[Any]
) -> list[Any]:
    """The answers to all questions, of which the new ones have these; what failed is asked again later."""
    for question, answer in zip(new, answers, strict=True):
        known[_sense(question)] = noted(answer, question) if isinstance(answer, Exception) else answer
    every = [known[_sense(question)] for question in questions]
    for question, answer in zip(new, answers, strict=True):
        if isinstance(question, (Agree, Sign)) or isinstance(answer, Exception):
            del known[_sense(question)]
    return every


def _sense(question: Question) -> Hashable:
    """What is asked: equal where one answer will do for both."""
    if isinstance(question, ResolveDid):
        return (question.did, question.fresh, question.version_time, question.unproved)
    if isinstance(question, FindSecrets):
        return (*question.kids, question.every)
    # an external key may count its requests
    return question


def _ask(question: Question, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """The answer of the resolver or the key that knows it, or an awaitable of it."""
    if isinstance(question, ResolveDid):
        return resolve(question, resolvers)
    if isinstance(question, FindSecrets):
        return find_secrets(question, resolvers)
    if isinstance(question, Agree):
        return question.key.agree(question.public_key)
    return question.key.sign(question.algorithm, question.data)
