"""Run an operation with the resolvers and external keys that it requests."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydidcomm._core import Agree, FindSecrets, LongWork, Operation, ResolveDid, Sign
from pydidcomm._driver.event_loop import is_awaitable, run_off_loop
from pydidcomm._log import add_question_note, is_detailed, log_refusal, log_result
from pydidcomm._log import log_question as log_asked
from pydidcomm.config import ResolversConfig
from pydidcomm.errors import DIDCommError
from pydidcomm.resolvers import ResolveOptions, SecretQuery

__all__ = ["drive", "find_secret", "find_secrets", "resolve"]


_QUESTIONS = frozenset({ResolveDid, FindSecrets, Agree, Sign, LongWork})
"""The requests with which a step of an operation ends; any other object is its result."""


async def drive(operation: Operation, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Runs the operation to its result, and awaits the answers of resolvers in the caller's event loop."""
    details = is_detailed()
    try:
        step: object = operation.start()
        while True:
            kind = type(step)
            if kind not in _QUESTIONS:
                break
            if details:
                log_asked(step)
            if kind is LongWork:
                step = await run_off_loop(operation)
                continue
            try:
                # not in a function of its own: a call takes one per cent of the time of a signature
                question: Any = step
                if kind is ResolveDid:
                    answer = resolve(question, resolvers)
                elif kind is FindSecrets:
                    answer = find_secrets(question, resolvers)
                else:
                    answer = _ask_key(question)
                answer = await answer if is_awaitable(answer) else answer
            except Exception as error:
                add_question_note(error, step)
                raise
            step = operation.supply(answer)
    except DIDCommError as error:
        log_refusal(error)
        raise
    if details:
        log_result(step)
    return step


def _ask_key(step: Any) -> Any:  # noqa: ANN401
    """Returns the answer of the external key, or an awaitable of it."""
    if type(step) is Agree:
        return step.key.agree(step.public_key)
    return step.key.sign(step.algorithm, step.data)


def resolve(asked: ResolveDid, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Returns the answer of the DID resolver, or an awaitable of it."""
    taking = resolvers.resolver_with_options
    if taking is None:
        return resolvers.did_resolver.resolve(asked.did)
    options = ResolveOptions(fresh=asked.fresh, version_time=asked.version_time, unproved=asked.unproved)
    return taking.resolve(asked.did, options=options)


def find_secrets(asked: FindSecrets, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Returns the secret of one kid, or the found secrets of several with their kids; or an awaitable."""
    kid = asked.only
    if kid is None or resolvers.secrets_finder is not None:
        return _find(asked, resolvers)
    # most requests have one kid, and a coroutine around the answer would cost as much as the request
    return resolvers.secrets_resolver.get_key(kid)


async def _find(asked: FindSecrets, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    if resolvers.secrets_finder is not None:
        answer: Any = resolvers.secrets_finder.find(_queries(asked))
        held = _pair_held(asked, await answer if is_awaitable(answer) else answer)
        return held if asked.only is None else dict(held).get(asked.only)
    secrets = resolvers.secrets_resolver
    listed: Any = secrets.get_keys(asked.kids)
    if is_awaitable(listed):
        listed = await listed
    answers: list[tuple[str, Any]] = []
    for kid in _in_order(asked.kids, _kids(listed), every=asked.every):
        secret: Any = secrets.get_key(kid)
        if is_awaitable(secret):
            secret = await secret
        if secret is not None:
            answers.append((kid, secret))
    return answers


async def find_secret(kid: str, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Returns the secret with that kid; None where it was not found."""
    finder = resolvers.secrets_finder
    answer: Any = (
        resolvers.secrets_resolver.get_key(kid) if finder is None else finder.find([SecretQuery(kid)])
    )
    answer = await answer if is_awaitable(answer) else answer
    return answer if finder is None else answer.get(kid)


def _queries(asked: FindSecrets) -> list[SecretQuery]:
    kids, public_keys = asked.kids, asked.public_keys
    if not public_keys:
        return [SecretQuery(kid) for kid in kids]
    return [SecretQuery(kid, public_key) for kid, public_key in zip(kids, public_keys, strict=True)]


def _pair_held(asked: FindSecrets, answers: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    if not isinstance(answers, Mapping):
        reason = f"`find` of the secrets must return a dict of secrets by kid, got {type(answers).__name__}"
        raise TypeError(reason)
    held = {kid: secret for kid, secret in cast("Mapping[str, Any]", answers).items() if secret is not None}
    return [(kid, held[kid]) for kid in _in_order(asked.kids, held, every=asked.every)]


def _kids(held: object) -> Iterable[str]:
    """Returns the answer of `get_keys`; raises TypeError for a str, which is a sequence of characters."""
    if isinstance(held, str | bytes) or not isinstance(held, Iterable):
        reason = f"`get_keys` of the secrets must return a list of kids, got {type(held).__name__}"
        raise TypeError(reason)
    return cast("Iterable[str]", held)


def _in_order(kids: list[str], held: Iterable[str], *, every: bool) -> list[str]:
    """Returns the found kids in the order of the request, the preferred first; without `every`, one."""
    names = set(held)
    wanted = [kid for kid in kids if kid in names]
    return wanted if every else wanted[:1]
