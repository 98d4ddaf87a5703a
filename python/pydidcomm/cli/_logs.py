"""Log records of the receiver and of its server as notes on stderr."""

import logging
from collections.abc import Mapping

from pydidcomm.cli._output import write_json_note, write_note

__all__ = ["AGENT", "show_refusals"]


_LEVELS = {"pydidcomm.receiver": logging.INFO, "uvicorn": logging.WARNING}
"""From which level on a logger has something to say to the user: a refused message is `INFO`."""

AGENT = {"pydidcomm.agent": logging.WARNING, "uvicorn": logging.WARNING}
"""The same for an agent: handlers that fail, messages that cannot be sent."""


class _Notes(logging.Handler):
    """Writes the text of a record, and of its exception, in one line."""

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
            # stderr is closed: what is received matters more
            return


def show_refusals(*, as_json: bool, levels: Mapping[str, int] = _LEVELS) -> None:
    """Show which messages were refused, and what the server warns of; `levels` has loggers by name."""
    handler = _Notes(as_json=as_json)
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
