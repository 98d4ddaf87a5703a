"""Log failures of the program's own handlers."""

import logging

__all__ = ["log_failure"]


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
