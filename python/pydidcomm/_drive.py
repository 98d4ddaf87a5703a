"""The loops that take an operation's questions to the user's resolvers; the only place that awaits."""

from typing import Any

from pydidcomm._core import Agree, FindSecrets, LongWork, Operation, ResolveDid, Sign
from pydidcomm._loops import run_off_loop
from pydidcomm.config import ResolversConfig
from pydidcomm.resolvers import SecretsResolver


async def drive(operation: Operation, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Runs the operation to its result, and awaits what the resolvers answer in the caller's event loop."""
    while True:
        step: Any = await run_off_loop(operation) if operation.long else operation.run()
        if type(step) is ResolveDid:
            document: Any = resolvers.did_resolver.resolve(step.did)
            if hasattr(document, "__await__"):
                document = await document
            operation.supply(document)
        elif type(step) is FindSecrets:
            operation.supply(await found(step, resolvers.secrets_resolver))
        elif type(step) is Agree:
            shared: Any = step.key.agree(step.public_key)
            if hasattr(shared, "__await__"):
                shared = await shared
            operation.supply(shared)
        elif type(step) is Sign:
            signature: Any = step.key.sign(step.algorithm, step.data)
            if hasattr(signature, "__await__"):
                signature = await signature
            operation.supply(signature)
        elif type(step) is LongWork:
            operation.supply(None)
        else:
            return step


async def found(asked: FindSecrets, secrets: SecretsResolver) -> list[tuple[str, Any]]:
    """Those of the secrets that are held, each with its kid."""
    kids = asked.kids
    if len(kids) > 1:
        held: Any = secrets.get_keys(kids)
        if hasattr(held, "__await__"):
            held = await held
        kids = _in_order(kids, held, every=asked.every)
    answers: list[tuple[str, Any]] = []
    for kid in kids:
        secret: Any = secrets.get_key(kid)
        if hasattr(secret, "__await__"):
            secret = await secret
        if secret is not None:
            answers.append((kid, secret))
    return answers


def drive_sync(operation: Operation, resolvers: ResolversConfig) -> Any:  # noqa: ANN401
    """Runs the operation to its result with resolvers whose methods are plain functions."""
    while True:
        step: Any = operation.run()
        if type(step) is ResolveDid:
            operation.supply(now(resolvers.did_resolver.resolve(step.did)))
        elif type(step) is FindSecrets:
            operation.supply(found_sync(step, resolvers.secrets_resolver))
        elif type(step) is Agree:
            operation.supply(now(step.key.agree(step.public_key)))
        elif type(step) is Sign:
            operation.supply(now(step.key.sign(step.algorithm, step.data)))
        elif type(step) is LongWork:
            operation.supply(None)
        else:
            return step


def found_sync(asked: FindSecrets, secrets: SecretsResolver) -> list[tuple[str, Any]]:
    """Those of the secrets that are held, each with its kid, found by plain functions."""
    kids = asked.kids
    if len(kids) > 1:
        kids = _in_order(kids, now(secrets.get_keys(kids)), every=asked.every)
    answers = [(kid, now(secrets.get_key(kid))) for kid in kids]
    return [(kid, secret) for kid, secret in answers if secret is not None]


def _in_order(kids: list[str], held: Any, *, every: bool) -> list[str]:  # noqa: ANN401
    """The kids that are held, in the order of the question, which is that of preference."""
    names = set(held)
    wanted = [kid for kid in kids if kid in names]
    return wanted if every else wanted[:1]


def now(answer: Any) -> Any:  # noqa: ANN401
    """An answer that is there; a coroutine has nobody to await it here."""
    if hasattr(answer, "__await__"):
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        message = "pydidcomm.sync takes resolvers whose methods are plain functions, not coroutine functions"
        raise TypeError(message)
    return answer
