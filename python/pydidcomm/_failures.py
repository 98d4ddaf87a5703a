"""Failures of the program's own handlers: which they are, and how they are logged."""

import logging
from typing import Final, cast

__all__ = ["FAILURES", "is_failure", "log_failure"]

FAILURES: Final = (Exception, SystemExit)
"""What code of the program raises that is called for a message: `sys.exit()` in a handler ends no agent."""


def is_failure(error: BaseException) -> bool:
    """Whether an exception, or each one of a group, is of `FAILURES`.

    Args:
        error: What code of the program raised.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(is_failure(one) for one in cast("BaseExceptionGroup[BaseException]", error).exceptions)
    return isinstance(error, FAILURES)


def log_failure(
    logger: logging.Logger, level: int, text: str, *arguments: object, error: BaseException | None
) -> None:
    """Log a failure of the program's handler, with its exception.

    Where logging is not configured, the record is printed on stderr: the package's handler would discard it.

    Args:
        logger: The logger.
        level: The level of the record.
        text: The text, with `%s` for each argument.
        arguments: The arguments.
        error: The exception that the handler raised; None for none.
    """
    if not logger.isEnabledFor(level):
        return
    failed = None if error is None else (type(error), error, error.__traceback__)
    record = logger.makeRecord(logger.name, level, __file__, 0, text, arguments, failed)
    logger.handle(record)
    if logging.lastResort is not None and not _is_configured(logger):
        logging.lastResort.handle(record)


def _is_configured(logger: logging.Logger | None) -> bool:
    """Return whether a record of the logger reaches a handler of the program."""
    while logger is not None:
        if any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False
