"""Read a message from stdin or a file, and parse it."""

import json
import os
import stat
import uuid
from collections.abc import Callable
from typing import IO, Any, Final, TypeVar

import rich_click as click

from pydidcomm.cli._options import argument
from pydidcomm.cli._output import progress

__all__ = ["MAX_BYTES", "file_argument", "is_envelope", "message_of", "read"]


_Command = TypeVar("_Command", bound=Callable[..., Any])

MAX_BYTES: Final = 64 * 1024 * 1024
"""The longest message that is read, the default of `UnpackConfig.max_bytes`."""

_BLOCK: Final = 262_144
"""Bytes between two reports of progress."""

_BASIC_MESSAGE: Final = "https://didcomm.org/basicmessage/2.0/message"


def file_argument(command: _Command) -> _Command:
    """Add the argument FILE, by default stdin, passed to the command as `file`."""
    return argument("file", type=click.File("rb"), default="-")(command)


def read(file: IO[bytes]) -> bytes:
    """Return the content, at most `MAX_BYTES` and one more byte, which makes the parser refuse it."""
    status = os.fstat(file.fileno())
    total = status.st_size if stat.S_ISREG(status.st_mode) else 0
    parts: list[bytes] = []
    done = 0
    with progress(total, "reading") as report:
        while done <= MAX_BYTES:
            wanted = min(_BLOCK, MAX_BYTES + 1 - done)
            part = file.read(wanted)
            parts.append(part)
            done += len(part)
            report(done)
            if len(part) < wanted:
                # at a terminal, another read would need a second Ctrl-D
                break
    return b"".join(parts)


def is_envelope(text: bytes) -> bool:
    """Return whether the text is an encrypted or a signed message.

    Raises:
        MalformedMessageError: The text is not a JSON object.
    """
    from pydidcomm.inspection import inspect  # noqa: PLC0415, for messages alone

    return inspect(text).outermost.layer != "plaintext"


def message_of(text: bytes, said: str | None) -> Any:  # noqa: ANN401, a Message, whose import is late
    """Return the message to pack, with a new `id` if it is missing, or a basic message with the text `said`.

    Raises:
        MalformedMessageError: The text is not a message.
    """
    from pydidcomm import Message  # noqa: PLC0415, not for --help
    from pydidcomm.errors import MalformedMessageError  # noqa: PLC0415

    if len(text) > MAX_BYTES:
        # `read` has truncated the text
        part, reason = "message", f"longer than the maximum of {MAX_BYTES} bytes"
        raise MalformedMessageError(part, reason)
    if said is not None:
        return Message(type=_BASIC_MESSAGE, body={"content": said})
    try:
        return Message.from_json(text)
    except MalformedMessageError as error:
        if (error.part, error.reason) != ("message.id", "missing"):
            raise
        # the text is JSON, as the strict parser has found only the missing `id`
        return Message.from_dict({"id": str(uuid.uuid4()), **json.loads(text)})
