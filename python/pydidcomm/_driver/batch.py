"""Run operations together: on several threads, and with one request for equal questions."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from pydidcomm._checks import check_whole
from pydidcomm._core import Agree, Batch, FindSecrets, Operation, ResolveDid, Sign
from pydidcomm._driver.drive import find_secrets, resolve
from pydidcomm._driver.event_loop import run_off_loop
from pydidcomm._driver.questions import BLOCK, gather, one_each, pause, without_frames
from pydidcomm._log import add_question_note, log_refusal
from pydidcomm.config import ResolversConfig

__all__ = ["Question", "batches_of", "drive_each", "parts"]


Question: TypeAlias = "ResolveDid | FindSecrets | Agree | Sign"

_TOGETHER = 2048
"""How many operations run together: preparing them blocks an event loop for a few milliseconds."""


def batches_of(prepare: Iterable[Callable[[], Operation]], threads: int | None) -> Iterable[Batch]:
    """Yield the operations in batches, with an exception in place of one that cannot be prepared."""
    for part in parts(prepare, threads):
        yield Batch([_prepare(make) for make in part], threads)


def parts(every: Iterable[Any], threads: int | None) -> Iterable[list[Any]]:
    """Yield parts that run one after the other; raise an exception for invalid `threads`."""
    if threads is not None:
        check_whole("threads", threads, least=1)
    rest = iter(every)
    while part := list(islice(rest, _TOGETHER)):
        yield part


async def drive_each(batches: Iterable[Batch], resolvers: ResolversConfig) -> list[Any]:
    """Run the batches, and return the result or the exception of each operation, in order."""
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
            log_refusal(result)
    return results


def _prepare(make: Callable[[], Operation]) -> Operation | Exception:
    try:
        return make()
    except Exception as error:  # noqa: BLE001, it is the outcome of this operation
        return without_frames(error)


def _unknown(questions: Sequence[Question], known: dict[Hashable, Any]) -> list[Question]:
    """Return the requests without a known answer."""
    return [question for question in questions if _question_key(question) not in known]


def _answers(
    questions: Sequence[Question], known: dict[Hashable, Any], new: Sequence[Question], answers: Sequence[Any]
) -> list[Any]:
    """Return the answers to all requests, and store the new ones; a failed request is repeated later."""
    for question, answer in zip(new, answers, strict=True):
        known[_question_key(question)] = (
            add_question_note(answer, question) if isinstance(answer, Exception) else answer
        )
    every = [known[_question_key(question)] for question in questions]
    for question, answer in zip(new, answers, strict=True):
        if isinstance(question, (Agree, Sign)) or isinstance(answer, Exception):
            del known[_question_key(question)]
    return every


def _question_key(question: Question) -> Hashable:
    """Return the key of a request, which is equal for requests with the same answer."""
    if isinstance(question, ResolveDid):
        return (question.did, question.fresh, question.version_time, question.unproved)
    if isinstance(question, FindSecrets):
        return (*question.kids, question.every)
    # an external key may count its requests
    return question


def _ask(question: Question, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Return the answer of the resolver or the external key, or an awaitable of it."""
    if isinstance(question, ResolveDid):
        return resolve(question, resolvers)
    if isinstance(question, FindSecrets):
        return find_secrets(question, resolvers)
    if isinstance(question, Agree):
        return question.key.agree(question.public_key)
    return question.key.sign(question.algorithm, question.data)
