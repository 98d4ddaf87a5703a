"""Typed decorators of click, and options that commands share."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import rich_click

__all__ = ["DID", "argument", "option", "packing_options", "private_option", "version"]


_Command = TypeVar("_Command", bound=Callable[..., Any])

_CLICK: Final[Any] = rich_click


_SHOWN: Final = 60
"""The characters of a wrong value that an error repeats."""


def DID(text: str) -> str:  # noqa: N802, a type of click, as click.STRING
    """Check that an option is a DID or a DID URL, `did:method:...`; the resolver checks the rest.

    Raises:
        BadParameter: The text is not a DID; click adds the name of the option.
    """
    scheme, _, rest = text.partition(":")
    if scheme != "did" or not all(rest.partition(":")[::2]):
        message = f"{text[:_SHOWN]!r} is not a DID (did:method:...)"
        raise rich_click.BadParameter(message)
    return text


def option(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401, those of click
    """Add an option to a command."""
    decorator: Callable[[_Command], _Command] = _CLICK.option(*names, **attributes)
    return decorator


def argument(name: str, **attributes: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401, those of click
    """Add an argument to a command."""
    decorator: Callable[[_Command], _Command] = _CLICK.argument(name, **attributes)
    return decorator


def packing_options(command: _Command) -> _Command:
    """Add the options of packing: `--from`, `--sign`, `--anonymous` and `--hide-sender`."""
    for add in (
        option("--hide-sender", is_flag=True, help="Hide the sender from mediators, by an anoncrypt layer."),
        option("--anonymous", is_flag=True, help="Do not authenticate the sender, even if `from` is set."),
        option("--sign", type=DID, metavar="DID", help="Sign as this DID or key."),
        option(
            "--from", "frm", type=DID, metavar="DID", help="The sender, by default `from` of the message."
        ),
    ):
        command = add(command)
    return command


def private_option(command: _Command) -> _Command:
    """Add `--allow-private`, passed to the command as `allow_private`."""
    return option("--allow-private", is_flag=True, help="Allow to resolve DIDs on private networks.")(command)


def version(number: str) -> Callable[[_Command], _Command]:
    """Add `--version` to a command."""
    decorator: Callable[[_Command], _Command] = _CLICK.version_option(number, prog_name="pydidcomm")
    return decorator
