"""Write results as text, or as one JSON object per line."""

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
"""The key in `Context.meta` of click for the value of `--json`."""

_MEGABYTE: Final = 1_000_000
"""The number of bytes above which progress is shown."""


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001, that of click
    ctx.meta[_JSON] = value
    return value


def json_option(command: _Command) -> _Command:
    """Add `--json`, passed to the command as `as_json`."""
    return option(
        "--json", "as_json", is_flag=True, callback=_remember, help="Write one JSON object per line."
    )(command)


def wants_json(ctx: click.Context) -> bool:
    """Return whether the command was called with `--json`."""
    return bool(ctx.meta.get(_JSON))


def printable(text: str) -> str:
    """Replace characters that are not printable by JSON escapes.

    Peers choose the text of a message, which must not control the terminal. In a JSON text the escapes have
    the same meaning.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def write_line(text: str) -> None:
    """Write one line to stdout, and flush it."""
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def write_note(text: str) -> None:
    """Write one line to stderr, and flush it."""
    sys.stderr.write(f"{printable(text)}\n")
    sys.stderr.flush()


def write_json_note(value: Mapping[str, Any]) -> None:
    """Write a JSON object as one line to stderr."""
    write_note(json.dumps(value, ensure_ascii=False))


def write_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    """Write a Python warning to stderr, without its source line."""
    ctx = click.get_current_context(silent=True)
    if ctx is not None and wants_json(ctx):
        write_json_note({"warning": category.__name__, "message": str(message)})
    else:
        write_note(f"warning: {message}")


def write_json(value: Mapping[str, Any]) -> None:
    """Write a JSON object to stdout as one line."""
    write_line(json.dumps(value, ensure_ascii=False))


def write_document(value: Mapping[str, Any]) -> None:
    """Write an indented JSON object to stdout."""
    for line in json.dumps(value, ensure_ascii=False, indent=2).split("\n"):
        write_line(line)


@contextmanager
def progress(total: int, what: str) -> Generator[Callable[[int], None]]:
    """Show a progress bar on stderr, if that is a terminal and `total` is more than a megabyte.

    Yields a function to call with the number of bytes done so far.
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
