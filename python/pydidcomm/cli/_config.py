"""The configuration file of `pydidcomm agent` and `pydidcomm mediator`."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import rich_click as click

from pydidcomm.cli._options import option

__all__ = ["config_option_of", "read_config", "require_absent", "write_config"]


_Command = TypeVar("_Command", bound=Callable[..., Any])
_Found = TypeVar("_Found")


class _Writable(Protocol):
    """Settings that can be written."""

    def text(self) -> str:
        """Return the text of the configuration, in TOML."""
        ...


def config_option_of(program: str) -> Callable[[_Command], _Command]:
    """Return a decorator that adds `--config`, passed to the command as `config`."""
    return option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar=f"PYDIDCOMM_{program.upper()}_CONFIG",
        default=Path(f"{program}.toml"),
        show_default=True,
        help="The configuration file, in TOML.",
    )


def require_absent(config: Path) -> None:
    """Raise an error if the configuration file exists.

    Raises:
        UsageError: The file exists.
    """
    if config.exists():
        message = f"{config} exists: remove it, or name another file with --config"
        raise click.UsageError(message)


def read_config(read: Callable[[Path, Mapping[str, str]], _Found], config: Path, program: str) -> _Found:
    """Read the settings from a file and the environment.

    Raises:
        UsageError: The file does not exist, or a section or key is wrong.
    """
    try:
        return read(config, os.environ)
    except FileNotFoundError:
        message = f"{config} does not exist: `pydidcomm {program} init` creates it"
        raise click.UsageError(message) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def write_config(config: Path, settings: _Writable) -> None:
    """Write the settings atomically, to a file of mode 0600."""
    text = settings.text()
    new = config.with_name(f"{config.name}.new")
    # the URL of PostgreSQL may contain a password
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(config)
