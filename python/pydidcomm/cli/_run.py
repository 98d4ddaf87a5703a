"""Run commands, and report an error as one line on stderr and an exit status."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import IO, Any, Final, NoReturn, ParamSpec

import rich_click as click
from click.exceptions import Exit

from pydidcomm.cli._output import wants_json, write_json_note

__all__ = [
    "ReportingGroup",
    "close_output",
    "in_event_loop",
    "in_server_loop",
    "interrupt_at_once",
    "report_unwritten",
]


_INTERRUPTED: Final = 130
"""128 plus the number of SIGINT, as shells report it."""

_BROKEN_PIPE: Final = 141
"""128 plus the number of SIGPIPE, as shells report it."""

_Arguments = ParamSpec("_Arguments")


class ReportingGroup(click.RichGroup):
    """A group that writes an error as one line, and exits with its status."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401, that of click
        """Run the command."""
        try:
            super().invoke(ctx)
            # a closed pipe must raise here, not at the exit of the interpreter
            sys.stdout.flush()
        except (KeyboardInterrupt, click.Abort):
            ctx.exit(_INTERRUPTED)
        except BrokenPipeError:
            ctx.exit(_BROKEN_PIPE)
        except Exit:
            raise
        except click.ClickException as error:
            if not _asks_for_json(ctx):
                raise
            _report_usage(ctx, error)
        except Exception as error:
            from pydidcomm.cli._errors import status_of, write_error  # noqa: PLC0415, only where it is needed

            status = status_of(error)
            if status is None:
                raise
            # the status is also returned if stderr is closed
            with suppress(OSError):
                write_error(error, as_json=wants_json(ctx))
            ctx.exit(status)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments in front of the command."""
        ctx.meta["pydidcomm.arguments"] = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.ClickException as error:
            if not _asks_for_json(ctx):
                raise
            _report_usage(ctx, error)


def _asks_for_json(ctx: click.Context) -> bool:
    """Return whether `--json` is among the arguments, which may be wrong otherwise."""
    return "--json" in ctx.meta["pydidcomm.arguments"]


def _report_usage(ctx: click.Context, error: click.ClickException) -> NoReturn:
    """Write a usage error as a JSON object, and exit."""
    write_json_note({"error": type(error).__name__, "code": None, "message": error.format_message()})
    ctx.exit(error.exit_code)


def interrupt_at_once() -> None:
    """Make Ctrl-C end a prompt, a read of stdin and a computation.

    asyncio would only cancel the command at its next await.
    """
    # a background job of a shell ignores SIGINT, and must continue to do so
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def close_output(status: int) -> int:
    """Flush stdout and stderr, and return the exit status, changed if stdout cannot be written.

    Output that cannot be written is discarded: the interpreter would otherwise try again at its exit, and
    print its own error.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        _drop(sys.stdout)
        status = status or report_unwritten(error)
    try:
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)
    return status


def _drop(stream: IO[str]) -> None:
    """Discard the buffered output of a stream."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def report_unwritten(error: OSError) -> int:
    """Report that stdout cannot be written, unless its reader has closed it; return the exit status."""
    if isinstance(error, BrokenPipeError):
        return _BROKEN_PIPE
    from pydidcomm.cli._errors import FAILURE, write_error  # noqa: PLC0415, only where it is needed

    with suppress(OSError):
        write_error(error, as_json=False)
    return FAILURE


def in_event_loop(function: Callable[_Arguments, Coroutine[Any, Any, None]]) -> Callable[_Arguments, None]:
    """Return a function that runs the coroutine function in an event loop."""

    @wraps(function)
    def command(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> None:
        asyncio.run(function(*arguments, **named))

    return command


def in_server_loop(function: Callable[_Arguments, Coroutine[Any, Any, None]]) -> Callable[_Arguments, None]:
    """Return a function that runs the coroutine function in uvloop, if it is installed."""

    @wraps(function)
    def command(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> None:
        with asyncio.Runner(loop_factory=_server_loop()) as runner:
            runner.run(function(*arguments, **named))

    return command


def _server_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415, not on every platform
    except ImportError:
        return None
    made: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return made
