"""Run the command line, and turn what goes wrong into a line on stderr and an exit status."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final, NoReturn, ParamSpec

import rich_click as click
from click.exceptions import Exit

INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells report it."""

BROKEN_PIPE: Final = 141
"""128 and the number of SIGPIPE, as shells report it of other programs."""

Arguments = ParamSpec("Arguments")


class ReportingGroup(click.RichGroup):
    """A group that writes errors in one line and exits with their status."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401, that of click
        """Run the command."""
        try:
            super().invoke(ctx)
            # a pipe that is closed shows here, and not while the interpreter ends
            sys.stdout.flush()
        except (KeyboardInterrupt, click.Abort):
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            leave_broken_pipe()
        except (click.ClickException, Exit):
            raise
        except Exception as error:
            from pydidcomm.cli._errors import status_of, write_error  # noqa: PLC0415, only where it is needed

            status = status_of(error)
            if status is None:
                raise
            write_error(error, as_json=wants_json(ctx))
            ctx.exit(status)


def wants_json(ctx: click.Context) -> bool:
    """Whether the command was called with `--json`."""
    return bool(ctx.meta.get("pydidcomm.json"))


def leave_broken_pipe() -> NoReturn:
    """Exit silently: whoever read stdout has left."""
    # the interpreter flushes stdout once more when it ends
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(BROKEN_PIPE)


def in_event_loop(function: Callable[Arguments, Coroutine[Any, Any, None]]) -> Callable[Arguments, None]:
    """A command that runs the coroutine function in an event loop."""

    @wraps(function)
    def command(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        asyncio.run(function(*arguments, **named))

    return command
