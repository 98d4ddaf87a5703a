"""Log what the program does wrong: its handlers that fail."""

import logging

__all__ = ["log_failure"]


def log_failure(
    logger: logging.Logger, level: int, text: str, *arguments: object, error: BaseException | None
) -> None:
    """Log a failure of the program's handler, with its exception.

    It is printed on stderr where logging is not configured: the package discards its own log records then,
    and the program must see its own failures.

    Args:
        logger: The logger.
        level: The level, at which it is printed too.
        text: The text, with `%s` for each argument.
        arguments: The arguments.
        error: What the handler raised.
    """
    if not logger.isEnabledFor(level):
        return
    failed = None if error is None else (type(error), error, error.__traceback__)
    record = logger.makeRecord(logger.name, level, __file__, 0, text, arguments, failed)
    logger.handle(record)
    if logging.lastResort is not None and not _is_configured(logger):
        logging.lastResort.handle(record)


def _is_configured(logger: logging.Logger | None) -> bool:
    """Whether a record of the logger reaches a handler of the program."""
    while logger is not None:
        if any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False
