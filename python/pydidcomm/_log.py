"""Log what operations do, with `logging.getLogger("pydidcomm")`.

DEBUG has one line for each step, with its DIDs and kids; WARNING has one for each refused message. Bodies,
attachments and secrets never appear, and untrusted text is sanitized.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from pydidcomm._core import (
    Agree,
    FindSecrets,
    Forwarded,
    Packed,
    PackedForward,
    PackedSigned,
    ResolveDid,
    Sign,
    UnpackResult,
    V1Message,
)
from pydidcomm._shown import sanitize
from pydidcomm.errors import DIDCommError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from logging import Logger

__all__ = ["add_question_note", "is_detailed", "log_question", "log_refusal", "log_result"]


_MOST_NAMED = 5
"""The most kids in a line; a message may have a thousand."""

_DEBUG = 10
"""`logging.DEBUG`, without the import."""

_Raised = TypeVar("_Raised", bound=Exception)


def _logger() -> Logger | None:
    """Return the logger; None where the program has not imported `logging`, which takes milliseconds."""
    global _known  # noqa: PLW0603, looked up once
    if _known is None:
        logging: Any = sys.modules.get("logging")
        if logging is not None:
            logger: Logger = logging.getLogger("pydidcomm")
            # otherwise Python prints warnings on stderr where the program configures no handler
            logger.addHandler(logging.NullHandler())
            _known = logger
    return _known


_known: Logger | None = None


def is_detailed() -> bool:
    """Return whether DEBUG is enabled, so that each step gets a line."""
    logger = _known or _logger()
    return logger is not None and logger.isEnabledFor(_DEBUG)


def log_question(question: object) -> None:
    """Log a request to a resolver or an external key; call it where `detailed`."""
    _debug(_purpose(question))


def _debug(line: str) -> None:
    logger = _logger()
    if logger is not None:
        logger.debug("%s", line)


def _purpose(question: object) -> str:
    """Return the step of a request, for a log line or for a note on an exception."""
    if isinstance(question, ResolveDid):
        return f"resolving {sanitize(question.did)}"
    if isinstance(question, FindSecrets):
        return f"looking for the secrets of {_kids(question.kids)}"
    if isinstance(question, Agree):
        return f"key agreement with an external key on {question.public_key.curve}"
    if isinstance(question, Sign):
        return f"signing with an external key by {question.algorithm.value}"
    return "long work off the event loop"


def add_question_note(error: _Raised, question: object) -> _Raised:
    """Add a note with the step to the exception of a resolver or an external key, and return it."""
    note = f"pydidcomm: raised while {_purpose(question)}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
    return error


def log_result(result: object) -> None:
    """Log the result of an operation; call it where `detailed`."""
    _debug(_summary(result))


def log_refusal(error: _Raised) -> _Raised:
    """Log a refusal as a warning, and return its exception."""
    logger = _logger()
    if logger is not None and isinstance(error, DIDCommError):
        kids = getattr(error, "kids", None)
        of = f" (encrypted to {_kids(kids)})" if kids and error.code.startswith("e.p.trust") else ""
        logger.warning("refused: %s [%s] %s%s", type(error).__name__, error.code, error, of)
    return error


def _summary(result: object) -> str:
    if isinstance(result, UnpackResult):
        return f"unpacked {_describe_unpacked(result)}"
    if isinstance(result, Forwarded):
        return f"unpacked a forward to {sanitize(result.next)}: {_describe_unpacked(result.received)}"
    if isinstance(result, Packed):
        return f"packed for {_kids(result.to_kids)} from {sanitize(result.from_kid or 'an anonymous sender')}"
    if isinstance(result, PackedForward | PackedSigned):
        kids = result.to_kids if isinstance(result, PackedForward) else [result.sign_from_kid]
        return f"{'wrapped for' if isinstance(result, PackedForward) else 'signed by'} {_kids(kids)}"
    return f"unpacked {result!r}" if isinstance(result, V1Message) else f"finished: {type(result).__name__}"


def _describe_unpacked(result: UnpackResult) -> str:
    metadata, message = result.metadata, result.message
    facts = [
        f"message {sanitize(message.id)}",
        f"type {sanitize(message.type)}",
        f"sender {sanitize(metadata.sender or 'not proved')}",
    ]
    if metadata.recipient_kid:
        facts.append(f"opened by {sanitize(metadata.recipient_kid)}")
    if metadata.sign_from:
        facts.append(f"signed by {sanitize(metadata.sign_from)}")
    return ", ".join(facts)


def _kids(kids: Iterable[str]) -> str:
    every = [*kids]
    more = f" and {len(every) - _MOST_NAMED} more" if len(every) > _MOST_NAMED else ""
    return ", ".join(map(sanitize, every[:_MOST_NAMED])) + more
