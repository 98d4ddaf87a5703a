"""The decorators of click, with types that a strict checker knows."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import rich_click

Command = TypeVar("Command", bound=Callable[..., Any])

_CLICK: Final[Any] = rich_click


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401, those of click
    """Add an option to a command."""
    decorator: Callable[[Command], Command] = _CLICK.option(*names, **attributes)
    return decorator


def argument(name: str, **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401, those of click
    """Add an argument to a command."""
    decorator: Callable[[Command], Command] = _CLICK.argument(name, **attributes)
    return decorator


def version(number: str) -> Callable[[Command], Command]:
    """Add `--version` to a command."""
    decorator: Callable[[Command], Command] = _CLICK.version_option(number, prog_name="pydidcomm")
    return decorator
