"""Write log records of the receiver, the agent and the server to stderr."""

import logging
from collections.abc import Mapping

from pydidcomm.cli._output import write_json_note, write_note

__all__ = ["AGENT", "show_refusals"]


_LEVELS = {"pydidcomm.receiver": logging.INFO, "uvicorn": logging.WARNING}
"""The minimum level by logger, for `listen`: a refused message is logged at INFO."""

AGENT = {"pydidcomm.agent": logging.WARNING, "uvicorn": logging.WARNING}
"""The minimum level by logger, for an agent: handlers that fail, messages that cannot be sent."""


class _Notes(logging.Handler):
    """Writes the text of a record and of its exception to stderr, as one line."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and str(error) not in text:
            text = f"{text}: {type(error).__name__}: {error}"
        try:
            if self._as_json:
                write_json_note({"warning": record.name, "message": text})
            else:
                write_note(f"warning: {text}")
        except OSError:
            # stderr is closed: continue to receive messages
            return


def show_refusals(*, as_json: bool, levels: Mapping[str, int] = _LEVELS) -> None:
    """Show refused messages and warnings of the server on stderr; `levels` are by logger name."""
    handler = _Notes(as_json=as_json)
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
