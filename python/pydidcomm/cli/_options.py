"""The decorators of click, with types that a strict checker knows."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import rich_click

__all__ = ["DID", "argument", "option", "packing_options", "private_option", "version"]


_Command = TypeVar("_Command", bound=Callable[..., Any])

_CLICK: Final[Any] = rich_click


_SHOWN: Final = 60
"""The characters of a wrong value that its error repeats."""


def DID(text: str) -> str:  # noqa: N802, a type of click, as click.STRING
    """A DID or a DID URL: a method and something of it; more is for the resolver.

    Raises:
        BadParameter: It is not one; click adds the option.
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
    """Add the options of a message that is packed: sender, signer, and whom the envelope names."""
    for add in (
        option("--hide-sender", is_flag=True, help="Hide the sender from mediators, by an anoncrypt layer."),
        option("--anonymous", is_flag=True, help="Prove no sender, though the message names one."),
        option("--sign", type=DID, metavar="DID", help="The signer."),
        option(
            "--from", "frm", type=DID, metavar="DID", help="The sender, by default `from` of the message."
        ),
    ):
        command = add(command)
    return command


def private_option(command: _Command) -> _Command:
    """Add `--allow-private`, which the command gets as `allow_private`."""
    return option("--allow-private", is_flag=True, help="Resolve DIDs of hosts in private networks too.")(
        command
    )


def version(number: str) -> Callable[[_Command], _Command]:
    """Add `--version` to a command."""
    decorator: Callable[[_Command], _Command] = _CLICK.version_option(number, prog_name="pydidcomm")
    return decorator
