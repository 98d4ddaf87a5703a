"""Write results: text for people, or one JSON object a line."""

import json
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import rich_click as click

from pydidcomm.cli._options import option

__all__ = [
    "json_option",
    "printable",
    "progress",
    "wants_json",
    "write_document",
    "write_json",
    "write_json_note",
    "write_line",
    "write_note",
    "write_warning",
]


_Command = TypeVar("_Command", bound=Callable[..., Any])

_JSON: Final = "pydidcomm.json"
"""Where the context of click has whether there is `--json`."""

_MEGABYTE: Final = 1_000_000
"""From this many bytes on there is something to wait for, and progress is shown."""


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001, that of click
    ctx.meta[_JSON] = value
    return value


def json_option(command: _Command) -> _Command:
    """Add `--json`, which the command gets as `as_json`."""
    return option(
        "--json", "as_json", is_flag=True, callback=_remember, help="Write one JSON object a line."
    )(command)


def wants_json(ctx: click.Context) -> bool:
    """Whether the command was called with `--json`."""
    return bool(ctx.meta.get(_JSON))


def printable(text: str) -> str:
    """The text with JSON escapes in place of what a terminal would act on, or not show.

    In a JSON text they mean the same; peers choose what a message contains.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def write_line(text: str) -> None:
    """Write one line to stdout at once."""
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def write_note(text: str) -> None:
    """Write one line to stderr, for people."""
    sys.stderr.write(f"{printable(text)}\n")
    sys.stderr.flush()


def write_json_note(value: Mapping[str, Any]) -> None:
    """Write a JSON object as one line to stderr."""
    write_note(json.dumps(value, ensure_ascii=False))


def write_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    """Write what the library warns of, without the line of the program that the user did not write."""
    ctx = click.get_current_context(silent=True)
    if ctx is not None and wants_json(ctx):
        write_json_note({"warning": category.__name__, "message": str(message)})
    else:
        write_note(f"warning: {message}")


def write_json(value: Mapping[str, Any]) -> None:
    """Write a JSON object as one line."""
    write_line(json.dumps(value, ensure_ascii=False))


def write_document(value: Mapping[str, Any]) -> None:
    """Write a JSON object for people, indented."""
    for line in json.dumps(value, ensure_ascii=False, indent=2).split("\n"):
        write_line(line)


@contextmanager
def progress(total: int, what: str) -> Generator[Callable[[int], None]]:
    """A bar on stderr where that is a terminal and `total` bytes are more than a megabyte.

    Yields a function that is called with the bytes done so far.
    """
    if total <= _MEGABYTE or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415, for large inputs alone
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
